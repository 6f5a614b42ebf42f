"""A generated history with known truth: happenings, the documents that tell of them, and what is wrong with these on purpose.

Every happening has a kind, a place with an invented name, a day, and two counts; a third have an ordinal. Sources tell of happenings in
one of several wordings, in English or Azerbaijani, with the date as a day, a month or a year. Planted are disputes (a source that gives
another count) and copies (a source that takes over another one's sentences with small edits). Seeded: the same size gives the same history.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.claims import Claim, ClaimDate, Extractor, Mention, Value

EXTRACTOR = Extractor(name="generated", version="1")
TOLD_BY = 4
"""By how many sources a happening is told of, on average."""
DISPUTED, COPIED, ORDINAL = 0.15, 0.1, 0.33
PER_DOCUMENT = 25
EPOCH, DAYS = date(1800, 1, 1), 80_000
MONTHS = {
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    "az": ["yanvar", "fevral", "mart", "aprel", "may", "iyun", "iyul", "avqust", "sentyabr", "oktyabr", "noyabr", "dekabr"],
}
KINDS = (
    ("congress", "qurultay"),
    ("conference", "konfrans"),
    ("exhibition", "sərgi"),
    ("festival", "festival"),
    ("strike", "tətil"),
    ("earthquake", "zəlzələ"),
    ("fire", "yanğın"),
    ("battle", "döyüş"),
    ("flood", "daşqın"),
    ("election", "seçki"),
)
COUNTED = (
    ("delegates", "delegates", "nümayəndə"),
    ("guests", "guests", "qonaq"),
    ("countries", "countries", "ölkə"),
    ("houses", "houses", "ev"),
    ("victims", "victims", "qurban"),
)
ORDINALS = (("first", "birinci"), ("second", "ikinci"), ("third", "üçüncü"), ("fourth", "dördüncü"), ("fifth", "beşinci"))
SYLLABLES = ("ba", "dor", "gan", "hil", "kes", "lu", "mar", "nev", "or", "pel", "qa", "rus", "sal", "tiv", "uz", "vel", "yar", "zon")
FILLER = {
    "en": ("old", "new", "great", "small", "famous", "cold", "warm", "quiet", "late", "early", "bright", "heavy"),
    "az": ("köhnə", "yeni", "böyük", "kiçik", "məşhur", "soyuq", "isti", "sakit", "gec", "erkən", "parlaq", "ağır"),
}


@dataclass(frozen=True)
class Happening:
    """What is true."""

    number: int
    kind: tuple[str, str]
    ordinal: tuple[str, str] | None
    place: str
    day: date
    counts: tuple[tuple[tuple[str, str, str], int], ...]
    disputed: bool


@dataclass(frozen=True)
class Report:
    """What a document is made of: a text, its claims with the number of the happening that each tells of, and whom it copied."""

    id: str
    number: int
    language: str
    text: str
    claims: tuple[Claim, ...]
    truth: tuple[int, ...]
    copy_of: str | None


def happenings(count: int, seed: int = 1918) -> Iterator[Happening]:
    """Yield so many happenings."""
    random_ = random.Random(seed)
    for number in range(count):
        place = "".join(random_.choices(SYLLABLES, k=3)).capitalize()
        counted = random_.sample(COUNTED, 2)
        yield Happening(
            number=number,
            kind=random_.choice(KINDS),
            ordinal=random_.choice(ORDINALS) if random_.random() < ORDINAL else None,
            place=place,
            day=EPOCH + timedelta(days=random_.randrange(DAYS)),
            counts=tuple((noun, random_.randrange(11, 3_000)) for noun in counted),
            disputed=random_.random() < DISPUTED,
        )


def happenings_of(claims: int, seed: int = 1918) -> dict[int, Happening]:
    """Return the happenings of a history of so many claims, by their numbers."""
    return {happening.number: happening for happening in happenings(max(claims // TOLD_BY, 1), seed)}


def history(claims: int, seed: int = 1918) -> Iterator[Report]:
    """Yield documents until they hold so many claims. Happenings come in the order of chance, each told of by several documents."""
    random_ = random.Random(seed)
    told: list[Happening] = []
    for happening in happenings_of(claims, seed).values():
        told += [happening] * random_.randrange(1, 2 * TOLD_BY)
    # Documents that tell of one happening stand near each other, as they do in life, but not side by side.
    told = [told[at] for at in sorted(range(len(told)), key=lambda at: at + random_.randrange(40 * PER_DOCUMENT))][:claims]
    last = None
    for number, first in enumerate(range(0, len(told), PER_DOCUMENT)):
        part = list({happening.number: happening for happening in told[first : first + PER_DOCUMENT]}.values())
        if last is not None and random_.random() < COPIED:
            report = _copied(last, number, random_)
        else:
            report = last = _written(part, number, random_)
        yield report


def _id(number: int, part: int = 0) -> str:
    return f"01900000-0000-7{part:03x}-8000-{number:012x}"


def _written(part: list[Happening], number: int, random_: random.Random) -> Report:
    language = random_.choice(("en", "en", "az"))
    at, sentences, claims = 0, [], []
    for index, happening in enumerate(part, start=1):
        sentence, parts = _sentence(happening, language, random_)
        claims.append(_claim(_id(number, index), _id(number), language, at, sentence, parts))
        sentences.append(sentence)
        at += len(sentence) + 1
    text = "\n".join(sentences) + "\n"
    return Report(_id(number), number, language, text, tuple(claims), tuple(happening.number for happening in part), None)


def _copied(original: Report, number: int, random_: random.Random) -> Report:
    """A document that takes over most sentences of another one, and moves on the offsets."""
    at, sentences, claims, truth = 0, [], [], []
    for index, (claim, happening) in enumerate(zip(original.claims, original.truth, strict=True), start=1):
        if random_.random() < 0.2:
            continue
        shift = at - claim.start
        moved = claim.model_dump()
        for piece in (moved, moved["date"], *moved["values"], *moved["places"]):
            piece["start"] += shift
            piece["end"] += shift
        claims.append(Claim.model_validate({**moved, "id": _id(number, index), "document_id": _id(number)}))
        truth.append(happening)
        sentences.append(claim.quote)
        at += len(claim.quote) + 1
    return Report(_id(number), number, original.language, "\n".join(sentences) + "\n", tuple(claims), tuple(truth), original.id)


@dataclass(frozen=True)
class _Parts:
    date: tuple[str, str]
    values: tuple[tuple[str, str, int], ...]
    place: str


def _sentence(happening: Happening, language: str, random_: random.Random) -> tuple[str, _Parts]:
    at = 0 if language == "en" else 1
    day, month = happening.day, MONTHS[language][happening.day.month - 1]
    precision = random_.choice(("day", "day", "day", "month", "year"))
    edtf = {"day": day.isoformat(), "month": day.strftime("%Y-%m"), "year": f"{day.year}"}[precision]
    counts = [
        (noun, count + (random_.randrange(1, 9) if happening.disputed and random_.random() < 0.4 else 0))
        for noun, count in happening.counts
    ]
    said = counts if random_.random() < 0.7 else counts[:1]
    ordinal = f"{happening.ordinal[at]} " if happening.ordinal else ""
    filler = random_.sample(FILLER[language], 2)
    values = tuple((noun[0], f"{count} {noun[1 + at]}", count) for noun, count in said)
    told = (" and " if language == "en" else " və ").join(words for _, words, _ in values)
    if language == "en":
        written = {"day": f"{day.day} {month} {day.year}", "month": f"{month} {day.year}", "year": f"{day.year}"}[precision]
        forms = (
            f"The {ordinal}{happening.kind[0]} took place in {happening.place} on {written}, a {filler[0]} day; {told} were counted.",
            f"In {happening.place} the {ordinal}{happening.kind[0]} of {written} is remembered for {told} and its {filler[0]} weather.",
            f"{happening.place} saw the {filler[1]} {ordinal}{happening.kind[0]} in {written}, and {told} were named in the report.",
        )
    else:
        written = {"day": f"{day.day} {month} {day.year}", "month": f"{day.year} {month}", "year": f"{day.year}"}[precision]
        forms = (
            f"{happening.place} şəhərində {ordinal}{happening.kind[1]} {written} tarixində keçirildi, {told} sayıldı, {filler[0]} idi.",
            f"{written} günü {happening.place} şəhərində {filler[0]} {ordinal}{happening.kind[1]} oldu, {told} qeyd edildi.",
        )
    return random_.choice(forms), _Parts((written, edtf), values, happening.place)


def form_of(claim: Claim) -> tuple[str, int]:
    """Return the language of a claim's sentence, and which of the forms of that language it has."""
    place = claim.places[0].start == claim.start
    if claim.language == "en":
        return "en", 2 if place else claim.quote.startswith("In ")
    return claim.language, int(not place)


def _claim(claim_id: str, document_id: str, language: str, at: int, sentence: str, parts: _Parts) -> Claim:
    def span(words: str) -> dict[str, int | str]:
        start = at + sentence.index(words)
        return {"start": start, "end": start + len(words), "quote": words}

    return Claim(
        id=claim_id,
        document_id=document_id,
        extractor=EXTRACTOR,
        start=at,
        end=at + len(sentence),
        quote=sentence,
        statement=sentence,
        language=language,
        date=ClaimDate.model_validate({**span(parts.date[0]), "edtf": parts.date[1]}),
        values=(
            *(Value.model_validate({**span(words), "attribute": name, "value": str(count)}) for name, words, count in parts.values),
            Value.model_validate({**span(parts.place), "attribute": "place", "value": parts.place, "kind": "place"}),
        ),
        places=(Mention.model_validate({**span(parts.place), "name": parts.place}),),
    )
