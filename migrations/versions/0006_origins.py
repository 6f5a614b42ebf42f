"""Origins: sentences that documents share, and entries whose support runs in a circle."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("alarms", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_entry_alarms", "entry", ["chronology_id", "alarms"])
    op.create_table(
        "sentence",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("first_document_id", sa.String(36), nullable=False),
        sa.Column("first_start", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "document_id", "start"),
    )
    op.create_index("ix_sentence_wording", "sentence", ["chronology_id", "first_document_id", "first_start"])
    op.create_table(
        "resemblance",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("other_document_id", sa.String(36), nullable=False),
        sa.Column("other_start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "document_id", "start", "other_document_id", "other_start"),
    )


def downgrade() -> None:
    op.drop_table("resemblance")
    op.drop_table("sentence")
    op.drop_index("ix_entry_alarms", table_name="entry")
    op.drop_column("entry", "alarms")
