"""Salname's services: ingest writes the log, projection folds it, query answers from the fold."""
