"""Commands about extractors: set what they find side by side, and read documents again with another one."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.commands.options import DataOption

if TYPE_CHECKING:
    from rich.table import Table

    from services.ingest.llm.comparison import Comparison, Found
    from services.ingest.llm.report import ExtractionReport
    from services.ingest.reextraction import Reading, Reextraction, Reviewable
    from services.ingest.reextraction_standing import StandingDocument
    from shared.domain.claims import ClaimBody

_SHOWN = 160
"""Code points of a quote that a table shows."""


def compare_extractors(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A document of any format that is read.")],
    extractors: Annotated[str, typer.Option(help="Names of extractors, parted by commas.")] = "rules,llm",
    language: Annotated[str | None, typer.Option(help="Its language, such as en or az; detected when not given.")] = None,
    published: Annotated[str | None, typer.Option(help="When it was published, as EDTF: 2003, 2003-11, 2003-11-10 …")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON: all claims, reports and refusals.")] = False,
) -> None:
    """Show side by side what extractors find in one document. Touches no database.

    A row holds claims about the same words. Below it stands what was refused of what a language model said, and why.
    """
    from services.ingest.files import read_file
    from services.ingest.intake import read
    from services.ingest.llm.comparison import compare_extractors as compare
    from services.ingest.parsing.details import details_from
    from services.ingest.plugins import load_extractor
    from services.ingest.readers import Readers
    from services.ingest.wiring import parse_limits
    from shared.domain.ports import ExtractionInput
    from shared.settings import read_settings

    limits = parse_limits(read_settings())
    data = read_file(file, limits.bytes)
    given = {"language": language, "published": published}
    declared = details_from({name: value for name, value in given.items() if value}, "the command line")
    with Readers(limits, 1) as readers:
        reading = readers.run(read, data, file.name, None, declared, limits)
    document = ExtractionInput(
        text=reading.parsed.text,
        language=reading.language,
        published=reading.source.published,
        media_type=reading.parsed.media_type,
        skip=reading.parsed.skip,
    )
    names = list(dict.fromkeys(name.strip() for name in extractors.split(",") if name.strip()))
    found = compare(document, {name: load_extractor(name) for name in names})
    if as_json:
        typer.echo(found.model_dump_json())
        return
    _print(_comparison(found), *_below(found))


def reextract(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The name of the chronology.")],
    document: Annotated[str | None, typer.Option("--document", metavar="ID", help="The document to read again.")] = None,
    all_documents: Annotated[bool, typer.Option("--all", help="Read all documents of the chronology again.")] = False,
    extractor: Annotated[str, typer.Option(help="Which extractor reads.")] = "rules",
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep what was read, to apply just that after review.")] = None,
    reviewed: Annotated[Path | None, typer.Option(metavar="FILE", help="Use what was kept with --save, instead of reading anew.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Record the new claims, and propose the withdrawal of the others.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the differences as JSON Lines.")] = False,
    data: DataOption = None,
) -> None:
    """Read documents again with another extractor, and show what that would change.

    Nothing is recorded without `--apply`. With it, new claims are recorded; those that the new reading no longer makes, or reads otherwise,
    are proposed for withdrawal, and stand until somebody else has accepted that. Claims that people brought or decided on stay.
    """
    from services.ingest.reextraction import Reextraction
    from services.local import Workspace
    from shared.domain.errors import SalnameError
    from shared.settings import read_settings

    if (document is None) == (not all_documents):
        raise typer.BadParameter("give either --document ID, or --all")
    kept = None if reviewed is None else _kept(reviewed)
    applied, failed = 0, 0
    with Workspace(read_settings() if data is None else read_settings(data=data)) as workspace, _saving(save) as keep:
        reextraction = Reextraction(workspace.service.log, workspace.new_id)
        chronology_id = workspace.service.chronology_id(slug)
        for document_id, standing in _wanted(reextraction, chronology_id, document, kept).items():
            try:
                if kept is None:
                    found = reextraction.review(chronology_id, standing, extractor, workspace.caller)
                else:
                    found = reextraction.review_kept(chronology_id, standing, kept[document_id], workspace.caller)
                keep(found.reading)
                _show(found, standing.captured.filename, as_json=as_json)
                if apply:
                    applied += reextraction.apply(chronology_id, standing, found.reading, workspace.caller).receipt.status == "recorded"
            except SalnameError as error:
                failed += 1
                typer.echo(f"{document_id}: {_plain(error.detail)}", err=True)
        if applied:
            workspace.projector.bring_up(workspace.service.chronology(slug), lambda _done, _total: None)
    if not as_json:
        typer.echo(f"Applied to {_count(applied, 'document')}." if apply else "Nothing was recorded: --apply does that.")
    if failed:
        raise typer.Exit(1)


def _wanted(
    reextraction: "Reextraction", chronology_id: str, document: str | None, kept: "dict[str, Reading] | None"
) -> "dict[str, StandingDocument]":
    """The documents to read again: the one named, or all; of those, the ones that were kept, where some were."""
    one = document and {document: reextraction.document(chronology_id, document)}
    found = one or reextraction.documents(chronology_id)
    if kept is None:
        return found
    if not (both := {document_id: standing for document_id, standing in found.items() if document_id in kept}):
        raise typer.BadParameter("the file of --reviewed holds no reading of these documents")
    return both


@contextmanager
def _saving(path: Path | None) -> "Iterator[Callable[[Reading], object]]":
    if path is None:
        yield lambda _reading: None
        return
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yield lambda reading: file.write(reading.model_dump_json() + "\n")


def _kept(path: Path) -> "dict[str, Reading]":
    """Read a file of readings that was written with `--save`."""
    from pydantic import ValidationError

    from services.ingest.reextraction import Reading
    from shared.domain.errors import InvalidInput

    found: dict[str, Reading] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            reading = Reading.model_validate_json(line)
        except (ValidationError, InvalidInput) as error:
            raise InvalidInput(f"{path.name}, line {number}: this is no reading that --save wrote") from error
        found[reading.document_id] = reading
    return found


def _show(found: "Reviewable", filename: str | None, *, as_json: bool) -> None:
    """Show one difference."""
    difference = found.difference
    if as_json:
        report = None if found.report is None else found.report.model_dump(mode="json")
        typer.echo(json.dumps({"difference": difference.model_dump(mode="json"), "report": report}, ensure_ascii=False))
        return
    typer.echo(
        f"{difference.document_id} {_plain(filename or '')}: {_count(len(difference.same), 'claim')} the same, {len(difference.new)} new, "
        f"{len(difference.changed)} changed, {len(difference.missing)} missing, {len(difference.kept)} settled by people"
    )
    for body in difference.new:
        typer.echo(f"  + {_line(body)}")
    for one in difference.changed:
        typer.echo(f"  ~ {_line(one.claim)}\n    {_line(one.reading)}   [{', '.join(one.parts)}]")
    for claim in difference.missing:
        typer.echo(f"  - {_line(claim)}")
    for line in _reported(found.report):
        typer.echo(f"  {line}")


def _print(table: "Table", *below: str) -> None:
    from rich.console import Console

    Console().print(table)
    for line in below:
        typer.echo(line)


def _comparison(found: "Comparison") -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_lines=True)
    for each in found.found:
        table.add_column(Text(_named(each)), ratio=1, overflow="fold")
    table.add_column("differs in")
    for row in found.rows:
        cells = ["\n".join(_line(each.claims[index]) for index in row.claims[each.name]) for each in found.found]
        table.add_row(*map(Text, cells), Text(", ".join(row.differs)))
    return table


def _named(found: "Found") -> str:
    """An extractor as the head of a column."""
    who = found.extractor
    if who is None:
        return found.name
    model = f" {who.model}" if who.model else ""
    return f"{who.name} {who.version}{_plain(model)}: {_count(len(found.claims), 'claim')}"


def _below(found: "Comparison") -> "Iterator[str]":
    """What is told below the table: failures, reports, and what was refused."""
    for each in found.found:
        if each.failed is not None:
            yield f"{each.name} failed: {_plain(each.failed)}"
        yield from (f"{each.name}: {line}" for line in _reported(each.report))


def _reported(report: "ExtractionReport | None") -> "Iterator[str]":
    if report is None:
        return
    yield _plain(report.summary())
    for refusal in report.refused:
        yield f"refused ({refusal.reason}): {_plain(refusal.detail)}: {_plain(refusal.quote)[:_SHOWN]}"


def _line(claim: "ClaimBody") -> str:
    """A claim in one line: date, how it is meant, the sentence, and its values."""
    date = claim.date.edtf if claim.date else "undated"
    meant = "" if claim.modality == "happened" else f" ({claim.modality})"
    values = "; ".join(f"{value.attribute} {value.shown}" for value in claim.values)
    said = claim.statement if len(claim.statement) <= _SHOWN else f"{claim.statement[: _SHOWN - 1]}…"
    return _plain(f"{date}{meant}  {said}" + (f"  [{values}]" if values else ""))


def _plain(text: str) -> str:
    """What documents and models say may hold characters that move a terminal's cursor: they are escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _count(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"
