"""What proposed corrections would change.

It is empty at first: the projection builds the read model anew after this release's upgrade, and fills it then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preview",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "generation", "id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # What is sealed does not compress.
        op.execute("ALTER TABLE preview ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("preview")
