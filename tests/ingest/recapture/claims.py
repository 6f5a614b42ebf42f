"""Claims about short texts, for tests of comparing captures."""

import re

from shared.domain.claims import Claim, ClaimDate, Extractor, Modality, Value
from shared.domain.provenance import context, passage

RULES = Extractor(name="rules", version="1")
PERSON = Extractor(name="person", version="1")

_COUNT = re.compile(r"(\d+) ([a-z]+)")
_YEAR = re.compile(r"\b[12]\d{3}\b")


def claim(
    text: str, quote: str, claim_id: str, *, nth: int = 0, extractor: Extractor = RULES, modality: Modality = "happened", dated: bool = True
) -> Claim:
    """A claim of the `nth` place where the quote stands, with the counts in it, and the first year in it as its date."""
    start = [found.start() for found in re.finditer(re.escape(quote), text)][nth]
    end = start + len(quote)
    prefix, suffix = context(text, start, end)
    counts = [found for found in _COUNT.finditer(quote) if not _YEAR.fullmatch(found[1])]
    year = _YEAR.search(quote) if dated else None
    return Claim(
        id=claim_id,
        document_id="document",
        extractor=extractor,
        start=start,
        end=end,
        quote=quote,
        prefix=prefix,
        suffix=suffix,
        statement=quote,
        language="en",
        modality=modality,
        date=ClaimDate(**passage(text, start + year.start(), start + year.end()).model_dump(), edtf=year[0]) if year else None,
        values=tuple(
            Value(**passage(text, start + found.start(), start + found.end()).model_dump(), attribute=found[2], value=found[1])
            for found in counts
        ),
    )


def claims_of(text: str, prefix: str, extractor: Extractor = RULES) -> list[Claim]:
    """A claim for each line of a text that holds a number: a small extractor, with the flaws of none."""
    found: list[Claim] = []
    seen: dict[str, int] = {}
    for line in text.splitlines():
        if line and re.search(r"\d", line):
            nth = seen.get(line, 0)
            whole = [at.start() for at in re.finditer(rf"^{re.escape(line)}$", text, re.MULTILINE)]
            every = [at.start() for at in re.finditer(re.escape(line), text)]
            found.append(claim(text, line, f"{prefix}{len(found)}", nth=every.index(whole[nth]), extractor=extractor))
            seen[line] = nth + 1
    return found
