"""How good a consolidation is against a known truth: B-cubed, disputes found, origins right.

`quality_of_history` measures it on the generated history (`benchmarks.history`), with the entries that a fold of it gave; `Quality` prints
itself in one line. The same figures are held on hand-labelled documents by `tests/projection/quality`.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from benchmarks.history import Happening, Report, form_of, happenings_of
from shared.domain.chronology import Entry
from shared.domain.claims import Claim


@dataclass(frozen=True, slots=True)
class Share:
    """How many of so many."""

    right: int
    of: int

    @property
    def value(self) -> float:
        """The share, 1 of nothing."""
        return self.right / self.of if self.of else 1.0

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.right} of {self.of})"


@dataclass(frozen=True, slots=True)
class Quality:
    """B-cubed over all claims; disputes found, and none shown where there is none; copies and strangers told apart."""

    precision: float
    recall: float
    disputes: Share
    undisputed: Share
    copies: Share
    strangers: Share

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / (self.precision + self.recall) if self.precision + self.recall else 0.0

    def __str__(self) -> str:
        return (
            f"B-cubed {self.f1:.3f} (precision {self.precision:.3f}, recall {self.recall:.3f}), disputes found {self.disputes}, "
            f"left undisputed where nothing is in dispute {self.undisputed}, copies counted as one origin {self.copies}, "
            f"documents in words of their own counted apart {self.strangers}"
        )


def b_cubed(got: Sequence[Hashable], truth: Sequence[Hashable]) -> tuple[float, float]:
    """Return B-cubed precision and recall (Bagga and Baldwin 1998) of a grouping, both given as the group of each item."""
    pairs, of_got, of_truth = Counter(zip(got, truth, strict=True)), Counter(got), Counter(truth)
    precision = sum(count * count / of_got[one] for (one, _), count in pairs.items())
    recall = sum(count * count / of_truth[other] for (_, other), count in pairs.items())
    return precision / len(got), recall / len(got)


def quality_of_history(entries: Iterable[Entry], reports: Sequence[Report], claims: int, seed: int = 1918) -> Quality:
    """Measure the entries that a fold made of `benchmarks.history.history(claims, seed)`, of which `reports` are the documents.

    A dispute is found where documents of the largest entry of a happening were given different counts and its value says `disputed`.
    Two documents of an entry are one origin where one copied the other. They are two where their sentences have different forms, for
    of sentences in one form nobody could tell whether they were copied.
    """
    truth = {claim.id: number for report in reports for claim, number in zip(report.claims, report.truth, strict=True)}
    entry_of = {claim_id: entry for entry in entries for claim_id in entry.claims}
    told = [claim_id for claim_id in truth if claim_id in entry_of]
    precision, recall = b_cubed([entry_of[claim_id].id for claim_id in told], [truth[claim_id] for claim_id in told])
    largest = _largest(told, truth, entry_of)
    given = _given(reports)
    disputed, undisputed = _disputes(largest, given, happenings_of(claims, seed))
    return Quality(precision, recall, disputed, undisputed, *_origins(largest, truth, reports))


def _largest(told: Iterable[str], truth: Mapping[str, int], entry_of: Mapping[str, Entry]) -> dict[int, Entry]:
    """The entry that holds most claims of each happening; of equals, the first in the order of their ids."""
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    by_id = {entry.id: entry for entry in entry_of.values()}
    for claim_id in told:
        counted[truth[claim_id]][entry_of[claim_id].id] += 1
    return {number: by_id[min(found, key=lambda entry_id: (-found[entry_id], entry_id))] for number, found in counted.items()}


def _given(reports: Iterable[Report]) -> dict[str, dict[str, str]]:
    """What each claim counts: attribute -> figure."""
    return {
        claim.id: {value.attribute: value.value for value in claim.values if value.kind == "count"}
        for report in reports
        for claim in report.claims
    }


def _disputes(
    largest: Mapping[int, Entry], given: Mapping[str, Mapping[str, str]], happenings: Mapping[int, Happening]
) -> tuple[Share, Share]:
    found = planted = quiet = plain = 0
    for number, entry in largest.items():
        rows = {value.attribute: value for value in entry.values}
        for (attribute, *_), _ in happenings[number].counts:
            figures = {figure for claim_id in entry.claims if (figure := given[claim_id].get(attribute)) is not None}
            if not figures:
                continue
            shown = rows[attribute].status == "disputed"
            if len(figures) > 1:
                planted, found = planted + 1, found + shown
            else:
                plain, quiet = plain + 1, quiet + (not shown)
    return Share(found, planted), Share(quiet, plain)


def _origins(largest: Mapping[int, Entry], truth: Mapping[str, int], reports: Sequence[Report]) -> tuple[Share, Share]:
    by_id = {report.id: report for report in reports}
    claim_of = {claim.id: (report.id, claim) for report in reports for claim in report.claims}
    copies = found = strangers = apart = 0
    for number, entry in largest.items():
        told = dict(claim_of[claim_id] for claim_id in entry.claims if truth[claim_id] == number)
        origin_of = {shown.document_id: at for at, origin in enumerate(entry.origins) for shown in origin.documents}
        alike = _alike(told)
        for one, other in combinations(sorted(told), 2):
            together = origin_of[one] == origin_of[other]
            if other in (by_id[one].copy_of, by_id[other].copy_of) or one in (by_id[one].copy_of, by_id[other].copy_of):
                copies, found = copies + 1, found + together
            elif alike[one] != alike[other]:
                strangers, apart = strangers + 1, apart + (not together)
    return Share(found, copies), Share(apart, strangers)


def _alike(told: Mapping[str, Claim]) -> dict[str, str]:
    """Each document with one that stands for all those of the same form of words: nobody could tell these from copies of it."""
    forms: dict[tuple[str, int], str] = {}
    group: dict[str, str] = {}
    for document_id, claim in sorted(told.items()):
        group[document_id] = forms.setdefault(form_of(claim), document_id)
    return group
