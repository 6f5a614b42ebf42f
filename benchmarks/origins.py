"""What independence costs and finds on a generated history: the price of a document as the chronology grows, and the planted copies.

    python -m benchmarks.origins 20000 80000

A line for each tenth of the history: the microseconds of processor time that taking in the text of a document took, and consolidating its
claims, for each claim. Then what was found of what was planted (`benchmarks.history`): pairs of documents of which one copied the other.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Iterable

from benchmarks.history import EPOCH, Report, history
from services.projection.consolidation.consolidate import Consolidator
from services.projection.independence.documents import read_text
from services.projection.independence.shared import SharedSentence
from shared.domain.chronology import DocumentFacts, Testimony
from shared.domain.ids import sha256

PARTS = 10


def main() -> None:
    for argument in sys.argv[1:] or ["20000"]:
        measure(int(argument))


def measure(claims: int) -> None:
    consolidator, shared = Consolidator(), dict[tuple[str, int], SharedSentence]()
    copied: set[frozenset[str]] = set()
    reading = consolidating = 0.0
    taken, position, reported = 0, 0, 0
    for report in history(claims):
        facts = _facts(report)
        if report.copy_of:
            copied.add(frozenset({report.id, report.copy_of}))
        start = time.perf_counter()
        consolidator.read(facts, read_text(report.text, report.language))
        middle = time.perf_counter()
        for claim in report.claims:
            position += 1
            consolidator.add(Testimony(claim=claim, document=facts, position=position))
        delta = consolidator.flush()
        reading, consolidating = reading + middle - start, consolidating + time.perf_counter() - middle
        for place in delta.shared.unshared:
            del shared[place]
        shared.update({row.at: row for row in delta.shared.shared})
        taken += len(report.claims)
        if taken - reported >= claims / PARTS:
            each = 1e6 / (taken - reported)
            print(
                f"{taken:>9,} claims: text {reading * each:6.0f} µs a claim, consolidation {consolidating * each:6.0f} µs a claim",
                flush=True,
            )
            reading = consolidating = 0.0
            reported = taken
    found = _pairs(shared.values())
    right = len(found & copied)
    entries = consolidator.entries()
    one = sum(len(origin.documents) > 1 for entry in entries for origin in entry.origins)
    print(f"{claims:>9,} claims: of {len(copied)} planted copies {right} found, {len(found - copied)} pairs more", flush=True)
    print(f"{claims:>9,} claims: {one} origins of several documents in {len(entries)} entries", flush=True)


def _facts(report: Report) -> DocumentFacts:
    day = EPOCH.replace(year=EPOCH.year + report.number % 200).isoformat()
    return DocumentFacts(
        id=report.id, sha256=sha256(report.text.encode()), source_id=f"source {report.number}", language=report.language, captured=day
    )


def _pairs(shared: Iterable[SharedSentence]) -> set[frozenset[str]]:
    """The pairs of documents that share most of a document's sentences."""
    by_wording: dict[tuple[str, int], set[str]] = defaultdict(set)
    for row in shared:
        by_wording[row.wording].add(row.at.document_id)
    counts: dict[frozenset[str], int] = defaultdict(int)
    for documents in by_wording.values():
        listed = sorted(documents)
        for at, one in enumerate(listed):
            for other in listed[at + 1 :]:
                counts[frozenset({one, other})] += 1
    return {pair for pair, count in counts.items() if count >= 5}


if __name__ == "__main__":
    main()
