"""Captures: the response that a document was fetched with, how often a source is captured again, and what that showed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("warc", sa.LargeBinary(), nullable=True))
    op.add_column("source", sa.Column("every", sa.BigInteger(), nullable=True))
    op.add_column("captured", sa.Column("comparison", sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("kept responses are not thrown away: restore a backup instead of downgrading below this revision")
