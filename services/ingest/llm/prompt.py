"""What the model is asked, from the data files beside this module."""

import json
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from shared.domain.ids import content_hash, sha256
from shared.domain.ports import ExtractionInput

_FIELD = re.compile(r"\{(schema|language|published|mark|text)\}")
_MARK = 16
_VERSION = 12
UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Prompt:
    """The instructions, the frame around a part of a document, and the shape of the answer. `version` is a hash of them all."""

    name: str
    system: str
    document: str
    again: str
    schema: dict[str, Any]

    @property
    def version(self) -> str:
        """By which the prompt is named in the provenance of claims: `happenings-0f3a5c…`."""
        parts = {"system": self.system, "document": self.document, "again": self.again, "schema": self.schema}
        return f"{self.name}-{content_hash(parts)[:_VERSION]}"

    def messages(self, part: str, document: ExtractionInput) -> list[dict[str, str]]:
        """The messages that ask for the claims of a part of a document.

        The part stands between two lines with a mark that is made of its hash: no text can hold the mark that it will be given.
        """
        fields = {
            "schema": json.dumps(self.schema),
            "language": document.language,
            "published": document.published or UNKNOWN,
            "mark": f"[{sha256(part.encode())[:_MARK]}]",
            "text": part,
        }
        return [
            {"role": "system", "content": _filled(self.system, fields)},
            {"role": "user", "content": _filled(self.document, fields)},
        ]


def _filled(template: str, fields: dict[str, str]) -> str:
    """Fill a template in one go: what is filled in is not looked at again."""
    return _FIELD.sub(lambda match: fields[match[1]], template).strip()


@lru_cache
def load_prompt() -> Prompt:
    """Return the prompt of this release."""
    folder = resources.files(__package__)
    table = tomllib.loads(folder.joinpath("prompt.toml").read_text(encoding="utf-8"))
    schema = json.loads(folder.joinpath("answer.json").read_text(encoding="utf-8"))
    return Prompt(table["name"], table["system"], table["document"], table["again"], schema)
