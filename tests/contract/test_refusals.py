"""Whatever is refused leaves nothing behind, and what was done once is recognised for ever."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.domain.errors import AlreadyExists, Gone, IdempotencyConflict, InvalidInput, NotFound, RevisionConflict, SalnameError
from shared.domain.ids import IdSource
from shared.domain.ports import Append, Log
from shared.store.append import DatabaseLog
from tests.contract.conftest import Another
from tests.contract.making import capture, claim, command, created, document, erase, erased, rejected


def test_a_chronology_is_opened_once(log: Log, chronology: str) -> None:
    log.append(command(chronology, rejected(1), key="a"))
    with pytest.raises(AlreadyExists):
        log.append(command(chronology, created(chronology, "other"), key="create again"))
    assert [(info.id, info.slug, info.head) for info in log.chronologies()] == [(chronology, "test", 2)]
    assert log.append(command(chronology, created(chronology, "test"), key="create")).repeated, "the same command is recognised"


REFUSED_AT_BIRTH: dict[str, Callable[[str], Append]] = {
    "decided on a revision": lambda here: command(here, created(here, "new"), key="create", expected_revision=7),
    "quotes an unknown document": lambda here: command(here, created(here, "new"), claim("x", "unknown"), key="create"),
    "erases an unknown document": lambda here: command(here, created(here, "new"), erased("unknown"), key="create", erases="unknown"),
    "is about another chronology": lambda here: command(here, created("another", "new"), key="create"),
}


@pytest.mark.parametrize("refused", REFUSED_AT_BIRTH)
def test_a_refused_creation_leaves_nothing(log: Log, new_id: IdSource, refused: str) -> None:
    here = new_id()
    with pytest.raises(SalnameError):
        log.append(REFUSED_AT_BIRTH[refused](here))
    assert log.chronologies() == []
    assert log.append(command(here, created(here, "new"), key="create")).last == 1


def test_a_name_reserved_twice_by_one_command_is_refused(log: Log, chronology: str) -> None:
    with pytest.raises(SalnameError):
        log.append(command(chronology, rejected(1), key="a", reserves=(("source:x", "one"), ("source:x", "two"))))
    assert log.head(chronology) == 1
    assert log.reserved(chronology, "source:x") is None


def test_a_document_is_captured_once(log: Log, chronology: str) -> None:
    capture(log, chronology, "d", "claim")
    with pytest.raises(SalnameError):
        log.append(command(chronology, rejected(1), key="again"), [document("d", "other words")])
    assert log.head(chronology) == 3
    assert log.document(chronology, "d") == document("d")


def test_an_erased_document_is_not_captured_again(log: Log, chronology: str) -> None:
    capture(log, chronology, "d", "claim")
    erase(log, chronology, "d", "claim")
    with pytest.raises(SalnameError):
        log.append(command(chronology, rejected(1), key="again"), [document("d")])
    assert log.head(chronology) == 4
    assert log.document(chronology, "d") is None


def test_a_document_belongs_to_its_chronology(log: Log, chronology: str, new_id: IdSource) -> None:
    other = new_id()
    log.append(command(other, created(other, "other"), key="create"))
    capture(log, chronology, "d")
    with pytest.raises(NotFound, match="no document d"):
        log.append(command(other, claim("x", "d"), key="claim"))
    with pytest.raises(NotFound, match="no document d"):
        log.append(command(other, erased("d"), key="erase", erases="d"))
    assert log.document(chronology, "d") == document("d")
    assert log.document(other, "d") is None


def test_a_command_is_recognised_after_its_document_is_erased(log: Log, chronology: str) -> None:
    capture(log, chronology, "d")
    first = log.append(command(chronology, claim("x", "d"), key="claim"))
    erase(log, chronology, "d", "x")
    assert log.append(command(chronology, claim("x", "d"), key="claim")) == replace(first, repeated=True)
    with pytest.raises(IdempotencyConflict):
        log.append(command(chronology, claim("x", "d"), key="claim", fingerprint="other"))


def test_another_process_recognises_it_too(database_log: DatabaseLog, chronology: str, another: Another) -> None:
    capture(database_log, chronology, "d")
    first = database_log.append(command(chronology, claim("x", "d"), key="claim"))
    erase(database_log, chronology, "d", "x")
    assert another().append(command(chronology, claim("x", "d"), key="claim")) == replace(first, repeated=True)
    with pytest.raises(IdempotencyConflict):
        another().append(command(chronology, claim("x", "d"), key="claim", fingerprint="other"))
    with pytest.raises(Gone):
        another().append(command(chronology, claim("y", "d"), key="another claim"))


def test_without_a_key_encryption_key_nothing_is_captured_and_nothing_is_harmed(
    database_log: DatabaseLog, chronology: str, another: Another
) -> None:
    with pytest.raises(InvalidInput, match="SALNAME_KEY_ENCRYPTION_KEY"):
        capture(another(kek=None), chronology, "d", "claim")
    assert (database_log.head(chronology), len(database_log.read_raw(chronology))) == (1, 1)
    assert database_log.recall(chronology, "capture d") is None
    assert capture(database_log, chronology, "d", "claim").last == 3


def test_what_contradicts_itself_is_refused_and_leaves_nothing(log: Log, chronology: str) -> None:
    capture(log, chronology, "d")
    head = log.head(chronology)
    with pytest.raises(InvalidInput, match="cannot quote the document that it erases"):
        log.append(command(chronology, claim("x", "d"), erased("d", "x"), key="both", erases="d"))
    with pytest.raises(InvalidInput, match="by the first event of its log"):
        log.append(command(chronology, rejected(1), created(chronology, "late"), key="late"))
    assert (log.head(chronology), log.recall(chronology, "both"), log.recall(chronology, "late")) == (head, None, None)
    assert log.document(chronology, "d") is not None


def test_what_comes_together_has_its_own_outcomes(log: Log, chronology: str) -> None:
    capture(log, chronology, "d")
    head = log.head(chronology)
    outcomes = log.append_together(
        [
            command(chronology, claim("x", "d"), key="x"),
            command(chronology, claim("y", "unknown"), key="y"),
            command(chronology, rejected(1), key="z", expected_revision=head),
            command(chronology, rejected(2), key="x"),
            command(chronology, rejected(3), key="w", fingerprint="g"),
        ]
    )
    told = [type(outcome) if isinstance(outcome, SalnameError) else (outcome.first, outcome.repeated) for outcome in outcomes]
    assert told == [(head + 1, False), NotFound, RevisionConflict, (head + 1, True), (head + 2, False)]
    assert log.head(chronology) == head + 2
