"""What a consolidation keeps of a claim, in a form that can be written down: whoever has it needs not compare the claim again."""

import math
from array import array
from dataclasses import dataclass

import orjson

from services.projection.consolidation.blocking import Place
from shared.matching.outlines import Outline


@dataclass(frozen=True, slots=True)
class KeptClaim:
    """A claim as it stands among others: its keys, its place under them, its outline, and claims that it is linked with.

    A link is kept with either of the two claims, or with both.
    """

    document_id: str
    continues: str | None
    place: Place
    keys: "array[int]"
    outline: Outline
    links: tuple[str, ...]

    @property
    def id(self) -> str:
        """The id of the claim."""
        return self.place.id

    def to_json(self) -> bytes:
        """Write it down."""
        place, outline = self.place, self.outline
        return orjson.dumps(
            {
                "id": place.id,
                "document": self.document_id,
                "continues": self.continues,
                "place": [place.order.hex(), place.sharp, place.timed, place.planned, place.headed, place.sites, place.around],
                "keys": self.keys.tolist(),
                "hashes": outline.hashes.tolist(),
                "has": outline.has,
                "days": [day if math.isfinite(day) else None for day in (outline.earliest, outline.latest)],
                "told": [outline.language, outline.document],
                "links": self.links,
            }
        )

    @staticmethod
    def from_json(body: bytes) -> "KeptClaim":
        """Read what `to_json` wrote."""
        said = orjson.loads(body)
        order, *told = said["place"]
        earliest, latest = said["days"]
        language, document = said["told"]
        return KeptClaim(
            document_id=said["document"],
            continues=said["continues"],
            place=Place(bytes.fromhex(order), said["id"], *told),
            keys=array("Q", said["keys"]),
            outline=Outline(
                hashes=array("I", said["hashes"]),
                has=said["has"],
                earliest=-math.inf if earliest is None else earliest,
                latest=math.inf if latest is None else latest,
                language=language,
                document=document,
            ),
            links=tuple(said["links"]),
        )
