"""Salname's own commands in this process: what they print and how they end, without starting an interpreter for each."""

import gc
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

import structlog

from services.cli import main
from tests.support.servers import clean_environment


def salname_here(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `salname` with these arguments in a folder, as a process of its own would, and return what came of it.

    What a command looks up once a process, such as which language model there is, it may know from another test.
    """
    out, err = _stream(), _stream()
    surroundings = patch.dict(os.environ, clean_environment(environment), clear=True)
    code: object = 0
    with (
        _kept(),
        surroundings,
        chdir(folder),
        patch.object(sys, "argv", ["salname", *arguments]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    return subprocess.CompletedProcess(arguments, code if isinstance(code, int) else int(code is not None), _said(out), _said(err))


def _stream() -> TextIOWrapper:
    return TextIOWrapper(BytesIO(), encoding="utf-8", newline="\n", write_through=True)


def _said(stream: TextIOWrapper) -> str:
    assert isinstance(stream.buffer, BytesIO)
    return stream.buffer.getvalue().decode()


@contextmanager
def _kept() -> Iterator[None]:
    """Set back what a command sets up for the process that it thinks is its own."""
    root = logging.getLogger()
    handlers, level, threshold = root.handlers, root.level, gc.get_threshold()
    configured = structlog.get_config()
    try:
        yield
    finally:
        root.handlers, root.level = handlers, level
        structlog.configure(**configured)
        gc.set_threshold(*threshold)
        gc.unfreeze()
