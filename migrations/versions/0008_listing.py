"""Listing: what entries are found, ordered, filtered and counted by, beside the entries; a full-text index over sealed words.

The rows are written when the projection builds the read model anew, which it does at start after this release's upgrade.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.drop_index("ix_entry_order", table_name="entry")
    op.drop_column("entry", "search")
    op.create_table(
        "listing",
        sa.Column("number", sa.Integer() if sqlite else sa.BigInteger(), *([] if sqlite else [sa.Identity()]), nullable=False),
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("sort_from", sa.BigInteger(), nullable=False),
        sa.Column("sort_to", sa.BigInteger(), nullable=False),
        sa.Column("sources", sa.BigInteger(), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("facets", sa.LargeBinary(), nullable=False),
        sa.Column("tokens", sa.Text() if sqlite else ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint(*(["number"] if sqlite else ["chronology_id", "generation", "number"])),
        sa.UniqueConstraint("chronology_id", "generation", "id", "since", name="uq_listing"),
    )
    op.create_index("ix_listing_order", "listing", ["chronology_id", "generation", "sort_from", "sort_to", "id", "since", "until"])
    op.create_index("ix_listing_since", "listing", ["chronology_id", "generation", "since", "id", "until"])
    op.create_index("ix_listing_sources", "listing", ["chronology_id", "generation", "sources", "since", "id", "until"])
    op.create_index("ix_listing_until", "listing", ["chronology_id", "generation", "until"])
    if not sqlite:
        op.create_index("ix_listing_tokens", "listing", ["tokens"], postgresql_using="gin")
        return
    # Where a token stands within an entry is neither asked nor known; how many there are, neither.
    op.execute(
        "CREATE VIRTUAL TABLE listing_words USING fts5(tokens, content = 'listing', content_rowid = 'number', "
        "detail = none, columnsize = 0, tokenize = 'ascii')"
    )
    op.execute(
        "CREATE TRIGGER listing_words_in AFTER INSERT ON listing BEGIN "
        "INSERT INTO listing_words (rowid, tokens) VALUES (new.number, new.tokens); END"
    )
    # An external index has to be told what it forgets. Nothing ever changes the tokens of a row.
    op.execute(
        "CREATE TRIGGER listing_words_out AFTER DELETE ON listing BEGIN "
        "INSERT INTO listing_words (listing_words, rowid, tokens) VALUES ('delete', old.number, old.tokens); END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE listing_words")
    op.drop_table("listing")
    op.add_column("entry", sa.Column("search", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_entry_order", "entry", ["chronology_id", "sort_from", "sort_to", "id"])
