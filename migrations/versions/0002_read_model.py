"""The read model: everything that the projection writes, and can write again from the log."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("checkpoint", "source", "captured", "claim", "entry", "correction", "change")


def upgrade() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.Column("time", sa.String(40), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("chronology_id"),
    )
    op.create_table(
        "source",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "id"),
    )
    op.create_table(
        "captured",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("source_id", sa.String(36), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.String(40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "id"),
    )
    op.create_table(
        "claim",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("entry_id", sa.String(36), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "id"),
    )
    op.create_table(
        "entry",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("sort_from", sa.BigInteger(), nullable=False),
        sa.Column("sort_to", sa.BigInteger(), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "id", "since"),
    )
    op.create_table(
        "correction",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "id"),
    )
    op.create_table(
        "change",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "revision"),
    )
    op.create_index("ix_claim_document", "claim", ["chronology_id", "document_id", "start"])
    op.create_index("ix_claim_entry", "claim", ["chronology_id", "entry_id"])
    op.create_index("ix_entry_order", "entry", ["chronology_id", "sort_from", "sort_to", "id"])
    op.create_index("ix_entry_until", "entry", ["chronology_id", "until"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
