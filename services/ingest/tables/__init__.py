"""Chronologies that people keep as tables: CSV and XLSX, each row a claim."""
