"""Ingest: accepts documents, claims and corrections, decides, and appends to the log. The only writer of the log."""
