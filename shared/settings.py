"""Settings from the environment (`SALNAME_…`). Read where a process is wired, and nowhere else."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.crypto.keyfile import load_kek, parse_kek
from shared.crypto.sealing import KeyEncryptionKey
from shared.crypto.signing_key import SigningKeySource, parse_signing_key
from shared.domain.errors import InvalidInput
from shared.store.engine import Database, Limits, sqlite_url


class Settings(BaseSettings):
    """What every service can be told. Each field is the environment variable `SALNAME_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="SALNAME_", extra="ignore")

    database_url: str | None = Field(default=None, description="postgresql://… or sqlite:///…; without it, SQLite in the data directory")
    data: Path = Field(default=Path("salname-data"), description="the data directory of the embedded mode")
    keys: Path | None = Field(
        default=None, description="the folder of key files, kept apart from backups; without it, `keys` in the data directory"
    )
    key_encryption_key: SecretStr | None = Field(
        default=None,
        description="32 bytes in base64 that all keys of documents are wrapped in; without it, the file `kek` in the folder of keys",
    )
    signing_key: SecretStr | None = Field(
        default=None,
        description="the Ed25519 seed, 32 bytes in base64, that checkpoints are signed with; without it, the file `checkpoint-key` in the "
        "folder of keys",
    )
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: int = Field(default=8000, ge=0, le=65535)
    log_format: str = Field(default="console", pattern="^(console|json)$")
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    bootstrap_token: str | None = Field(default=None, min_length=20, description="an admin API token known from the start, for deployments")
    anonymous_read: bool = Field(default=True, description="whether reading needs no token")
    lock_timeout: float = Field(default=10.0, gt=0, description="seconds that anything may wait for a lock")
    statement_timeout: float = Field(default=60.0, gt=0, description="seconds that one statement may run")
    max_document_bytes: int = Field(default=50_000_000, gt=0)
    poll_seconds: float = Field(default=1.0, gt=0, description="how often to look for news when no wake-up came")
    heartbeat_seconds: float = Field(default=15.0, gt=0, description="seconds between the heartbeats of a stream")

    def resolved_url(self) -> str:
        """The database URL, made from the data directory (created if missing) where none is given."""
        if self.database_url:
            return self.database_url
        self.data.mkdir(parents=True, exist_ok=True)
        return sqlite_url(self.data)

    def keys_folder(self) -> Path:
        """The folder of key files."""
        return self.keys or self.data / "keys"

    def kek(self) -> KeyEncryptionKey:
        """The key-encryption key: the one given, else the one in the folder of keys, which is made on first use."""
        if self.key_encryption_key is not None:
            return parse_kek(self.key_encryption_key.get_secret_value(), "SALNAME_KEY_ENCRYPTION_KEY")
        return load_kek(self.keys_folder())

    def signing_key_source(self) -> SigningKeySource:
        """Where the key comes from that checkpoints are signed with."""
        given = None if self.signing_key is None else parse_signing_key(self.signing_key.get_secret_value(), "SALNAME_SIGNING_KEY")
        return SigningKeySource(self.keys_folder(), given)

    def open_database(self) -> Database:
        """Open the database with its limits and its key-encryption key."""
        return Database(self.resolved_url(), self.limits(), self.kek())

    def limits(self) -> Limits:
        """The time limits of the database."""
        return Limits(lock=self.lock_timeout, statement=self.statement_timeout)


def read_settings(data: Path | None = None) -> Settings:
    """Read the settings; `data` outranks the environment. Raises `InvalidInput` that names the variable and what is wrong with it."""
    try:
        return Settings() if data is None else Settings(data=data)
    except ValidationError as error:
        wrong = "; ".join(f"SALNAME_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        raise InvalidInput(f"the settings are not valid: {wrong}") from error
