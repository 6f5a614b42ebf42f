"""Events of every type, of whatever Hypothesis thinks of: hostile texts, odd spans, all the optional parts there and not there."""

import string
from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from shared.domain.claims import Claim, ClaimDate, Extractor, Mention, Value
from shared.domain.corrections import (
    AmendDate,
    AmendValue,
    Change,
    JoinOrigins,
    MergeEntries,
    RetitleEntry,
    SplitEntry,
    SplitOrigins,
    WithdrawClaim,
)
from shared.domain.events import (
    EVENT_TYPES,
    AnyEvent,
    CarriedClaim,
    ChronologyCreated,
    ChronologyReconsolidated,
    ClaimRecorded,
    CorrectionAccepted,
    CorrectionProposed,
    CorrectionRejected,
    CorrectionReverted,
    CorrectionWithdrawn,
    DocumentCaptured,
    DocumentErased,
    ErasedClaim,
    EventData,
    FeedFollowed,
    SourceRecaptured,
    SourceRegistered,
    SourceScheduled,
)
from shared.domain.provenance import Passage, Retrieval, SourceDetails, Span

HOSTILE = st.sampled_from(
    [
        '"', "\\", '\\"', "\\u0000", "\x00", "\x1f", "\x7f", "\t", "\n", "\r\n", "\b\f", "/", "</script>", "\u2028", "\u2029", "\ufeff",
        "\ufffe", "\U0001f600", "\U0010ffff", "é", "e\u0301", "ə", "İ", "\u202e", '{"a":1}', '","type":"x', "\\.", "\\N", "",
    ]
)  # fmt: skip
"""What breaks serialisers: quotes, controls, line separators, astral and combining characters, and JSON within JSON."""

texts = st.lists(HOSTILE | st.text(st.characters(codec="utf-8"), max_size=12), max_size=4).map("".join)
words = texts.map(lambda text: text or "x")
short = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=20)
"""Texts that are no shorter without the white space around them."""
ids = st.uuids(version=4).map(str) | words
numbers = st.integers(0, 2**53 - 1)
edtf = st.sampled_from(["1998-05-04", "1998-05", "198X", "2001~", "2001-11-09/2001-11-10", "-0043", "1998-21"])
spans = st.tuples(st.integers(0, 10_000), st.integers(1, 10_000)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def passages(of: type[Passage], /, **parts: SearchStrategy[object]) -> SearchStrategy[Passage]:
    """A passage of some kind, at some span."""
    return st.builds(lambda span, rest: of(start=span[0], end=span[1], **rest), spans, st.fixed_dictionaries({"quote": words, **parts}))


mentions = passages(Mention, name=words)
counts = passages(
    Value,
    attribute=words,
    value=st.integers(0, 10**30).map(str),
    unit=st.none() | words,
    bound=st.just("about"),
)
names = passages(Value, attribute=words, value=words, kind=st.sampled_from(["place", "name", "identifier"]))
claims = passages(
    Claim,
    id=ids,
    document_id=ids,
    extractor=st.builds(Extractor, name=words, version=words, model=st.none() | words, prompt=st.none() | words),
    prefix=texts,
    suffix=texts,
    page=st.none() | st.integers(1, 9_999),
    statement=words,
    language=st.sampled_from(["en", "az", "zh-Hant"]),
    date=st.none() | passages(ClaimDate, edtf=edtf, derivation=texts),
    values=st.lists(counts | names, max_size=3).map(tuple),
    actors=st.lists(mentions, max_size=2).map(tuple),
    places=st.lists(mentions, max_size=2).map(tuple),
    modality=st.sampled_from(["happened", "planned", "denied", "hypothetical"]),
    attribution=st.none() | mentions,
    confidence=st.sampled_from(["high", "medium", "low"]),
    continues=st.none() | ids,
)
details = st.builds(
    SourceDetails,
    title=st.none() | short,
    author=st.none() | short,
    publisher=st.none() | short,
    url=st.none() | st.sampled_from(["https://example.org/a?b=%22c%22#d", "http://bücher.example/ə"]),
    language=st.none() | st.just("az"),
    published=st.none() | edtf,
)
changes: SearchStrategy[Change] = st.one_of(
    st.builds(AmendDate, claim_id=ids, edtf=st.none() | edtf),
    st.builds(AmendValue, claim_id=ids, attribute=texts, value=st.none() | texts, start=st.none() | numbers),
    st.builds(WithdrawClaim, claim_id=ids),
    st.builds(MergeEntries, claim_ids=st.lists(ids, min_size=2, max_size=4).map(tuple)),
    st.builds(SplitEntry, out=st.just(("a",)), kept=st.lists(st.uuids().map(str), min_size=1, max_size=3).map(tuple)),
    st.builds(RetitleEntry, claim_id=ids, title=short),
    st.builds(JoinOrigins, document_ids=st.lists(ids, min_size=2, max_size=4, unique=True).map(tuple)),
    st.builds(SplitOrigins, document_ids=st.lists(ids, min_size=2, max_size=4, unique=True).map(tuple)),
)

retrievals = st.builds(
    Retrieval,
    url=texts,
    final_url=texts,
    time=st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zones are added
    status=st.integers(100, 599),
    media_type=st.none() | texts,
    warc=st.booleans(),
)
pairs = st.lists(st.builds(CarriedClaim, earlier=ids, later=ids), max_size=3).map(tuple)

BY_TYPE: dict[type[EventData], SearchStrategy[AnyEvent]] = {
    ChronologyCreated: st.builds(ChronologyCreated, chronology_id=ids, slug=words, title=texts, description=texts),
    ChronologyReconsolidated: st.builds(ChronologyReconsolidated, chronology_id=ids, generation=numbers, rules=numbers, before=numbers),
    SourceRegistered: st.builds(SourceRegistered, source_id=ids, identity=words, details=details),
    DocumentCaptured: st.builds(
        DocumentCaptured,
        document_id=ids, source_id=ids, filename=st.none() | texts, media_type=texts, encoding=st.none() | texts, language=texts,
        language_detected=st.booleans(), sha256=st.text(string.hexdigits, min_size=64, max_size=64), size=numbers, text_sha256=texts,
        length=numbers, parser=texts, skip=st.lists(spans.map(lambda span: Span(start=span[0], end=span[1])), max_size=3).map(tuple),
        pages=st.lists(numbers, max_size=3).map(tuple), notes=st.lists(texts, max_size=2).map(tuple), retrieved=st.none() | retrievals,
        previous=st.none() | ids,
    ),
    SourceScheduled: st.builds(SourceScheduled, source_id=ids, every=st.none() | st.integers(60, 2**53 - 1)),
    FeedFollowed: st.builds(
        FeedFollowed, feed_id=ids, url=texts, every=st.none() | st.integers(60, 2**53 - 1), extractor=words, limit=st.integers(1, 9_999)
    ),
    SourceRecaptured: st.builds(
        SourceRecaptured,
        source_id=ids, document_id=ids, previous=ids, carried=pairs, changed=pairs, vanished=st.lists(ids, max_size=3).map(tuple),
        doubt=st.lists(ids, max_size=3).map(tuple),
    ),
    DocumentErased: st.builds(
        DocumentErased,
        document_id=ids,
        reason=texts,
        claims=st.lists(st.builds(ErasedClaim, claim_id=ids, beside=st.none() | ids), max_size=3).map(tuple),
    ),
    ClaimRecorded: st.builds(ClaimRecorded, claim=claims),
    CorrectionProposed: st.builds(
        CorrectionProposed, correction_id=ids, change=changes, reason=texts, evidence=st.lists(texts, max_size=3).map(tuple)
    ),
    CorrectionAccepted: st.builds(CorrectionAccepted, correction_id=ids, change=changes, reason=texts),
    CorrectionRejected: st.builds(CorrectionRejected, correction_id=ids, reason=texts),
    CorrectionWithdrawn: st.builds(CorrectionWithdrawn, correction_id=ids, reason=texts),
    CorrectionReverted: st.builds(CorrectionReverted, correction_id=ids, reason=texts),
}  # fmt: skip

assert set(BY_TYPE) == set(EVENT_TYPES), "every event type is tried"
