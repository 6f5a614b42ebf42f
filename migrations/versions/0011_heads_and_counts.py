"""What lists show of an entry stands in the listing, sealed; what is counted, and which versions ended, beside the segments of the index.

Rows that are there already have neither: their entries are opened as before, and counting them waits, until the projection has built the
read model anew, which it does after this release's upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ADDED = (("listing", "shown"), ("segment", "ends"), ("segment", "facets"))


def upgrade() -> None:
    for table, column in ADDED:
        op.add_column(table, sa.Column(column, sa.LargeBinary(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        # What is sealed does not compress.
        op.execute("ALTER TABLE listing ALTER COLUMN shown SET STORAGE EXTERNAL")


def downgrade() -> None:
    for table, column in reversed(ADDED):
        op.drop_column(table, column)
