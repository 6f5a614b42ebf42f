"""Generations side by side: every row of the read model says to which one it belongs, so that another can be built beside the live one.

The rows that are there become those of their chronology's live generation; nothing is folded anew.
"""

import math
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from shared.store.timed import TimedConnection

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    "revision",
    "source",
    "schedule",
    "captured",
    "claim",
    "placement",
    "erased_claim",
    "entry",
    "sentence",
    "resemblance",
    "correction",
    "change",
)

Names = list[str]


def upgrade() -> None:
    op.add_column("progress", sa.Column("carried", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("progress", sa.Column("lost", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "generation",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("erasures", sa.BigInteger(), nullable=False),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.Column("time", sa.String(40), nullable=False),
        sa.Column("live_until", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("carried", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("lost", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("chronology_id", "number"),
    )
    op.create_table(
        "untold",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("entry_id", sa.String(36), nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "entry_id"),
    )
    _write_anew(_with_generation, "progress.generation")


def downgrade() -> None:
    _write_anew(_without_generation, None)
    op.drop_table("untold")
    op.drop_table("generation")
    op.drop_column("progress", "lost")
    op.drop_column("progress", "carried")


def _with_generation(names: Names) -> Names:
    return [names[0], "generation", *names[1:]]


def _without_generation(names: Names) -> Names:
    return [name for name in names if name != "generation"]


def _write_anew(keyed: Callable[[Names], Names], generation: str | None) -> None:
    """Write every table with other keys: SQLite cannot change a primary key. However long that takes."""
    raw = op.get_bind().connection.driver_connection
    usual = raw.limit if isinstance(raw, TimedConnection) else None
    if isinstance(raw, TimedConnection):
        raw.limit = math.inf
    else:
        op.execute("SET LOCAL statement_timeout = 0")
    for table in TABLES:
        _table_anew(table, keyed, generation)
    if isinstance(raw, TimedConnection) and usual is not None:
        raw.limit = usual


def _table_anew(table: str, keyed: Callable[[Names], Names], generation: str | None) -> None:
    connection = op.get_bind()
    known = sa.inspect(connection)
    columns = {column["name"]: column for column in known.get_columns(table)}
    indexes = known.get_indexes(table)
    key: Names = known.get_pk_constraint(table)["constrained_columns"]
    for index in indexes:
        op.drop_index(str(index["name"]), table_name=table)
    op.rename_table(table, f"{table}_before")
    if connection.dialect.name == "postgresql":
        op.execute(f"ALTER INDEX {table}_pkey RENAME TO {table}_before_pkey")
    names = keyed(list(columns))
    op.create_table(
        table,
        *(
            sa.Column(
                name,
                columns[name]["type"] if name in columns else sa.BigInteger(),
                nullable=name in columns and columns[name]["nullable"],
                autoincrement=False,
                server_default=sa.text(str(columns[name]["default"])) if name in columns and columns[name]["default"] else None,
            )
            for name in names
        ),
        sa.PrimaryKeyConstraint(*keyed(key)),
    )
    listed = ", ".join(f'"{name}"' for name in names)
    taken = ", ".join(f'r."{name}"' if name in columns else str(generation) for name in names)
    live = "" if generation else "AND r.generation = progress.generation"
    op.execute(
        f'INSERT INTO "{table}" ({listed}) SELECT {taken} FROM "{table}_before" r '  # noqa: S608 - our own names
        f"JOIN progress ON progress.chronology_id = r.chronology_id {live}"
    )
    op.drop_table(f"{table}_before")
    for index in indexes:
        op.create_index(str(index["name"]), table, keyed([str(name) for name in index["column_names"]]))
