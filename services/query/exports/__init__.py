"""Exports of a chronology, one module a format."""
