"""What lists show of an entry stands in the listing, sealed, so that a list opens no whole entries.

Rows that are there already have none, and their entries are opened as before, until the projection has built the read model anew, which it
does after this release's upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listing", sa.Column("shown", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("listing", "shown")
