"""settings.md lists exactly the settings there are, with their defaults."""

import json
from enum import Enum
from pathlib import Path

from pydantic_core import PydanticUndefined

from shared.settings import Settings
from tests.docs.pages import DOCS, code, tables

ROWS = tables(DOCS / "reference" / "settings.md")["Settings"]


def shown(default: object) -> str:
    """A default as the page shows it, and as the environment variable is written."""
    assert default is not PydanticUndefined
    match default:
        case None:
            return "none"
        case bool():
            return str(default).lower()
        case Enum():
            return str(default.value)
        case frozenset():
            return json.dumps(sorted(default))
        case Path() | str() | int() | float():
            return str(default)
    raise AssertionError(f"how is {default!r} written?")


def test_every_setting_in_order_with_its_default() -> None:
    listed = [(code(name)[0], (code(default) or [default])[0]) for name, default, _ in ROWS]
    assert listed == [(f"SALNAME_{name.upper()}", shown(field.default)) for name, field in Settings.model_fields.items()]


def test_every_setting_is_explained() -> None:
    assert all(len(meaning.split()) >= 4 for _, _, meaning in ROWS)
