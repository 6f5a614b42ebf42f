"""The base of every domain value: frozen, closed to unknown fields, compared by content."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value. Sequence fields are tuples: `frozen` alone does not freeze a list inside."""

    model_config = ConfigDict(frozen=True, extra="forbid")
