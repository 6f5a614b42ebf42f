"""Imported by a worker: makes it leave after it had nothing to do for a moment."""

from services.ingest import worker_process

worker_process.IDLE_SECONDS = 0.1
