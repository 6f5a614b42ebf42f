"""Who leads a group waits for those who come back from the one before, and no longer than until the last of them is there."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.store import group
from shared.store.group import GroupCommit

LONG = 20.0


def test_the_last_one_to_come_back_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "NAP_SECONDS", LONG)
    monkeypatch.setattr(group, "GATHER_SECONDS", LONG)
    committed: list[Sequence[str]] = []
    begun, gate = threading.Event(), threading.Event()

    def commit(requests: Sequence[str]) -> Sequence[str]:
        begun.set()
        gate.wait(LONG)
        time.sleep(0.2)  # what a commit took is how long the next leader waits for somebody to come
        committed.append(sorted(requests))
        return requests

    commits: GroupCommit[str, str] = GroupCommit(commit, patience=LONG)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(commits.submit, "lane", "first")
        assert begun.wait(LONG)
        others = [pool.submit(commits.submit, "lane", request) for request in "abc"]
        while len(commits._lanes["lane"]) < len(others):
            time.sleep(0.001)
        gate.set()
        assert [each.result(LONG) for each in (first, *others)] == ["first", "a", "b", "c"]
        began = time.monotonic()
        again = [pool.submit(commits.submit, "lane", request) for request in "def"]
        assert [each.result(2 * LONG) for each in again] == ["d", "e", "f"]
    assert time.monotonic() - began < LONG / 2
    assert committed == [["first"], ["a", "b", "c"], ["d", "e", "f"]]
