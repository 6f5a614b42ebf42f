"""Documents and claims to measure with: made up by a seeded generator, so that every run and every contestant has the same.

A claim is about 600 bytes of JSON: a short sentence with its context, a date and now and then a number, each with the span of the words
it comes from.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.claims import Claim, ClaimBody, ClaimDate, Extractor, Value
from shared.domain.events import ClaimRecorded
from shared.domain.ids import canonical_json
from shared.domain.provenance import context

SEED = 1918
SENTENCES = 500
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
WHO = ("Astvar", "Nerimkend", "Dalgaz", "Ulucay", "Sarvan")
DID = ("bought", "sold", "lost", "counted")
NOUNS = ("boats", "trees", "books", "mules")
NUMBERED = 0.3
"""How many of the sentences give a number."""
CLAIM_ID, DOCUMENT_ID = "0198c5e3-7b2e-7c11-8f5d-2b8f0a3d9e41", "0198c5e3-7b2e-7c11-8f5d-2b8f0a3d9e42"
EXTRACTOR = Extractor(name="generator", version="1")


@dataclass(frozen=True)
class Document:
    """A canonical text and one claim for each of its sentences, in the order of the text."""

    text: str
    bodies: tuple[ClaimBody, ...]


@dataclass(frozen=True)
class Sentence:
    """A sentence and where its parts stand in the text."""

    start: int
    words: str
    day: date
    written: str
    noun: str
    count: str | None


def document(sentences: int = SENTENCES, seed: int = SEED) -> Document:
    """Make a document of so many sentences."""
    random_ = random.Random(seed)
    found: list[Sentence] = []
    start = 0
    for _ in range(sentences):
        found.append(_sentence(random_, start))
        start += len(found[-1].words) + 1
    text = "\n".join(sentence.words for sentence in found) + "\n"
    return Document(text, tuple(_body(sentence, text) for sentence in found))


def _sentence(random_: random.Random, start: int) -> Sentence:
    day = date(1850, 1, 1) + timedelta(days=random_.randrange(60_000))
    written = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    noun, count = random_.choice(NOUNS), str(random_.randrange(100, 10_000)) if random_.random() < NUMBERED else None
    words = f"{random_.choice(WHO)} {random_.choice(DID)} {count or 'its'} {noun} on {written}."
    return Sentence(start, words, day, written, noun, count)


def _body(sentence: Sentence, text: str) -> ClaimBody:
    def span(words: str) -> dict[str, int | str]:
        start = text.index(words, sentence.start)
        return {"start": start, "end": start + len(words), "quote": words}

    whole = span(sentence.words)
    counts = [sentence.count] if sentence.count else []
    prefix, suffix = context(text, sentence.start, sentence.start + len(sentence.words))
    return ClaimBody.model_validate(
        {
            **whole,
            "prefix": prefix,
            "suffix": suffix,
            "statement": sentence.words,
            "language": "en",
            "date": ClaimDate.model_validate({**span(sentence.written), "edtf": sentence.day.isoformat()}),
            "values": tuple(Value.model_validate({**span(count), "attribute": sentence.noun, "value": count}) for count in counts),
        }
    )


def recorded(body: ClaimBody, claim_id: str, document_id: str) -> ClaimRecorded:
    """The event that records a claim of a captured document. The body was checked when it was made, and is not checked again."""
    fields = {name: getattr(body, name) for name in ClaimBody.model_fields}
    return ClaimRecorded.model_construct(claim=Claim.model_construct(id=claim_id, document_id=document_id, extractor=EXTRACTOR, **fields))


def endless(made: Document) -> Iterator[ClaimBody]:
    """The claims of a document, over and over."""
    while True:
        yield from made.bodies


def payload(body: ClaimBody) -> bytes:
    """The JSON of a recorded claim, as peers that take bytes are given it: the same fields, and ids of the same length."""
    return canonical_json(recorded(body, CLAIM_ID, DOCUMENT_ID).claim.model_dump(mode="json"))
