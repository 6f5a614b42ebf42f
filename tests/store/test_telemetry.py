"""What is logged tells what went wrong, and never a secret or a document's words."""

import io
import logging

import pytest
import structlog

from shared.telemetry import configure_logging


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_shows_no_local_variables(log_format: str) -> None:
    root = logging.getLogger()
    before = root.handlers, root.level
    configure_logging(log_format, "info")
    written = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)

    def fail() -> None:
        token = "salname_very-secret"  # noqa: F841 - it is a local variable that must not be shown
        raise RuntimeError("what went wrong")

    try:
        fail()
    except RuntimeError as error:
        structlog.get_logger("test").exception("request.failed", exc_info=error)
    finally:
        root.handlers, root.level = before
        structlog.reset_defaults()
    assert "what went wrong" in written.getvalue()
    assert "very-secret" not in written.getvalue().replace('token = "salname_very-secret"', "")
