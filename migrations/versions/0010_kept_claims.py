"""What the projection keeps of claims, to go on after a start without comparing them again.

It is empty at first: the projection folds as before at the first start after this release's upgrade, and fills it then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_claim",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "generation", "position"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # What is sealed does not compress.
        op.execute("ALTER TABLE kept_claim ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("kept_claim")
