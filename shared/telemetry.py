"""What a process sets up for itself: structured logs, for people (`console`) or for machines (`json`), and a calm garbage collector."""

import ctypes
import gc
import logging
import sys

import structlog


def configure_logging(log_format: str, level: str) -> None:
    """Send structlog and the standard library's loggers through one formatter to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # the rich one shows local variables, and so tokens and texts
        )
    )
    final = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    if log_format == "json":
        final.insert(1, structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "alembic"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    for name in ("alembic", "httpx", "openai"):  # clients tell each address that they ask for, and some of these hold secrets
        logging.getLogger(name).setLevel(logging.WARNING)
    # Reading pages of any origin makes these talk; what matters to the user comes back as an error.
    for name in ("trafilatura", "htmldate", "charset_normalizer"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


M_ARENA_MAX = -8
"""mallopt(3): how many arenas there may be."""


def share_arena() -> None:
    """Let all threads of this process allocate from one arena, where the C library is glibc.

    It gives each thread that waits a moment an arena of its own, and what is freed in one is not used by another: the pages of SQLite's
    caches and the lines of a stream, made in one thread and let go in the next, would pile up to 64 MB for each. To be called before there
    are threads.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(M_ARENA_MAX, 1)


def calm_collector() -> None:
    """Let the garbage collector look less often: what we make in great numbers has no cycles, and looking at all of it costs half the time.

    What is there already (modules, tables) is left out for good.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
