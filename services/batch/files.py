"""What a batch consists of: files, what folders hold, and what stands in archives and messages. One document at a time is in memory."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from services.ingest.files import check_waits_for_nobody, read_file
from services.ingest.parsing.containers import CONTAINER_SUFFIXES, SIDECAR, documents, documents_in, is_archive
from services.ingest.parsing.details import combine, sidecar_details
from services.ingest.parsing.formats import A_TABLE, SUFFIXES, is_table
from services.ingest.parsing.members import Member
from services.ingest.readers import Readers
from shared.domain.errors import InvalidInput, SalnameError
from shared.domain.provenance import SourceDetails

FAILED, PASSED_OVER = "failed", "passed over"
NOT_SAID = SourceDetails()


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was named or stands in a folder that was. `label` is its name as it is shown: within the folder.

    `problem` is why a folder cannot be looked into.
    """

    path: Path
    label: str
    readable: bool = True
    problem: str | None = None

    @property
    def size(self) -> int:
        """Its bytes, as far as it has a size."""
        try:
            return self.path.stat().st_size if self.readable else 0
        except OSError:
            return 0


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a batch, or why it is none.

    `path` is where it stands, an archive's path and the member's name for a member; `filename` is what is recorded. `outcome` is None for
    what is to be read, else `failed` or `passed over`, with its `reason`.
    """

    path: str
    label: str
    filename: str
    data: bytes = b""
    media_type: str | None = None
    details: SourceDetails = NOT_SAID
    outcome: str | None = None
    reason: str | None = None


def find(paths: Sequence[Path]) -> list[Found]:
    """Return the files to look at: those that were named, and all of folders that are not hidden. Raises `InvalidInput` for none."""
    found: list[Found] = []
    for path in paths:
        if path.is_dir():
            found += sorted(_within(path), key=lambda file: file.path)
        elif not path.name.endswith(SIDECAR):
            found.append(Found(path, path.name))
    if not any(file.readable for file in found):
        readable = ", ".join(sorted(SUFFIXES | CONTAINER_SUFFIXES))
        tables = "; there are tables, which `salname ingest-table` reads" if any(is_table(file.label) for file in found) else ""
        raise InvalidInput(f"there are no documents in {', '.join(map(str, paths))}; readable are: {readable}{tables}")
    return found


def _within(folder: Path) -> Iterator[Found]:
    """Yield the files of a folder and of those in it, without what is hidden; links to folders are not followed."""
    locked: list[OSError] = []
    for name, folders, files in os.walk(folder, onerror=locked.append):
        here = Path(name)
        folders[:] = [each for each in folders if not each.startswith(".")]
        for file in (here / each for each in files if not each.startswith(".") and not each.endswith(SIDECAR)):
            if file.is_file():
                yield Found(file, file.relative_to(folder).as_posix(), file.suffix.lower() in SUFFIXES | CONTAINER_SUFFIXES)
    for error in locked:
        path = Path(error.filename)
        yield Found(path, path.relative_to(folder).as_posix(), problem=f"the folder cannot be looked into: {error.strerror}")


def read(found: Found, readers: Readers) -> Iterator[Document]:
    """Yield the documents of a file. What cannot be read is an outcome and no error."""
    here = Document(str(found.path), found.label, found.path.name)
    if found.problem:
        yield replace(here, outcome=FAILED, reason=found.problem)
        return
    if not found.readable:
        yield replace(here, outcome=PASSED_OVER, reason=A_TABLE if is_table(here.filename) else Member("").pass_over().reason)
        return
    if is_table(here.filename):
        yield replace(here, outcome=FAILED, reason=A_TABLE)
        return
    try:
        yield from _documents(found, here, readers)
    except SalnameError as error:
        yield replace(here, outcome=FAILED, reason=error.detail)
    except OSError as error:
        yield replace(here, outcome=FAILED, reason=error.strerror or str(error))


def _documents(found: Found, here: Document, readers: Readers) -> Iterator[Document]:
    beside = found.path.with_name(found.path.name + SIDECAR)
    details = sidecar_details(beside.read_bytes(), beside.name) if beside.is_file() else NOT_SAID
    name, limits = found.path.name, readers.limits
    if is_archive(name):
        check_waits_for_nobody(found.path)
        with found.path.open("rb") as file:
            for member in documents(file, name, limits, readers.attachments):
                yield _member(here, member, details)
        return
    data = read_file(found.path, limits.bytes)
    for member in documents_in(data, name, None, limits, readers.attachments):
        if member.data is data:
            yield replace(here, data=data, details=details)
        else:
            yield _member(here, member, NOT_SAID)  # what is attached to a letter is seldom by who wrote the letter


def _member(container: Document, member: Member, details: SourceDetails) -> Document:
    """What a batch makes of a member of an archive or a message. `details` are what is said of the source of all of them."""
    within = member.name.removeprefix(container.filename)
    named = Document(container.path + within, container.label + within, member.name, media_type=member.media_type)
    if member.outcome:
        if member.outcome == "refused":
            return replace(named, outcome=FAILED, reason=member.reason)
        return replace(named, outcome=PASSED_OVER, reason=member.reason)
    try:
        beside = sidecar_details(member.sidecar, named.label + SIDECAR) if member.sidecar is not None else NOT_SAID
    except InvalidInput as error:
        return replace(named, outcome=FAILED, reason=error.detail)
    return replace(named, data=member.data, details=combine(beside, details))
