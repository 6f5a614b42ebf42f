"""Feeds are followed in the same world as pages are captured in."""

from tests.ingest.recapture.conftest import world

__all__ = ["world"]
