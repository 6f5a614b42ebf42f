"""Settings that are not valid are named, in one line."""

import base64
from contextlib import closing

import pytest
from sqlalchemy import text

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


def test_the_time_limits_reach_the_database(monkeypatch: pytest.MonkeyPatch, postgres_url: str) -> None:
    for name, value in (("LOCK", "3"), ("STATEMENT", "4"), ("IDLE_IN_TRANSACTION", "5")):
        monkeypatch.setenv(f"SALNAME_{name}_TIMEOUT", value)
    monkeypatch.setenv("SALNAME_DATABASE_URL", postgres_url)
    monkeypatch.setenv("SALNAME_KEY_ENCRYPTION_KEY", base64.b64encode(bytes(32)).decode())
    with closing(read_settings().open_database()) as database, database.read() as session:
        limits = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
        assert [session.execute(text(f"SHOW {limit}")).scalar_one() for limit in limits] == ["3s", "4s", "5s"]
