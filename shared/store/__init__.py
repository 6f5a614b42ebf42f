"""The log store and the read model on SQLite, PostgreSQL and in memory."""
