"""The search index is kept in segments of our own, on both databases alike.

The listing is emptied with it, and which entries are gone is not known yet: both are written when the projection builds the read model
anew, which it does at start after this release's upgrade.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = (("chronology_id", sa.String(36)), ("generation", sa.BigInteger()))

BEFORE = {
    "ix_listing_order": ("sort_from", "sort_to", "id", "since", "until"),
    "ix_listing_since": ("since", "id", "until"),
    "ix_listing_sources": ("sources", "since", "id", "until"),
    "ix_listing_until": ("until",),
}
AFTER = {
    "ix_listing_order": ("sort_from", "sort_to", "id"),
    "ix_listing_since": ("since", "id"),
    "ix_listing_sources": ("sources", "since", "id"),
    "ix_listing_until": ("until", "id"),
}
CURRENT = ("ix_listing_order", "ix_listing_sources")
"""Of versions that have not ended alone."""


def _index_listing(*, current: bool) -> None:
    for name, columns in (AFTER if current else BEFORE).items():
        op.drop_index(name, table_name="listing")
        only = sa.text("until IS NULL") if current and name in CURRENT else None
        where: dict[str, Any] = {} if only is None else {"sqlite_where": only, "postgresql_where": only}
        op.create_index(name, "listing", ["chronology_id", "generation", *columns], **where)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        for trigger in ("listing_words_in", "listing_words_out"):
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE listing_words")
    else:
        op.drop_index("ix_listing_tokens", table_name="listing")
    op.execute("DELETE FROM listing")
    op.drop_column("listing", "tokens")
    # An empty text stands for the tokens of no row: there are no rows.
    op.add_column("listing", sa.Column("tokens", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))
    _index_listing(current=True)
    op.add_column("entry", sa.Column("gone", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.create_index(
        "ix_entry_gone",
        "entry",
        ["chronology_id", "generation", "until", "id"],
        sqlite_where=sa.text("gone IS 1"),
        postgresql_where=sa.text("gone IS true"),
    )
    numbered = ("number", "versions", "first_since", "last_since")
    op.create_table(
        "segment",
        *(sa.Column(name, kind, nullable=False) for name, kind in KEY),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in numbered),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "generation", "number"),
    )
    op.create_table(
        "posting",
        *(sa.Column(name, kind, nullable=False) for name, kind in KEY),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "generation", "segment", "token"),
    )
    if not sqlite:
        for table in ("segment", "posting"):
            # Numbers of chance do not compress.
            op.execute(f"ALTER TABLE {table} ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.drop_table("posting")
    op.drop_table("segment")
    op.drop_index("ix_entry_gone", table_name="entry")
    op.drop_column("entry", "gone")
    op.execute("DELETE FROM listing")
    op.drop_column("listing", "tokens")
    _index_listing(current=False)
    kind = sa.Text() if sqlite else ARRAY(sa.BigInteger())
    op.add_column("listing", sa.Column("tokens", kind, nullable=False, server_default="" if sqlite else "{}"))
    if not sqlite:
        op.create_index("ix_listing_tokens", "listing", ["tokens"], postgresql_using="gin")
        return
    op.execute(
        "CREATE VIRTUAL TABLE listing_words USING fts5(tokens, content = 'listing', content_rowid = 'number', "
        "detail = none, columnsize = 0, tokenize = 'ascii')"
    )
    op.execute(
        "CREATE TRIGGER listing_words_in AFTER INSERT ON listing BEGIN "
        "INSERT INTO listing_words (rowid, tokens) VALUES (new.number, new.tokens); END"
    )
    op.execute(
        "CREATE TRIGGER listing_words_out AFTER DELETE ON listing BEGIN "
        "INSERT INTO listing_words (listing_words, rowid, tokens) VALUES ('delete', old.number, old.tokens); END"
    )
