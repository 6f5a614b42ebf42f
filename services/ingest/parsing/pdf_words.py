"""What PDFium gives of a page: words with the places they stand at."""

import ctypes
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from services.ingest.parsing.characters import LOST, whole

if TYPE_CHECKING:
    import pypdfium2

_BREAKS = frozenset((0x20, 0x09, 0x0A, 0x0D))
_HYPHEN = 0x02  # what PDFium gives for a hyphen that ends a line
_TURNED = math.radians(10)
_GAP = 1.0
_BACK = 0.5
_RAISED = 0.12

_Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""
_NOWHERE = (0.0, 0.0, 0.0, 0.0)


class Word(NamedTuple):
    """Code points without white space between them, in points from the page's left and bottom, upright.

    `base` is the height of its baseline, `size` the size of its font as it is shown. `place` counts the words in the order of the file;
    `spaced` tells whether white space stands before it there.
    """

    text: str
    x0: float
    x1: float
    base: float
    size: float
    place: int
    spaced: bool


class PageWords(NamedTuple):
    """The words of a page by how they are turned: first those that stand the way most of them do. All are turned upright.

    Of each group the angle is told, in degrees clockwise. `bottom` and `top` are the edges of the page for the first group. `pictures`
    tells whether the page holds any, `outside` whether words were left out that stand beyond its edges, where nobody sees them.
    """

    words: tuple[tuple[int, list[Word]], ...]
    bottom: float
    top: float
    pictures: bool
    outside: bool = False


def page_words(page: "pypdfium2.PdfPage") -> PageWords:
    """Read the words of a page."""
    by_angle: dict[int, list[Word]] = {}
    edges = page.get_bbox()
    boxes = {angle: _upright_box(angle, edges) for angle in (0, 90, 180, 270)}
    outside = False
    textpage = page.get_textpage()
    try:
        for angle, word in _words(textpage):
            if _shows(word, boxes.get(angle, edges)):
                by_angle.setdefault(angle, []).append(word)
            else:
                outside = True
    finally:
        textpage.close()
    ranked = sorted(by_angle.items(), key=lambda item: (-sum(len(word.text) for word in item[1]), item[0]))
    _, bottom, _, top = boxes.get(ranked[0][0] if ranked else 0, edges)
    return PageWords(tuple(ranked), bottom, top, _has_pictures(page), outside)


def _shows(word: Word, edges: _Box) -> bool:
    """Whether any of a word stands within the edges of its page."""
    left, bottom, right, top = edges
    return word.x1 > left and word.x0 < right and word.base + word.size > bottom and word.base < top


def _words(textpage: "pypdfium2.PdfTextPage") -> Iterator[tuple[int, Word]]:
    import pypdfium2.raw as raw

    handle = textpage.raw
    corners = (ctypes.c_float * 4)()
    box = ctypes.byref(raw.FS_RECTF.from_buffer(corners))
    unicode_of, box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
    places = _Places(handle)
    codes: list[int] = []
    first = last = _NOWHERE
    angle, base, start, spaced, index = 0, 0.0, 0, True, 0
    for position in range(textpage.count_chars()):
        code = unicode_of(handle, position)
        if code in _BREAKS:
            if codes:
                yield angle, _word(codes, angle, (first, last), base, places.size(start), index, spaced=spaced)
                codes, index = [], index + 1
            spaced = True
            continue
        box_of(handle, position, box)
        left, top, right, bottom = corners
        here = (left, bottom, right, top)
        # Nearly every letter stands on the line of the last one and touches it: nothing more is looked at then.
        if codes and not (angle == 0 and bottom == last[1] and -1.0 < left - last[2] < 1.0):
            shifted = _shifted(last, here, angle) and places.shifted(start, position, angle)
            if shifted or _parted(last, here, angle):
                yield angle, _word(codes, angle, (first, last), base, places.size(start), index, spaced=spaced)
                codes, index, spaced = [], index + 1, False
        if not codes:
            angle, base, start, first = places.angle(position), places.base(position), position, here
        last = here
        codes.append(ord("-") if code == _HYPHEN and raw.FPDFText_IsHyphen(handle, position) == 1 else code)
    if codes:
        yield angle, _word(codes, angle, (first, last), base, places.size(start), index, spaced=spaced)


class _Places:
    """Angles, baselines and sizes of characters."""

    def __init__(self, handle: object) -> None:
        import pypdfium2.raw as raw

        self._raw = raw
        self._handle = handle
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._angle = 0
        self._matrix = raw.FS_MATRIX()

    def angle(self, position: int) -> int:
        """Return how far a character is turned, in whole degrees, to a right angle where it nearly is one."""
        radians: float = self._raw.FPDFText_GetCharAngle(self._handle, position) % (2 * math.pi)
        quarters = round(radians / (math.pi / 2))
        self._angle = quarters % 4 * 90 if abs(radians - quarters * math.pi / 2) < _TURNED else round(math.degrees(radians))
        return self._angle

    def base(self, position: int) -> float:
        """Return the height of a character's baseline once the text is turned upright."""
        self._raw.FPDFText_GetCharOrigin(self._handle, position, ctypes.byref(self._x), ctypes.byref(self._y))
        return _upright(self._angle, self._x.value, self._y.value)[1]

    def size(self, position: int) -> float:
        """Return the size of a character's font as it is shown, in points."""
        size: float = self._raw.FPDFText_GetFontSize(self._handle, position)
        if self._raw.FPDFText_GetMatrix(self._handle, position, ctypes.byref(self._matrix)):
            size *= math.hypot(self._matrix.c, self._matrix.d)
        return max(size, 0.1)

    def shifted(self, start: int, position: int, angle: int) -> bool:
        """Whether a character stands on another baseline than the one at `start`."""
        self._angle = angle
        return abs(self.base(start) - self.base(position)) > 0.5


def _upright(angle: int, x: float, y: float) -> tuple[float, float]:
    # PDFium measures angles clockwise: text that runs up the page is turned by 270.
    if angle == 270:
        return y, -x
    if angle == 90:
        return -y, x
    if angle == 180:
        return -x, -y
    return x, y


def _upright_box(angle: int, box: _Box) -> _Box:
    one, other = _upright(angle, box[0], box[1]), _upright(angle, box[2], box[3])
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])


def _parted(last: _Box, here: _Box, angle: int) -> bool:
    """Whether a character stands away from the last one, though no white space was given between them."""
    if angle:
        last, here = _upright_box(angle, last), _upright_box(angle, here)
    size = max(last[3] - last[1], here[3] - here[1])
    return here[0] - last[2] > _GAP * size or last[0] - here[2] > _BACK * size or here[1] > last[3] or here[3] < last[1]


def _shifted(last: _Box, here: _Box, angle: int) -> bool:
    if angle in (0, 180):
        return abs(last[1] - here[1]) > _RAISED * (last[3] - last[1])
    return abs(last[0] - here[0]) > _RAISED * (last[2] - last[0]) if angle in (90, 270) else False


def _word(
    codes: list[int],
    angle: int,
    ends: tuple[_Box, _Box],
    base: float,
    size: float,
    index: int,
    *,
    spaced: bool,
) -> Word:
    first, last = ends if angle == 0 else (_upright_box(angle, ends[0]), _upright_box(angle, ends[1]))
    if min(codes) < 0x20:
        # A font without a table of its letters gives control codes in their place: they are shown as letters that are lost.
        codes = [code if code >= 0x20 else ord(LOST) for code in codes]
    text = whole("".join(map(chr, codes)))
    return Word(text, min(first[0], last[0]), max(first[2], last[2]), base, size, index, spaced)


def _has_pictures(page: "pypdfium2.PdfPage") -> bool:
    import pypdfium2.raw as raw

    return any(True for _ in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3))
