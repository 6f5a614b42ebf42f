"""Bring a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config

import migrations
from shared.store.engine import Database

MIGRATION_LOCK = 0x5A1A4A3E
"""Advisory lock key: two processes that start at once migrate one after the other."""


def alembic_config(url: str) -> Config:
    """The Alembic configuration of the bundled migrations for a database URL."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["url"] = url
    return config


def migrate(database: Database) -> None:
    """Upgrade the schema to the newest revision; does nothing when it is there already."""
    config = alembic_config(database.url)
    config.attributes["database"] = database
    command.upgrade(config, "head")
