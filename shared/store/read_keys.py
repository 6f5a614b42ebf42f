"""The keys of read models: one for each generation of a chronology's, unwrapped once and kept at hand while it is the newest.

A generation's key seals every body that may hold words of documents, and makes the tokens that entries are searched by. It is destroyed
with its generation: what was written under it opens no more.
"""

import hashlib
import os
import threading
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel import Session

from shared.crypto.sealing import NONCE_BYTES, KeyEncryptionKey, derive, new_key
from shared.domain.errors import WrongKey
from shared.lexicon.searching import LONGEST, SHORTEST
from shared.store.keys import wrong_kek
from shared.store.read_model import ReadKeyRow
from shared.store.search_tokens import TOKEN_BYTES, WORD

WORDS_KEPT = 50_000
MADE_KEPT = 10_000
KEYS_KEPT = 10_000

Indexed = tuple[frozenset[bytes], tuple[int, ...]]
"""What a claim or a title is found by: tokens, and facet codes (`shared.domain.listing`)."""


class ReadKey:
    """The key of one generation. Safe in any thread."""

    def __init__(self, chronology_id: str, generation: int, key: bytes) -> None:
        self.chronology_id = chronology_id
        self.generation = generation
        self._cipher = AESGCM(key)
        # Keyed BLAKE2b (RFC 7693), begun once: an entry has a hundred tokens, and an HMAC takes six times as long.
        self._search = hashlib.blake2b(key=derive(key, "search"), digest_size=TOKEN_BYTES)
        self._tokens: dict[str, tuple[bytes, ...]] = {}
        self._made: dict[str, Indexed] = {}

    def seal(self, plaintext: bytes, *place: str | int) -> bytes:
        """Seal the body of a row. `place` is its table and the rest of its primary key: rows cannot be put in each other's place."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plaintext, self._context(place))

    def open(self, sealed: bytes, *place: str | int) -> bytes:
        """Open the body of the row at `place`; raise `WrongKey` when it is damaged or belongs elsewhere."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._context(place))
        except (InvalidTag, ValueError) as error:
            raise WrongKey(
                f"a row of the read model does not open with its key ({', '.join(map(str, place))}): it is damaged; the log can rebuild it"
            ) from error

    def _context(self, place: tuple[str | int, ...]) -> bytes:
        return "\n".join((self.chronology_id, *map(str, place))).encode()

    def token(self, *of: str) -> bytes:
        """Return the token of a word, or of a few words that belong together. The first says what kind of token it is."""
        made = self._search.copy()
        made.update("\n".join(of).encode())
        return made.digest()

    def remember(self, of: str, make: Callable[[], Indexed]) -> Indexed:
        """Return what is made of a claim or of a title, once for as long as it is at hand. `of` is the claim's id, or the title itself."""
        known = self._made.get(of)
        if known is None:
            if len(self._made) >= MADE_KEPT:
                self._made = {}
            known = self._made[of] = make()
        return known

    def beginnings(self, word: str) -> tuple[bytes, ...]:
        """Return the tokens of the beginnings by which a folded word is found."""
        known = self._tokens.get(word)
        if known is None:
            if len(self._tokens) >= WORDS_KEPT:
                self._tokens = {}
            lengths = range(min(len(word), SHORTEST), min(len(word), LONGEST) + 1)
            known = self._tokens[word] = tuple([self.token(WORD, word[:length]) for length in lengths])
        return known

    def beginning(self, word: str) -> bytes:
        """Return the token that stands with every folded word that begins with this one.

        The first `LONGEST` letters count; a word of fewer than `SHORTEST` letters is found as a whole word only.
        """
        return self.token(WORD, word[:LONGEST])


class ReadKeys:
    """The read models' keys of one database."""

    def __init__(self, kek: Callable[[], KeyEncryptionKey]) -> None:
        self._kek = kek
        self._newest: dict[str, tuple[bytes, ReadKey]] = {}
        self._lock = threading.Lock()

    def make(self, chronology_id: str, generation: int) -> tuple[ReadKey, ReadKeyRow]:
        """Make the key of a new generation, and its row: the key is wrapped in the database's key-encryption key."""
        kek, key = self._kek(), new_key()
        wrapped = kek.wrap(key, owner(chronology_id, generation))
        row = ReadKeyRow(chronology_id=chronology_id, generation=generation, kek_id=kek.id, wrapped=wrapped)
        return ReadKey(chronology_id, generation, key), row

    def find(self, session: Session, chronology_id: str, generation: int) -> ReadKey | None:
        """Return the key of a generation as a session sees it; None where it is destroyed."""
        here = (__name__, chronology_id, generation)
        if here not in session.info:
            given = session.info.get((*here, "row")) or session.get(ReadKeyRow, (chronology_id, generation))
            session.info[here] = None if given is None else self._key_of(given)
        found: ReadKey | None = session.info[here]
        return found

    def given(self, session: Session, row: ReadKeyRow) -> None:
        """Take a key's row that the session has read with something else, so that `find` need not ask for it."""
        session.info[__name__, row.chronology_id, row.generation, "row"] = row

    def _key_of(self, row: ReadKeyRow) -> ReadKey:
        with self._lock:
            wrapped, kept = self._newest.get(row.chronology_id, (b"", None))
        if kept is not None and wrapped == row.wrapped:
            return kept
        key = ReadKey(row.chronology_id, row.generation, self._unwrapped(row))
        with self._lock:
            if len(self._newest) >= KEYS_KEPT:
                self._newest.clear()
            self._newest[row.chronology_id] = (row.wrapped, key)
        return key

    def _unwrapped(self, row: ReadKeyRow) -> bytes:
        kek = self._kek()
        if kek.id != row.kek_id:
            raise wrong_kek(row.kek_id, kek)
        return kek.unwrap(row.wrapped, owner(row.chronology_id, row.generation))


def owner(chronology_id: str, generation: int) -> str:
    """Whose key it is, as authenticated with the wrapped key."""
    return f"read model\n{chronology_id}\n{generation}"
