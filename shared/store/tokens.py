"""API tokens: who holds which role. Only a hash of the secret is stored."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from shared.domain.errors import AlreadyExists, NotFound
from shared.domain.model import Frozen
from shared.domain.roles import Principal, Role
from shared.store.engine import Database
from shared.store.tables import ApiTokenRow

PREFIX = "salname_"


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

    def create(self, token_id: str, name: str, role: Role, now: datetime, secret: str) -> TokenInfo:
        """Store a token under a name that no other token has."""
        row = ApiTokenRow(id=token_id, secret_sha256=_digest(secret), name=name, role=role.name, created_us=_micros(now))
        try:
            with self._database.write() as session:
                session.add(row)
                session.flush()
                return _info(row)
        except IntegrityError as error:
            raise AlreadyExists(
                f"there is or was a token called {name!r}; choose another name, so that what each did stays told apart"
            ) from error

    def verify(self, secret: str) -> Principal | None:
        """Return who a secret belongs to, if it is valid."""
        if self._bootstrap and hmac.compare_digest(secret.encode(), self._bootstrap.encode()):
            return Principal(name="bootstrap", role=Role.admin)
        with self._database.read() as session:
            query = select(ApiTokenRow).where(ApiTokenRow.secret_sha256 == _digest(secret), col(ApiTokenRow.revoked_us).is_(None))
            row = session.exec(query).first()
            return None if row is None else Principal(name=row.name, role=Role[row.role])

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
            row.revoked_us = row.revoked_us or _micros(now)
            session.add(row)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _micros(time: datetime) -> int:
    return int(time.timestamp() * 1_000_000)


def _info(row: ApiTokenRow) -> TokenInfo:
    created = datetime.fromtimestamp(row.created_us / 1_000_000, UTC)
    return TokenInfo(id=row.id, name=row.name, role=row.role, created=created, revoked=row.revoked_us is not None)
