"""Generations: one is built beside the live one, compared, switched to and back; readers and subscribers notice only what differs."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from services.projection import fold, folding, generations
from services.projection.verify import verify_read_model
from services.query.errors import CursorLost
from shared.domain.errors import NotFound, RevisionConflict
from shared.store.read_model import GENERATED, GenerationRow
from tests.support.following import another, chained, copy_of, shown, told
from tests.support.read_model import beside, keys_of, read_model
from tests.support.running import ADMIN, Running

LATE = "On 7 June 2003 the third Seed Fair was held in Sheki with 90 guests."
LATER = "On 9 May 2011 the lighthouse of Lankaran was opened."


def test_readers_and_writers_go_on_while_another_generation_is_built(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "BATCH", 4)
    before = shown(running)
    seen: list[dict[str, str]] = []

    def during(position: int, head: int) -> None:
        seen.append(shown(running))
        if len(seen) == 2:
            running.capture(LATE)

    replaced = another(running).rebuild(running.info, during, keep=True)
    assert replaced is not None
    assert len(seen) > 3
    assert seen[:2] == [before, before]
    assert all(len(now) == len(before) + 1 and before.items() <= now.items() for now in seen[2:]), (
        "whole, and with what was recorded meanwhile"
    )
    assert (replaced.generation, replaced.before, replaced.different) == (2, 1, 0)
    assert replaced.position == running.info.head
    assert beside(running.database) == [(1, "kept")]
    assert shown(running) == seen[-1]


def test_differences_are_listed_and_only_they_are_told(running: Running, newer_rules: Callable[[], None]) -> None:
    before, heard, head = shown(running), told(running), running.info.head
    newer_rules()
    projector = another(running)
    held = projector.build(running.info)
    assert held is not None
    assert shown(running) == before, "built, and not switched to"
    at, found = projector.compare(running.info, held.key.generation)
    disputed = {entry_id for entry_id, title in before.items() if any(one.entry_id == entry_id for one in found)}
    assert at == head
    assert 0 < len(disputed) < len(before)
    assert {one.entry_id for one in found} == disputed
    assert all(one.after and one.before and one.after.title == f"Disputed: {one.before.title}" for one in found)

    replaced = projector.switch(running.info, held, keep=True)
    assert replaced is not None
    assert replaced.different == len(found)
    assert shown(running) == {entry_id: f"Disputed: {title}" if entry_id in disputed else title for entry_id, title in before.items()}
    assert told(running) == heard, "what was told stays what it was"
    assert told(running, head) == []

    running.service.capture(running.info.id, LATER.encode(), ADMIN)
    projector.catch_up()
    (news,) = told(running, head)
    assert chained(told(running))
    assert {entry["id"] for entry in news["data"]["entries"] if entry.get("reconsolidated")} == disputed
    assert len(news["data"]["entries"]) == len(disputed) + 1
    for cursor in [0, *(change["revision"] for change in told(running))]:
        known = {entry["id"]: entry for change in told(running) if change["revision"] <= cursor for entry in change["data"]["entries"]}
        assert copy_of(told(running, cursor), known) == shown(running)
    assert verify_read_model(running.database, running.service.log, running.info).position == running.info.head

    running.service.capture(running.info.id, LATE.encode(), ADMIN)
    another(running).catch_up()
    assert chained(told(running)), "also by a projection that was started since"
    assert not any(entry.get("reconsolidated") for entry in told(running)[-1]["data"]["entries"])
    assert copy_of(told(running)) == shown(running)
    verify_read_model(running.database, running.service.log, running.info)


def test_a_switch_can_be_undone_and_nobody_hears_of_it(running: Running, newer_rules: Callable[[], None]) -> None:
    before, head = read_model(running.database), running.info.head
    newer_rules()
    projector = another(running)
    projector.rebuild(running.info, keep=True)
    assert shown(running) != {row["id"]: json.loads(row["body"])["title"] for row in before["entry"] if row["until"] is None}
    back = projector.switch_back(running.info)
    assert (back.generation, back.before) == (1, 2)
    after = read_model(running.database)
    assert after == before
    assert beside(running.database) == [(2, "kept")]
    for _ in range(2):
        assert another(running).catch_up() == 0, "what somebody switched back to stays"
    assert "switched back to" in (other := another(running)).stopped.get(running.info.id, "") or other.catch_up() == 0
    assert shown(running) == {row["id"]: json.loads(row["body"])["title"] for row in before["entry"] if row["until"] is None}
    assert told(running, head) == []


def test_a_generation_of_other_rules_is_not_gone_back_to_past_what_was_recorded(
    running: Running, newer_rules: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = fold.VERSION
    newer_rules()
    projector = another(running)
    projector.rebuild(running.info, keep=True)
    running.service.capture(running.info.id, LATER.encode(), ADMIN)
    projector.catch_up()
    now, head = shown(running), running.info.head
    with pytest.raises(RevisionConflict, match=r"the release that made it can take it further"):
        projector.switch_back(running.info)
    assert shown(running) == now
    # The release that made it can.
    monkeypatch.undo()
    assert version == fold.VERSION
    older = another(running)
    older.catch_up()
    assert shown(running) == now, "an older release leaves the live rows of a newer one alone"
    assert "newer release" in older.stopped[running.info.id]
    older.switch_back(running.info)
    assert len(shown(running)) == len(now)
    assert not any(title.startswith("Disputed") for title in shown(running).values())
    running.service.capture(running.info.id, LATE.encode(), ADMIN)
    older.catch_up()
    assert running.info.id not in older.stopped
    assert copy_of(told(running)) == shown(running)
    assert chained(told(running))
    assert any(entry.get("reconsolidated") for entry in told(running, head)[0]["data"]["entries"])
    verify_read_model(running.database, running.service.log, running.info)


def test_what_was_not_told_yet_is_told_in_parts(running: Running, newer_rules: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "TOLD_AT_ONCE", 1)
    for text in (
        "On 3 May 1950 the mill of Sheki was opened with 20 guests.",
        "On 3 May 1950 the mill of Sheki was opened with 45 guests.",
    ):
        running.capture(text)
    head = running.info.head
    newer_rules()
    projector = another(running)
    replaced = projector.rebuild(running.info, keep=False)
    assert replaced is not None
    assert replaced.different > 1
    for number in range(replaced.different):
        running.service.capture(running.info.id, f"On {number + 2} May 1911 the bridge of Lankaran was opened.".encode(), ADMIN)
        projector.catch_up()
    late = [[entry for entry in change["data"]["entries"] if entry.get("reconsolidated")] for change in told(running, head)]
    assert [len(entries) for entries in late] == [1] * replaced.different
    assert copy_of(told(running)) == shown(running)
    assert chained(told(running))


class KilledError(BaseException):
    """The process ends here."""


def test_a_build_that_is_killed_leaves_the_live_rows_and_is_taken_up(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "BATCH", 4)
    before = read_model(running.database)

    def die(position: int, head: int) -> None:
        if position > head // 2:
            raise KilledError

    with pytest.raises(KilledError):
        another(running).rebuild(running.info, die, keep=True)
    assert read_model(running.database) == before
    assert beside(running.database) == [(2, "building")]
    with running.database.read() as session:
        reached = session.exec(select(GenerationRow.position)).one()
    positions: list[int] = []
    replaced = another(running).rebuild(running.info, lambda position, head: positions.append(position), keep=False)
    assert replaced is not None
    assert replaced.generation == 2
    assert 0 < reached < min(positions)
    after = read_model(running.database)
    assert after == before
    assert beside(running.database) == []


def test_a_dropped_generation_leaves_no_rows_and_no_key(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "SWEEP", 3)
    projector = another(running)
    projector.rebuild(running.info, keep=True)
    assert projector.drop(running.info) == [1]
    assert keys_of(running.database) == [(running.info.id, 2)]
    assert beside(running.database) == []
    with running.database.read() as session:
        for row in GENERATED:
            assert set(session.exec(select(row.generation)).all()) <= {2}  # type: ignore[attr-defined]
    with pytest.raises(NotFound, match="no generation is kept"):
        projector.switch_back(running.info)


def test_only_the_last_generation_is_kept(running: Running) -> None:
    projector = another(running)
    for _ in range(3):
        projector.rebuild(running.info, keep=True)
    assert beside(running.database) == [(3, "kept")]
    assert [number for _, number in keys_of(running.database)] == [3, 4]


def test_an_erasure_destroys_every_generation_that_may_hold_the_words(running: Running, newer_rules: Callable[[], None]) -> None:
    projector = another(running)
    projector.rebuild(running.info, keep=True)
    held = projector.build(running.info)
    assert held is not None
    assert len(keys_of(running.database)) == 3
    document = read_model(running.database)["captured"][0]["id"]
    running.service.erase(running.info.id, document, "asked for", ADMIN)
    projector.catch_up()
    assert beside(running.database) == []
    assert [number for _, number in keys_of(running.database)] == [max(number for _, number in keys_of(running.database))]
    with pytest.raises(NotFound):
        projector.switch_back(running.info)


def test_subscribers_start_over_where_what_they_were_told_is_gone(running: Running, newer_rules: Callable[[], None]) -> None:
    first = told(running)[0]["revision"]
    newer_rules()
    projector = another(running)
    projector.rebuild(running.info, keep=True)
    running.service.capture(running.info.id, LATER.encode(), ADMIN)
    projector.catch_up()
    switched = told(running)[-1]["revision"]
    assert told(running, first), "all that was told before the switch is still there"
    document = read_model(running.database)["captured"][0]["id"]
    running.service.erase(running.info.id, document, "asked for", ADMIN)
    projector.catch_up()
    with pytest.raises(CursorLost, match="load the chronology again"):
        told(running, first)
    assert [change["data"]["causes"][-1]["type"] for change in told(running, switched)] == ["document.erased"]
    assert copy_of(told(running)) == shown(running)


def test_two_may_switch_at_once(running: Running) -> None:
    before = read_model(running.database)
    with ThreadPoolExecutor(2) as threads:
        done = [threads.submit(another(running).rebuild, running.info, keep=False) for _ in range(2)]
        assert all(one.result() is not None for one in done)
    after = read_model(running.database)
    assert after == before
    assert beside(running.database) == []
    assert len(keys_of(running.database)) == 1


def test_a_damaged_row_is_a_difference_and_is_mended(running: Running) -> None:
    from shared.store.read_model import EntryRow

    before = read_model(running.database)
    with running.database.write() as session:
        row = session.exec(select(EntryRow).where(EntryRow.until == None)).first()  # noqa: E711
        assert row is not None
        damaged, row.body = row.id, bytes(len(row.body))
        session.add(row)
    projector = another(running)
    held = projector.build(running.info)
    assert held is not None
    _, found = projector.compare(running.info, held.key.generation)
    assert [(one.entry_id, one.before and one.before.status) for one in found] == [(damaged, "damaged")]
    projector.switch(running.info, held, keep=False)
    after = read_model(running.database)
    assert after["entry"] == before["entry"]
