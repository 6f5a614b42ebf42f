"""`salname serve` where its address is taken: it says so before it does anything else."""

import socket

import pytest

from tests.commands.desk import Desk


@pytest.mark.parametrize("part", [(), ("ingest",), ("projection",), ("query",)])
def test_an_address_that_is_taken_is_told_before_anything_is_done(desk: Desk, part: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = desk.refused("serve", *part, "--port", str(port), "--data", "new")
    assert f"The address cannot be listened on: 127.0.0.1, port {port}: Address already in use" in said
    assert not (desk.folder / "new").exists()


def test_an_address_of_another_machine_is_told(desk: Desk) -> None:
    assert "192.0.2.1, port 8000" in desk.refused("serve", "query", "--host", "192.0.2.1", "--port", "8000")
