"""What programs fill in where nobody gave a title or an author: it names no source, and would make one of documents that share none."""

import re

_NO_TITLE = re.compile(
    r"\(?(?:untitled|anonymous|unknown|unspecified|none|n/a|(?:word |new )?document|title|blank|microsoft (?:word|powerpoint|excel)\b.*"
    r"|.*\.(?:docx?|rtf|odt|pdf|indd|qxd|tex|dvi|pptx?|xlsx?|html?|txt|pmd))\d*\)?",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"\(?(?:unknown|unspecified|anonymous|none|n/a|admin(?:istrator)?|user\d*|owner|author|root|python-docx|openpyxl|apache poi|microsoft"
    r"(?: office)?(?: user)?|pc|windows.*|home|hp|asus|acer|lenovo|dell)\)?",
    re.IGNORECASE,
)


def meant_title(title: str) -> str | None:
    """Return a title without needless white space; None where a program filled it in."""
    return _meant(title, _NO_TITLE)


def meant_author(author: str) -> str | None:
    """Return an author without needless white space; None where a program filled it in."""
    return _meant(author, _NO_AUTHOR)


def _meant(said: str, filled_in: re.Pattern[str]) -> str | None:
    words = " ".join(said.split())
    return None if not words or filled_in.fullmatch(words) else words
