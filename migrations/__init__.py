"""Alembic migrations of the log and the read model, for SQLite and PostgreSQL alike."""
