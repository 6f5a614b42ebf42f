"""What the API answers about generations of the read model."""

from typing import Literal

from pydantic import Field

from shared.domain.model import Frozen


class GenerationView(Frozen):
    """One generation: the rows that a rebuild wrote."""

    number: int
    state: Literal["live", "building", "kept"] = Field(
        description="live: what readers see; building: to be compared and switched to; kept: was live, and can be again"
    )
    rules: int = Field(description="the version of the rules that it is folded by")
    revision: int = Field(description="how far it is folded")


class Generations(Frozen):
    """All generations of a chronology, the live one first, then the newest."""

    revision: int
    generations: tuple[GenerationView, ...]


class ShownView(Frozen):
    """What an entry is shown as, in short."""

    title: str
    date: str | None = Field(description="EDTF; null where it has none or it is disputed")
    status: str
    claims: int = Field(description="how many claims it holds")


class DifferenceView(Frozen):
    """An entry that two generations show differently; null where it is no entry."""

    entry_id: str
    live: ShownView | None
    other: ShownView | None


class Differences(Frozen):
    """Differences by entry id, at the newest revision that both generations have reached."""

    revision: int
    live: int = Field(description="the number of the live generation")
    other: int
    differences: tuple[DifferenceView, ...]
    next: str | None = Field(description="ask again with `after` set to it for more; null when there are none")
