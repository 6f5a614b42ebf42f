"""Settings from the environment (`SALNAME_…`). Read where a process is wired, and nowhere else."""

import re
from contextlib import closing
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from shared.crypto.keyfile import KEK_FILE, load_kek, parse_kek
from shared.crypto.sealing import KeyEncryptionKey
from shared.crypto.signing_key import SigningKeySource, parse_signing_key
from shared.domain.errors import InvalidInput, NotFound
from shared.store.engine import Database, Limits, sqlite_file, sqlite_url
from shared.store.migrate import refuse_lost_kek


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
    new_key_encryption_key: SecretStr | None = Field(
        default=None, description="the key that `salname rotate-key-encryption-key` puts in the place of the one above"
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
    one_address: bool = Field(
        default=False,
        description="whether a proxy puts ingest and query behind one address, so that query's pages offer corrections to editors",
    )
    lock_timeout: float = Field(default=10.0, gt=0, description="seconds that anything may wait for a lock")
    statement_timeout: float = Field(default=60.0, gt=0, description="seconds that one statement may run")
    idle_in_transaction_timeout: float = Field(
        default=30.0, gt=0, description="seconds that a transaction may sit idle before PostgreSQL ends its session"
    )
    max_document_bytes: int = Field(default=50_000_000, gt=0, description="bytes of one document")
    max_pages: int = Field(default=5_000, gt=0, description="pages of one document")
    max_members: int = Field(default=5_000, gt=0, description="files in one archive, those of archives within it included")
    max_unpacked_bytes: int = Field(default=1_000_000_000, gt=0, description="bytes of all files in one archive together, unpacked")
    max_nesting: int = Field(default=4, gt=0, description="archives and messages within one another, the outermost being 1")
    parse_seconds: float = Field(default=120.0, gt=0, description="seconds that reading one document may take, claims included")
    parse_memory_bytes: int = Field(default=2_000_000_000, gt=0, description="memory of a process that reads documents")
    fetch_seconds: float = Field(default=30.0, gt=0, description="seconds that fetching one page may take, redirects included")
    fetch_redirects: int = Field(default=5, ge=0, description="redirects that are followed")
    fetch_allow_private: frozenset[str] = Field(
        default=frozenset(),
        description='addresses as "host:port" that may be fetched although they are private, as a JSON list; for intranets',
    )
    llm_base_url: str | None = Field(default=None, description="an OpenAI-compatible endpoint for the extractor `llm`, ending in /v1")
    llm_model: str | None = Field(default=None, description="the model that it is asked for")
    llm_api_key: SecretStr | None = Field(default=None, description="its key, where it wants one")
    llm_seconds: float = Field(default=300.0, gt=0, description="seconds that the model may take for one document, retries included")
    llm_request_seconds: float = Field(default=90.0, gt=0, description="seconds that one request to the model may take")
    llm_max_tokens: int = Field(default=400_000, gt=0, description="tokens that one document may cost, in and out")
    llm_max_cost: float | None = Field(default=None, gt=0, description="the most that one document may cost, in the currency of the prices")
    llm_price_in: float = Field(default=0.0, ge=0, description="price of a million tokens that the model reads")
    llm_price_out: float = Field(default=0.0, ge=0, description="price of a million tokens that it writes")
    llm_window: int = Field(default=6_000, ge=500, description="code points of text that the model is shown at a time")
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

    def given_keks(self) -> tuple[KeyEncryptionKey, KeyEncryptionKey] | None:
        """The key-encryption key from the environment and the one that is to replace it; None where the key is kept in a file.

        Raises `InvalidInput` where only one of the two is given, or both are the same.
        """
        if self.key_encryption_key is None and self.new_key_encryption_key is None:
            return None
        if self.new_key_encryption_key is None:
            raise InvalidInput("the key comes from SALNAME_KEY_ENCRYPTION_KEY: give the new one in SALNAME_NEW_KEY_ENCRYPTION_KEY")
        if self.key_encryption_key is None:
            raise InvalidInput(
                "the key is kept in a file, where the new one is made, too: unset SALNAME_NEW_KEY_ENCRYPTION_KEY, or give the old key in "
                "SALNAME_KEY_ENCRYPTION_KEY"
            )
        new = parse_kek(self.new_key_encryption_key.get_secret_value(), "SALNAME_NEW_KEY_ENCRYPTION_KEY")
        if new == self.kek():
            raise InvalidInput("SALNAME_NEW_KEY_ENCRYPTION_KEY is the key in use; make another one with: openssl rand -base64 32")
        return self.kek(), new

    def signing_key_source(self) -> SigningKeySource:
        """Where the key comes from that checkpoints are signed with."""
        given = None if self.signing_key is None else parse_signing_key(self.signing_key.get_secret_value(), "SALNAME_SIGNING_KEY")
        return SigningKeySource(self.keys_folder(), given)

    def database_file(self) -> Path | None:
        """The file of the database; None where it is PostgreSQL's, or in memory."""
        return sqlite_file(self.database_url or sqlite_url(self.data))

    def require_database(self) -> None:
        """Raise `NotFound` where there is no database yet: a new and empty one would only hide that another one was meant."""
        path = self.database_file()
        if path is not None and not path.exists():
            raise NotFound(
                f"there is no database at {path}: say with --data which data directory is meant (SALNAME_DATA), or with "
                "SALNAME_DATABASE_URL which database; `salname ingest` and `salname serve` make a new one"
            )

    def open_database(self) -> Database:
        """Open the database with its limits and its key-encryption key.

        Raises `WrongKey` where the key is kept in a file that is missing, and the database is sealed already: another one opens nothing.
        """
        url, path = self.resolved_url(), self.database_file()
        file = self.keys_folder() / KEK_FILE
        if self.key_encryption_key is None and not file.exists() and (path is None or path.exists()):
            with closing(Database(url, self.limits())) as database:
                refuse_lost_kek(database, file)
        return Database(url, self.limits(), self.kek())

    def limits(self) -> Limits:
        """The time limits of the database."""
        return Limits(lock=self.lock_timeout, statement=self.statement_timeout, idle_in_transaction=self.idle_in_transaction_timeout)


def read_settings(data: Path | None = None) -> Settings:
    """Read the settings; `data` outranks the environment. Raises `InvalidInput` that names the variable and what is wrong with it."""
    try:
        return Settings() if data is None else Settings(data=data)
    except SettingsError as error:  # what should be JSON is none
        raise InvalidInput(f"the settings are not valid: {_misspelt(error)}") from error
    except ValidationError as error:
        wrong = "; ".join(f"SALNAME_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        raise InvalidInput(f"the settings are not valid: {wrong}") from error


def _misspelt(error: SettingsError) -> str:
    named = re.search(r'field "(\w+)"', str(error))
    variable = f"SALNAME_{named[1].upper()}" if named else "a variable"
    return f'{variable}: this is not JSON; write ["127.0.0.1:8080"]'
