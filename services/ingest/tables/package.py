"""An XLSX file looked through before a library unpacks it: how much is in it, how far its sheets reach, how its dates are shown.

The library keeps every sheet as a full rectangle: a cell in the last row and column of an otherwise empty sheet would take gigabytes.
And it gives a date shown as "Nov 2001" as the first day of that month. So the parts are unpacked here first, under limits, and the
references and formats of their cells are looked at. The sizes that a ZIP declares are not believed.
"""

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from typing import Literal

from services.ingest.tables.grid import letters
from services.ingest.tables.limits import TableLimits
from shared.domain.errors import TooLarge, UnreadableDocument

Precision = Literal["year", "month"]
Place = tuple[int, int]
"""Row and column of a cell, from 0."""

_MEMBERS = 10_000
_CHUNK = 1 << 16
_LOCAL_HEADER = 30
_MONTH_AND_YEAR = 17
"""The number of the built-in format `mmm-yy`."""

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STYLES = "xl/styles.xml"
_TEXTS = "xl/sharedStrings.xml"

_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
_PROPERTIES = re.compile(rb"<(?:\w+:)?workbookPr\b([^>]*)>")
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b([^>]*)>")
_CELL_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_CELL_FORMAT = re.compile(rb"<(?:\w+:)?xf\b([^>]*)>")
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^>]*)>")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{0,7})(\d{1,9})[\"']")
_STYLE = re.compile(rb"\bs\s*=\s*[\"'](\d{1,9})[\"']")
_TEXT = re.compile(rb"<(?:\w+:)?si\b.*?</(?:\w+:)?si>", re.DOTALL)
_TEXT_USED = re.compile(rb"""\bt\s*=\s*["']s["'][^>]*>(?:<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>(\d{1,9})<""")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


@dataclass(frozen=True, slots=True)
class Package:
    """What was found in an XLSX file. `coarse` are, by sheet, the cells whose dates are shown without their day."""

    serial: str
    coarse: Mapping[str, Mapping[Place, Precision]] = field(default_factory=dict)


def inspect(data: bytes, limits: TableLimits) -> Package:
    """Look through an XLSX file; raise `UnreadableDocument` for what is none, `TooLarge` for what would be too large to unpack."""
    parts = _unpack(data, limits)
    workbook = parts.get(_WORKBOOK)
    if workbook is None:
        raise UnreadableDocument("this ZIP file holds no Excel workbook; readable tables are CSV and XLSX files")
    sheets = _sheets(workbook, parts.get(_RELATIONS, b""))
    if len(sheets) > limits.sheets:
        raise TooLarge(f"the workbook has {len(sheets):,} sheets, more than the {limits.sheets:,} allowed")
    styles = _coarse_styles(parts.get(_STYLES, b""))
    _weigh_texts(parts, limits)
    named = {path: name for name, path in sheets.items()}
    coarse: dict[str, Mapping[Place, Precision]] = {}
    for path, part in parts.items():
        # Whatever looks like a sheet is looked through: the library may find it by another name than we do.
        if b"sheetData" in part:
            coarse[named.get(path, path)] = _look_through(named.get(path, path), part, styles, limits)
    properties = _PROPERTIES.search(workbook)
    dated = _attributes(properties.group(1)).get("date1904", "") if properties else ""
    return Package("1904" if dated in ("1", "true") else "1900", coarse)


def _unpack(data: bytes, limits: TableLimits) -> dict[str, bytes]:
    """Unpack the parts, and count what they come to."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UnreadableDocument(f"this is not a whole XLSX file: {error}") from error
    if len(members) > _MEMBERS:
        raise TooLarge(f"the file holds {len(members):,} parts, more than the {_MEMBERS:,} that a workbook may have")
    parts: dict[str, bytes] = {}
    total = 0
    for member in members:
        if member.flag_bits & 0x1:
            raise UnreadableDocument("the workbook is encrypted: save it without a password")
        if member.filename in parts:
            raise UnreadableDocument(f"the file holds {member.filename} twice: it was made by no spreadsheet program")
        parts[member.filename] = _inflate(data, member, limits.unpacked_bytes - total)
        total += len(parts[member.filename])
    return parts


def _inflate(data: bytes, member: zipfile.ZipInfo, room: int) -> bytes:
    header = data[member.header_offset : member.header_offset + _LOCAL_HEADER]
    if len(header) < _LOCAL_HEADER:
        raise UnreadableDocument("the XLSX file is cut off: save it again")
    start = member.header_offset + _LOCAL_HEADER + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = memoryview(data)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        if len(packed) > room:
            raise _too_much()
        return bytes(packed)
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise UnreadableDocument("the XLSX file is packed in a way that spreadsheet programs do not use: save it again")
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    pieces: list[bytes] = []
    size = 0
    pending: bytes | memoryview = packed
    try:
        while True:
            piece = unpacker.decompress(pending, _CHUNK)
            size += len(piece)
            if size > room:
                raise _too_much()
            pieces.append(piece)
            pending = unpacker.unconsumed_tail
            if unpacker.eof or (not pending and not piece):
                break
    except zlib.error as error:
        raise UnreadableDocument(f"the XLSX file is damaged: {member.filename} cannot be unpacked") from error
    if size != member.file_size or not unpacker.eof:
        raise UnreadableDocument(f"the XLSX file is damaged: {member.filename} is not as large as the file says")
    return b"".join(pieces)


def _too_much() -> TooLarge:
    return TooLarge("the XLSX file unpacks to more than is allowed: it is no chronology, or it has to be split")


def _attributes(raw: bytes) -> dict[str, str]:
    found = {}
    for name, double, single in _ATTRIBUTE.findall(raw):
        found[name.decode("ascii", "replace")] = unescape((double or single).decode("utf-8", "replace"))
    return found


def _sheets(workbook: bytes, relations: bytes) -> dict[str, str]:
    """Return the paths of the sheets by their names."""
    targets = {}
    for raw in _RELATION.findall(relations):
        found = _attributes(raw)
        target = found.get("Target", "")
        targets[found.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    sheets = {}
    for raw in _SHEET.findall(workbook):
        found = _attributes(raw)
        relation = next((value for name, value in found.items() if name.endswith(":id")), "")
        sheets[found.get("name", "")] = targets.get(relation, "")
    return sheets


def _coarse_styles(styles: bytes) -> dict[int, Precision]:
    """Return the numbers of the cell styles that show a date without its day."""
    codes = {}
    for raw in _FORMAT.findall(styles):
        found = _attributes(raw)
        codes[found.get("numFmtId", "")] = found.get("formatCode", "")
    block = _CELL_FORMATS.search(styles)
    coarse: dict[int, Precision] = {}
    for index, raw in enumerate(_CELL_FORMAT.findall(block.group()) if block else ()):
        number = _attributes(raw).get("numFmtId", "")
        precision = "month" if number == str(_MONTH_AND_YEAR) else _precision(codes.get(number, ""))
        if precision == "month" or precision == "year":
            coarse[index] = precision
    return coarse


def _precision(code: str) -> Precision | None:
    """How exactly a number format shows a date: None to the day, or no date at all."""
    shown = set(_LITERAL.sub("", code.partition(";")[0]).lower())
    if "d" in shown or "y" not in shown:
        return None
    return "month" if "m" in shown else "year"


def _weigh_texts(parts: Mapping[str, bytes], limits: TableLimits) -> None:
    """Refuse a workbook whose shared texts, which are kept once and copied to every cell that uses them, come to too much."""
    lengths = [match.end() - match.start() for match in _TEXT.finditer(parts.get(_TEXTS, b""))]
    if not lengths:
        return
    total = 0
    for part in parts.values():
        if b"sheetData" in part:
            total += sum(lengths[at] for used in _TEXT_USED.findall(part) if (at := int(used)) < len(lengths))
    if total > limits.unpacked_bytes:
        raise _too_much()


def _look_through(name: str, part: bytes, styles: Mapping[int, Precision], limits: TableLimits) -> dict[Place, Precision]:
    """Refuse a sheet that reaches too far; return its cells with coarse dates."""
    coarse: dict[Place, Precision] = {}
    row = column = -1
    last_row = last_column = 0
    for match in _ROW_OR_CELL.finditer(part):
        kind, raw = match.groups()
        found = _REFERENCE.search(raw)
        if kind == b"row":
            row = int(found.group(2)) - 1 if found else row + 1
            column = -1
            continue
        row, column = (int(found.group(2)) - 1, _column(found.group(1))) if found and found.group(1) else (row, column + 1)
        if raw.endswith(b"/"):
            continue  # a format without anything in it
        last_row, last_column = max(last_row, row), max(last_column, column)
        if styles and (style := _STYLE.search(raw)) and (precision := styles.get(int(style.group(1)))):
            coarse[row, column] = precision
    if last_row >= limits.rows:
        raise TooLarge(f"the sheet {name!r} reaches down to row {last_row + 1:,}; {limits.rows:,} rows are allowed: split it")
    if last_column >= limits.columns:
        raise TooLarge(f"the sheet {name!r} reaches to column {letters(last_column)}; {limits.columns:,} columns are allowed")
    if (last_row + 1) * (last_column + 1) > limits.cells:
        raise TooLarge(f"the sheet {name!r} has {(last_row + 1) * (last_column + 1):,} cells; {limits.cells:,} are allowed: split it")
    return coarse


def _column(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
