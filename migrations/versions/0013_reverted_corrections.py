"""Where accepted corrections were undone."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("correction", sa.Column("reverted", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("correction") as table:
        table.drop_column("reverted")
