"""API tokens: who holds which role. Only a hash of the secret is stored."""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from shared.domain.errors import AlreadyExists, IdempotencyConflict, NotFound
from shared.domain.model import Frozen
from shared.domain.roles import Principal, Role
from shared.store.engine import Database
from shared.store.moments import microseconds, moment
from shared.store.tables import ApiTokenRow

PREFIX = "salname_"

TRUST_SECONDS = 1.0
"""How long a token that was valid is taken for valid without asking again: a revocation by another process takes effect after it."""

TRUSTED = 10_000
"""How many tokens are remembered as valid at most."""


class TokenInfo(Frozen):
    """A token without its secret."""

    id: str
    name: str
    role: str
    created: datetime
    revoked: bool


def new_secret() -> str:
    """Return a fresh secret of 256 random bits, recognisable by its prefix."""
    return PREFIX + secrets.token_urlsafe(32)


class TokenStore:
    """The tokens of a database. `bootstrap` is an admin secret that a deployment sets in its environment."""

    def __init__(self, database: Database, bootstrap: str | None = None) -> None:
        self._database = database
        self._bootstrap = bootstrap
        self._admin = Principal(name="bootstrap", role=Role.admin)
        self._trusted = _Trusted()

    def create(self, token_id: str, name: str, role: Role, now: datetime, secret: str) -> TokenInfo:
        """Store a token under a name that no other token has."""
        row = ApiTokenRow(id=token_id, secret_sha256=_digest(secret), name=name, role=role.name, created_us=microseconds(now))
        try:
            with self._database.write() as session:
                session.add(row)
                session.flush()
                return _info(row)
        except IntegrityError as error:
            raise AlreadyExists(
                f"there is or was a token called {name!r}; choose another name, so that what each did stays told apart"
            ) from error

    def create_once(self, token_id: str, name: str, role: Role, now: datetime, secret: str) -> tuple[TokenInfo, bool]:
        """Store a token under an id that stands for one request, and say whether that is new.

        The same request again gives the token that it made first, with the secret of then; under the id of another request it is
        refused.
        """
        known = self._get(token_id)
        if known is None:
            try:
                return self.create(token_id, name, role, now, secret), True
            except AlreadyExists:
                known = self._get(token_id)  # the same request may have come twice at the same time
                if known is None:
                    raise
        if (known.name, known.role) != (name, role.name):
            raise IdempotencyConflict
        return known, False

    def _get(self, token_id: str) -> TokenInfo | None:
        with self._database.read() as session:
            row = session.get(ApiTokenRow, token_id)
            return None if row is None else _info(row)

    def verify(self, secret: str) -> Principal | None:
        """Return who a secret belongs to, if it is valid. Asks the database at most once in `TRUST_SECONDS`."""
        return self.verified(secret) or self._look_up(secret)

    def verified(self, secret: str) -> Principal | None:
        """Return who a secret belongs to, if that was found out a moment ago; never waits for the database."""
        if self._bootstrap and hmac.compare_digest(secret.encode(), self._bootstrap.encode()):
            return self._admin
        return self._trusted.get(_digest(secret))

    def _look_up(self, secret: str) -> Principal | None:
        digest = _digest(secret)
        asked = self._trusted.age
        with self._database.read() as session:
            query = select(ApiTokenRow).where(ApiTokenRow.secret_sha256 == digest, col(ApiTokenRow.revoked_us).is_(None))
            row = session.exec(query).first()
            if row is None:
                return None
            principal = Principal(name=row.name, role=Role[row.role])
        self._trusted.put(digest, principal, asked)
        return principal

    def list(self) -> list[TokenInfo]:
        """Return all tokens, the oldest first."""
        with self._database.read() as session:
            return [_info(row) for row in session.exec(select(ApiTokenRow).order_by(col(ApiTokenRow.created_us)))]

    def revoke(self, token_id: str, now: datetime) -> None:
        """Make a token invalid from now on."""
        with self._database.write() as session:
            row = session.get(ApiTokenRow, token_id)
            if row is None:
                raise NotFound(f"there is no token {token_id}")
            row.revoked_us = row.revoked_us or microseconds(now)
            session.add(row)
        self._trusted.clear()


class _Trusted:
    """The tokens that were valid a moment ago. `age` goes up whenever they are forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: OrderedDict[str, tuple[float, Principal]] = OrderedDict()
        self.age = 0

    def get(self, digest: str) -> Principal | None:
        known = self._until.get(digest)
        return known[1] if known and known[0] > time.monotonic() else None

    def put(self, digest: str, principal: Principal, asked: int) -> None:
        """Remember a token that was looked up at the age `asked`."""
        with self._lock:
            if asked != self.age:
                return  # a token was revoked while this one was looked up: it may have been this one
            self._until[digest] = (time.monotonic() + TRUST_SECONDS, principal)
            self._until.move_to_end(digest)
            if len(self._until) > TRUSTED:
                self._until.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self.age += 1
            self._until.clear()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _info(row: ApiTokenRow) -> TokenInfo:
    return TokenInfo(id=row.id, name=row.name, role=row.role, created=moment(row.created_us), revoked=row.revoked_us is not None)
