"""Names of elements and attributes of WordprocessingML."""

_MAIN = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"


def w(name: str) -> str:
    """Return the full name of an element or an attribute of the main namespace."""
    return _MAIN + name
