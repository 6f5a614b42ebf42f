"""Settings that are not valid are named, in one line."""

import pytest

from shared.domain.errors import InvalidInput
from shared.settings import read_settings


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SALNAME_PORT", "70000", "SALNAME_PORT"),
        ("SALNAME_FETCH_ALLOW_PRIVATE", "127.0.0.1:8765", "SALNAME_FETCH_ALLOW_PRIVATE: this is not JSON"),
        ("SALNAME_LLM_SECONDS", "soon", "SALNAME_LLM_SECONDS"),
    ],
)
def test_what_is_not_valid_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput, match=says):
        read_settings()


def test_a_list_is_written_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALNAME_FETCH_ALLOW_PRIVATE", '["127.0.0.1:8765"]')
    assert read_settings().fetch_allow_private == {"127.0.0.1:8765"}
