"""Keeping very many claims in memory at once.

Each Pydantic model notes in a set of its own which of its fields were given. For a claim of a table these sets are half of what it takes,
and the same from row to row.
"""

from pydantic import BaseModel

from shared.domain.claims import ClaimBody


class Thrift:
    """Lets models that were made of the same fields share the note of them. Only for models that are frozen: nobody adds to it."""

    def __init__(self) -> None:
        self._notes: dict[frozenset[str], set[str]] = {}

    def claim(self, claim: ClaimBody) -> ClaimBody:
        """Return the claim, it and its parts sharing their notes with those of earlier ones."""
        for part in (claim, claim.date, *claim.values, *claim.actors, *claim.places, claim.attribution):
            if part is not None:
                self._share(part)
        return claim

    def _share(self, model: BaseModel) -> None:
        given = model.model_fields_set
        object.__setattr__(model, "__pydantic_fields_set__", self._notes.setdefault(frozenset(given), given))
