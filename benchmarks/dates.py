"""The date finder beside others on annotated texts: documents a second of processor time, and how much of it is right.

    python -m benchmarks.dates [CORPUS ...] [--rounds 5] [--quick] [--heideltime JAR]

A corpus is a file of JSON Lines `{doc_id, text, dct, lang, timexes: [{start, end, text, type, value}]}` with a scorer, `score_dates.py`,
beside it; without one, those in the folder `shared/eval` beside the project are taken. Nothing of them is in this repository.

- **salname**: `find_dates`, with what it remembers of other texts forgotten before every round.
- **dateparser**: `search_dates`, told the language and the day of publication.
- **plain regex**: complete dates, months with their years, decades, and numbers that look like years; no narrative.
- **HeidelTime**: the standalone jar with its own tagger configuration, where a JVM and the jar are there (`--heideltime` or the variable
  HEIDELTIME_JAR). Its JVM starts once a document, as its users run it; its clock is the children's processor time.
"""

import argparse
import contextlib
import io
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from html import unescape
from importlib import util
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.measure import Figures, Unavailable, conditions, interleaved, rounds_of
from services.ingest.extraction.dates.finder import find_dates, single_dates
from services.ingest.extraction.dates.tables import language
from services.ingest.inspect import in_historical_years

EVALUATION = Path(__file__).resolve().parents[2] / "shared" / "eval"
FIGURE = re.compile(r"(\w+)=([\d.]+)")
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
NAMES = "|".join(MONTHS)
PLAIN = (
    (re.compile(rf"(?P<m>{NAMES}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})"), "{y}-{m}-{d}"),
    (re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?P<m>{NAMES}),? (?P<y>\d{{4}})"), "{y}-{m}-{d}"),
    (re.compile(rf"(?P<m>{NAMES})(?: of)? (?P<y>\d{{4}})"), "{y}-{m}"),
    (re.compile(r"(?<![\d-])(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?![\d-])"), "{y}-{m}-{d}"),
    (re.compile(r"(?<![\d.])(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})(?!\d)"), "{y}-{m}-{d}"),
    (re.compile(r"\b(?P<y>\d{3})0s\b"), "{y}X"),
    (re.compile(r"(?<![\d.,:$€£/-])(?P<y>1[0-9]\d\d|20\d\d)(?![\d,:/%-])"), "{y}"),
)

Dates = list[dict[str, Any]]


@dataclass
class Corpus:
    """Annotated texts, their scorer, and what each contestant found in them."""

    path: Path
    documents: list[dict[str, Any]]
    answers: dict[str, dict[str, Dates]] = field(default_factory=dict)

    def published(self, document: dict[str, Any]) -> str | None:
        """The day of publication, `YYYY-MM-DD`, or None."""
        day = (document.get("dct") or "")[:10]
        return f"{day[:4]}-{day[4:6]}-{day[6:]}" if re.fullmatch(r"\d{8}", day) else day or None

    def scores(self, contestant: str) -> dict[str, float]:
        """What the corpus' own scorer says of a contestant's answers."""
        spec = util.spec_from_file_location("score_dates", self.path.with_name("score_dates.py"))
        assert spec is not None
        assert spec.loader is not None
        scorer = util.module_from_spec(spec)
        spec.loader.exec_module(scorer)
        with tempfile.TemporaryDirectory() as folder:
            gold, system = (Path(folder, name) for name in ("gold.jsonl", "system.jsonl"))
            gold.write_text("".join(json.dumps(document) + "\n" for document in self.documents), "utf-8")
            answers = self.answers[contestant].items()
            system.write_text("".join(json.dumps({"id": key, "dates": dates}) + "\n" for key, dates in answers), "utf-8")
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed), _arguments("score_dates", str(gold), str(system)):
                scorer.main()
        return {name: float(value) for name, value in FIGURE.findall(printed.getvalue())}


@contextlib.contextmanager
def _arguments(*arguments: str) -> Iterator[None]:
    kept, sys.argv = sys.argv, list(arguments)
    try:
        yield
    finally:
        sys.argv = kept


def read(path: Path, limit: int | None) -> Corpus:
    """Read a corpus, or the first documents of it."""
    return Corpus(path, [json.loads(line) for line in path.read_text("utf-8").splitlines()[:limit]])


def timed(corpus: Corpus, contestant: str, find: Callable[[dict[str, Any]], Dates], children: bool = False) -> float:
    """Let a contestant read all documents; keep its answers, return documents a second of processor time."""
    started = _processor(children)
    corpus.answers[contestant] = {document["doc_id"]: find(document) for document in corpus.documents}
    return len(corpus.documents) / max(1e-9, _processor(children) - started)


def _processor(children: bool) -> float:
    if not children:
        return time.process_time()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def salname(corpus: Corpus) -> float:
    """The finder of this project."""
    code = _language(corpus)
    language(code).forget()

    def find(document: dict[str, Any]) -> Dates:
        return [
            {"start": date.start, "end": date.end, "text": date.text, "edtf": date.edtf and in_historical_years(date.edtf)}
            for date in single_dates(find_dates(document["text"], code, corpus.published(document)))
        ]

    return timed(corpus, "salname", find)


def dateparser(corpus: Corpus) -> float:
    """The search of dateparser, whose answers have no offsets: they are looked for from left to right."""
    try:
        from dateparser.search import search_dates  # type: ignore[import-untyped]  # it ships no types
    except ImportError as error:
        raise Unavailable("`uv sync --group bench` installs dateparser") from error
    code = _language(corpus)

    def find(document: dict[str, Any]) -> Dates:
        day = corpus.published(document)
        settings: Any = {"RELATIVE_BASE": datetime.fromisoformat(day)} if day else {}
        found, at = [], 0
        for answer in search_dates(document["text"], languages=[code], settings=settings) or []:
            words, when = answer[0], answer[1]
            start = document["text"].find(words, at)
            if start >= 0:
                at = start + len(words)
                found.append({"start": start, "end": at, "text": words, "edtf": _as_precise(words, when)})
        return found

    return timed(corpus, "dateparser", find)


def _as_precise(words: str, when: datetime) -> str:
    """What it fills in from today is taken away again, as far as the words show it."""
    numbers = re.findall(r"\d+", words)
    if re.fullmatch(r"\D*\d{4}\D*", words) and not re.search(r"[^\W\d_]{3,}", words):
        return f"{when.year:04d}"
    if not any(len(number) <= 2 for number in numbers):
        return f"{when.year:04d}-{when.month:02d}"
    return f"{when.year:04d}-{when.month:02d}-{when.day:02d}"


def plain(corpus: Corpus) -> float:
    """Seven regular expressions."""

    def find(document: dict[str, Any]) -> Dates:
        taken: list[tuple[int, int]] = []
        found = []
        for pattern, form in PLAIN:
            for match in pattern.finditer(document["text"]):
                if any(match.start() < end and start < match.end() for start, end in taken):
                    continue
                taken.append(match.span())
                found.append({"start": match.start(), "end": match.end(), "text": match.group(), "edtf": _filled(form, match)})
        return found

    return timed(corpus, "plain regex", find)


def _filled(form: str, match: re.Match[str]) -> str:
    parts = match.groupdict()
    month = parts.get("m") or ""
    parts["m"] = f"{MONTHS.index(month) + 1:02d}" if month in MONTHS else month.zfill(2)
    return form.format(**{**parts, "d": (parts.get("d") or "").zfill(2)})


def heideltime(jar: str | None) -> Callable[[Corpus], float]:
    """HeidelTime's standalone jar, run once a document."""

    def run(corpus: Corpus) -> float:
        java = shutil.which("java")
        if java is None or not jar or not Path(jar).is_file():
            raise Unavailable("needs a JVM and the jar of HeidelTime standalone (--heideltime or HEIDELTIME_JAR)")
        if _language(corpus) != "en":
            raise Unavailable("knows no Azerbaijani")

        def find(document: dict[str, Any]) -> Dates:
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
                file.write(document["text"])
                file.flush()
                command = [
                    java,
                    "-jar",
                    jar,
                    file.name,
                    "-t",
                    "narratives",
                    "-l",
                    "english",
                    "-dct",
                    corpus.published(document) or "2000-01-01",
                ]
                done = subprocess.run(command, cwd=Path(jar).parent, capture_output=True, text=True, timeout=600, check=False)
            if done.returncode:
                raise Unavailable(f"HeidelTime failed: {done.stderr.strip()[-200:]}")
            return timeml(done.stdout, document["text"])

        return timed(corpus, "HeidelTime", find, children=True)

    return run


def timeml(marked: str, text: str) -> Dates:
    """Read TIMEX3 dates out of a text in TimeML; their offsets are those of the text that was marked."""
    root = ElementTree.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", marked))
    found, at = [], 0
    for timex in root.iter("TIMEX3"):
        words = unescape("".join(timex.itertext()))
        start = text.find(words, at)
        if start >= 0 and timex.get("type") == "DATE":
            found.append({"start": start, "end": start + len(words), "text": words, "edtf": edtf(timex.get("value") or "")})
        at = max(at, start + len(words))
    return found


def edtf(value: str) -> str | None:
    """The notation of the scorer for a value of TIMEX3: BC0490 is -0490, 198 is 198X, 2001-SU is 2001-22."""
    seasons = {"SP": "21", "SU": "22", "FA": "23", "WI": "24"}
    match = re.fullmatch(r"(BC)?(\d{2,4})(?:-(\d\d|SP|SU|FA|WI)(?:-(\d\d))?)?", value)
    if not match:
        return None
    era, year, month, day = match.groups()
    parts = [year + "X" * (4 - len(year)), seasons.get(month or "", month), day]
    return ("-" if era else "") + "-".join(part for part in parts if part)


def _language(corpus: Corpus) -> str:
    return str(corpus.documents[0].get("lang") or "en")


def table(corpus: Corpus, figures: Figures) -> str:
    """A markdown table of speeds and scores."""
    head = f"### {corpus.path.stem}: {len(corpus.documents)} documents, {sum(len(d['text']) for d in corpus.documents):,} characters"
    lines = [head, "", "| | documents/s | from – to | strict | relaxed | value | wrong year |", "| --- |" + " ---: |" * 6]
    for name, rates in figures.items():
        scores = corpus.scores(name)
        shown = " | ".join(f"{scores[figure]:.3f}" for figure in ("strict", "relaxed", "value", "wrong"))
        lines.append(f"| {name} | {_rate(statistics.median(rates))} | {_rate(min(rates))} – {_rate(max(rates))} | {shown} |")
    return "\n".join([*lines, ""])


def _rate(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", type=Path, default=sorted(EVALUATION.glob("dates-*.jsonl")))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round over the first documents")
    parser.add_argument("--heideltime", default=os.environ.get("HEIDELTIME_JAR"), help="its standalone jar")
    given = parser.parse_args(arguments)
    if not given.corpora:
        parser.error(f"no corpus given, and none in {EVALUATION}")
    rounds = 1 if given.quick else given.rounds
    print(conditions(rounds_of(rounds), "processor time, tables compiled before the clock starts"))
    for path in given.corpora:
        corpus = read(path, 3 if given.quick else None)
        find_dates(" ".join(str(document["text"])[:2000] for document in corpus.documents[:3]), _language(corpus))
        runs: dict[str, Callable[[Corpus], float]] = {"salname": salname, "dateparser": dateparser, "plain regex": plain}
        runs["HeidelTime"] = heideltime(given.heideltime)
        figures = interleaved(rounds, {name: partial(run, corpus) for name, run in runs.items()})
        print(table(corpus, figures), flush=True)


if __name__ == "__main__":
    main()
