"""Time: every revision with its moment and its causes, and indexes by which an earlier one is read as fast as the current one.

The new rows and columns are filled when the projection builds the read model anew, which it does at start after this release's upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revision",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time", sa.String(40), nullable=False),
        sa.Column("reached_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("causes", sa.Text(), nullable=False),
        sa.Column("documents", sa.BigInteger(), nullable=False),
        sa.Column("claims", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("disputed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "number"),
    )
    op.create_index("ix_revision_reached", "revision", ["chronology_id", "reached_us", "number"])
    op.create_table(
        "schedule",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("source_id", sa.String(36), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("every", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("chronology_id", "source_id", "since"),
    )
    op.add_column("captured", sa.Column("erased_position", sa.BigInteger(), nullable=True))
    op.create_index("ix_captured_erased", "captured", ["chronology_id", "erased_position"])
    op.add_column("correction", sa.Column("decided", sa.BigInteger(), nullable=True))
    op.drop_index("ix_entry_order", "entry")
    op.drop_index("ix_entry_until", "entry")
    op.drop_index("ix_claim_document", "claim")
    op.create_index("ix_entry_order", "entry", ["chronology_id", "sort_from", "sort_to", "id", "since", "until"])
    op.create_index("ix_entry_since", "entry", ["chronology_id", "since", "until", "id"])
    op.create_index("ix_entry_until", "entry", ["chronology_id", "until", "id"])
    op.create_index("ix_claim_document", "claim", ["chronology_id", "document_id", "start", "position"])


def downgrade() -> None:
    op.drop_index("ix_claim_document", "claim")
    op.drop_index("ix_entry_until", "entry")
    op.drop_index("ix_entry_since", "entry")
    op.drop_index("ix_entry_order", "entry")
    op.create_index("ix_claim_document", "claim", ["chronology_id", "document_id", "start"])
    op.create_index("ix_entry_until", "entry", ["chronology_id", "until"])
    op.create_index("ix_entry_order", "entry", ["chronology_id", "sort_from", "sort_to", "id"])
    op.drop_column("correction", "decided")
    op.drop_index("ix_captured_erased", "captured")
    op.drop_column("captured", "erased_position")
    op.drop_table("schedule")
    op.drop_table("revision")
