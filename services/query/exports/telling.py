"""An entry as a reader is told it: what each source says, side by side, every statement with the number of the note that cites it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.query.exports.walking import Export
from services.query.schemas import Citation, ClaimView, EntryView, ValueAlternativeView, ValueView


@dataclass(frozen=True, slots=True)
class Note:
    """A citation: the words, who stands behind them, on which page, and where they can be read. `url` is the source's own address."""

    number: int
    quote: str
    source: str
    page: str | None
    link: str
    url: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Saying:
    """Something said, the numbers of the notes that support it and of those that deny it, and what has to be known about it."""

    text: str
    notes: tuple[int, ...]
    denials: tuple[int, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """An attribute with every value that is given for it. `status` is in words."""

    attribute: str
    status: str
    disputed: bool
    sayings: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """One entry. `when` and `status` are in words; `dates` are those in dispute, none where the date is agreed.

    `alarms` say of each circle of support who leans on whom.
    """

    id: str
    link: str
    when: str
    title: str
    status: str
    disputed: bool
    dates: tuple[Saying, ...]
    facts: tuple[Fact, ...]
    claims: tuple[Saying, ...]
    notes: tuple[Note, ...]
    corrections: tuple[str, ...]
    erased: tuple[str, ...]
    alarms: tuple[str, ...] = ()


def tell(export: Export, view: EntryView, first: int = 1) -> Telling:
    """Tell an entry; its notes are numbered from `first` on, one for each claim, withdrawn ones last."""
    words = export.words
    shown = {claim.claim_id: claim for claim in (*view.claims, *view.withdrawn)}
    numbers = {claim_id: number for number, claim_id in enumerate(shown, first)}
    return Telling(
        id=view.id,
        link=export.link(view.url),
        when=words.when(view.date),
        title=words.title(view),
        status=words.status(view.status),
        disputed=view.disputed,
        dates=tuple(_dates(export, view, numbers)) if view.date.status == "disputed" else (),
        facts=tuple(_fact(export, value, numbers) for value in view.values),
        claims=tuple(_claim(export, view, claim, numbers) for claim in shown.values()),
        notes=tuple(_note(export, claim, numbers) for claim in shown.values()),
        corrections=tuple(_corrections(export, view)),
        erased=tuple(words("erased_support", moment=words.moment(lost.erased_at), reason=lost.reason) for lost in view.erased),
        alarms=tuple(words.alarm(alarm, view.documents) for alarm in view.alarms),
    )


def _dates(export: Export, view: EntryView, numbers: Mapping[str, int]) -> Iterator[Saying]:
    for alternative in view.date.alternatives:
        remarks = [export.words("corrected_only")] if alternative.corrected_by else []
        remarks += _witnesses(export, alternative.citations, alternative.origins)
        yield Saying(export.words.date(alternative.edtf), _numbers(alternative.citations, numbers), remarks=tuple(remarks))


def _fact(export: Export, value: ValueView, numbers: Mapping[str, int]) -> Fact:
    return Fact(
        attribute=export.words.attribute(value.attribute),
        status=export.words.status(value.status),
        disputed=value.status == "disputed",
        sayings=tuple(
            Saying(
                text=export.words.figure(alternative),
                notes=_numbers(alternative.citations, numbers),
                denials=_numbers(alternative.denials, numbers),
                remarks=tuple(_remarks(export, alternative)),
            )
            for alternative in value.alternatives
        ),
    )


def _remarks(export: Export, alternative: ValueAlternativeView) -> Iterator[str]:
    if alternative.corrected_from:
        yield export.words("corrected", value=alternative.corrected_from)
    elif alternative.corrected_by:
        yield export.words("corrected_only")
    yield from _witnesses(export, alternative.citations, alternative.origins)


def _witnesses(export: Export, citations: tuple[Citation, ...], origins: tuple[int, ...]) -> Iterator[str]:
    """Say it where documents that agree are fewer witnesses than documents: who copies supports nothing."""
    documents = {citation.document.id for citation in citations}
    if origins and len(origins) < len(documents):
        yield export.words.witnesses(len(documents), len(origins))


def _numbers(citations: tuple[Citation, ...], numbers: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers[cited.claim_id] for cited in citations))


def _claim(export: Export, view: EntryView, claim: ClaimView, numbers: Mapping[str, int]) -> Saying:
    standing = export.words.standing(view, claim)
    remarks = (*export.words.manner(claim), *([standing] if standing else []))
    return Saying(one_line(claim.statement), (numbers[claim.claim_id],), remarks=remarks)


def _note(export: Export, claim: ClaimView, numbers: Mapping[str, int]) -> Note:
    return Note(
        number=numbers[claim.claim_id],
        quote=one_line(claim.quote),
        source=export.words.source(claim.document),
        page=export.words("page", page=claim.page) if claim.page else None,
        link=export.link(claim.url),
        url=claim.document.source.url,
        sha256=claim.document.sha256,
    )


def _corrections(export: Export, view: EntryView) -> Iterator[str]:
    for correction in view.corrections:
        yield export.words(
            "correction",
            summary=export.words.correction(correction),
            reason=correction.reason,
            proposer=correction.proposed_by,
            accepter=correction.accepted_by,
            moment=export.words.moment(correction.accepted_at),
        )


def erased_lines(export: Export) -> Iterator[str]:
    """Iterate over what is said of the documents that were erased."""
    words = export.words
    for captured in export.erased_documents():
        erasure, source = captured.erasure, captured.source
        assert erasure is not None  # that is what it was looked up by
        named = source.title or captured.document.filename or words("untitled")
        yield words("erased_document", source=named, by=erasure.by, moment=words.moment(erasure.at), reason=erasure.reason)


def one_line(text: str) -> str:
    """Return a text with its line breaks folded, as it stands in a sentence of ours."""
    return " ".join(text.split())
