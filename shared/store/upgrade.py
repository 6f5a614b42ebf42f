"""What migrations do to data that is there already: trees over logs, seals on documents."""

from collections.abc import Iterator

from shared.crypto.sealing import KeyEncryptionKey, new_key
from shared.domain.errors import InvalidInput
from shared.domain.merkle import CompactRange, leaf_hash
from shared.store.driver import Driver
from shared.store.keys import OPEN, ORIGINAL, TEXT, owner, seal_form
from shared.store.tree import grow, stored_roots

BATCH = 2_560


def plant_trees(driver: Driver) -> None:
    """Give every log the tree over its events."""
    for here in [row[0] for row in driver.rows("SELECT id FROM chronology ORDER BY id")]:
        tree: CompactRange = CompactRange()
        pending: tuple[bytes, ...] = ()
        for leaves in _leaves(driver, here):
            growth = grow(tree, pending, leaves, stored_roots(driver, here))
            tree, pending = growth.tree, growth.pending
            tiles = [(here, tile.level, tile.index, tile.hashes, tile.root) for tile in growth.tiles]
            driver.insert("tile", ("chronology_id", "level", "index", "hashes", "root"), tiles)
        driver.run("UPDATE chronology SET peaks = ? WHERE id = ?", tree.encode(), here)


def _leaves(driver: Driver, here: str) -> Iterator[list[bytes]]:
    query = "SELECT position, body FROM event WHERE chronology_id = ? AND position > ? ORDER BY position LIMIT ?"
    after = 0
    while rows := driver.rows(query, here, after, BATCH):
        yield [leaf_hash(row[1].encode()) for row in rows]
        after = rows[-1][0]


def seal_documents(driver: Driver, kek: KeyEncryptionKey | None) -> None:
    """Seal the documents of the table `document_before` into `document`, and mark them: their claims stand in the log in the open."""
    documents = driver.rows("SELECT chronology_id, id FROM document_before")
    if documents and kek is None:
        raise InvalidInput("there are documents to seal, and no key was given: set SALNAME_KEY_ENCRYPTION_KEY (openssl rand -base64 32)")
    for here, document_id in documents:
        assert kek is not None
        ((original, text),) = driver.rows(
            "SELECT original, text FROM document_before WHERE chronology_id = ? AND id = ?", here, document_id
        )
        key = new_key()
        sealed_original = seal_form(key, here, document_id, ORIGINAL, bytes(original))
        sealed_text = seal_form(key, here, document_id, TEXT, text.encode())
        driver.insert("document", ("chronology_id", "id", "original", "text"), [(here, document_id, sealed_original, sealed_text)])
        wrapped = kek.wrap(key, owner(here, document_id))
        driver.insert("document_key", ("chronology_id", "document_id", "kek_id", "wrapped"), [(here, document_id, kek.id, wrapped)])
        marker = (here, OPEN.format(document_id), document_id, 1)
        driver.insert("reservation", ("chronology_id", "name", "subject", "position"), [marker])
