"""Salname's own commands in this process: what they print and how they end, without starting an interpreter for each."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from services.cli import main
from tests.support.servers import clean_environment


def salname_here(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `salname` with these arguments in a folder, as a process of its own would, and return what came of it."""
    out, err = StringIO(), StringIO()
    surroundings = patch.dict(os.environ, clean_environment(environment), clear=True)
    code: object = 0
    with surroundings, chdir(folder), patch.object(sys, "argv", ["salname", *arguments]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    return subprocess.CompletedProcess(arguments, code if isinstance(code, int) else int(code is not None), out.getvalue(), err.getvalue())
