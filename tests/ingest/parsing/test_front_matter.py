"""Front matter that costs more than it says is refused before it is read."""

import pytest

from services.ingest.parsing.frontmatter import front_matter
from shared.domain.errors import InvalidInput


@pytest.mark.parametrize("opening", ["[", "{", "[a, ", "{a: ", "[{"])
@pytest.mark.parametrize("closed", [True, False])
def test_lists_within_lists_are_refused(opening: str, closed: bool) -> None:
    end = "".join({"[": "]", "{": "}"}.get(char, "") for char in reversed(opening)) * 10_000 if closed else ""
    with pytest.raises(InvalidInput, match="nests lists or mappings more than 20 deep"):
        front_matter(f"---\ntitle: {opening * 10_000}{end}\n---\nIt rained.\n")


def test_lists_side_by_side_are_read_whatever_their_number() -> None:
    tags = "[a], {b: c}, " * 300
    details, spans = front_matter(f"---\ntitle: Tides\nauthor: [A. Reed, B. Marsh]\ntags: [{tags}]\n---\nIt rained.\n")
    assert (details.title, details.author, len(spans)) == ("Tides", "A. Reed, B. Marsh", 1)
