"""What migrations do to data that is there already: trees over logs, seals on documents."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from shared.crypto.sealing import KeyEncryptionKey, new_key
from shared.domain.errors import InvalidInput
from shared.domain.merkle import CompactRange, leaf_hash
from shared.store import bulk
from shared.store.keys import OPEN, ORIGINAL, TEXT, owner, seal_form
from shared.store.tree import grow, stored_roots

BATCH = 2_560


def plant_trees(connection: Connection) -> None:
    """Give every log the tree over its events."""
    for here in [row[0] for row in connection.execute(text("SELECT id FROM chronology ORDER BY id"))]:
        tree, pending = CompactRange(), ()
        for leaves in _leaves(connection, here):
            growth = grow(tree, pending, leaves, stored_roots(connection, here))
            tree, pending = growth.tree, growth.pending
            tiles = [(here, tile.level, tile.index, tile.hashes, tile.root) for tile in growth.tiles]
            bulk.insert_rows(connection, "tile", ("chronology_id", "level", "index", "hashes", "root"), tiles)
        connection.execute(text("UPDATE chronology SET peaks = :p WHERE id = :c"), {"p": tree.encode(), "c": here})


def _leaves(connection: Connection, here: str) -> Iterator[list[bytes]]:
    query = text("SELECT position, body FROM event WHERE chronology_id = :c AND position > :a ORDER BY position LIMIT :n")
    after = 0
    while rows := connection.execute(query, {"c": here, "a": after, "n": BATCH}).all():
        yield [leaf_hash(row[1].encode()) for row in rows]
        after = rows[-1][0]


def seal_documents(connection: Connection, kek: KeyEncryptionKey | None) -> None:
    """Seal the documents of the table `document_before` into `document`, and mark them: their claims stand in the log in the open."""
    documents = [tuple(row) for row in connection.execute(text("SELECT chronology_id, id FROM document_before"))]
    if documents and kek is None:
        raise InvalidInput("there are documents to seal, and no key was given: set SALNAME_KEY_ENCRYPTION_KEY (openssl rand -base64 32)")
    for here, document_id in documents:
        assert kek is not None
        query = text("SELECT original, text FROM document_before WHERE chronology_id = :c AND id = :d")
        row = connection.execute(query, {"c": here, "d": document_id}).one()
        key = new_key()
        original = seal_form(key, here, document_id, ORIGINAL, bytes(row[0]))
        sealed_text = seal_form(key, here, document_id, TEXT, row[1].encode())
        bulk.insert_rows(connection, "document", ("chronology_id", "id", "original", "text"), [(here, document_id, original, sealed_text)])
        wrapped = kek.wrap(key, owner(here, document_id))
        bulk.insert_rows(
            connection, "document_key", ("chronology_id", "document_id", "kek_id", "wrapped"), [(here, document_id, kek.id, wrapped)]
        )
        marker = (here, OPEN.format(document_id), document_id, 1)
        bulk.insert_rows(connection, "reservation", ("chronology_id", "name", "subject", "position"), [marker])
