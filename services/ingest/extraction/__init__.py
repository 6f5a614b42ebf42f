"""Extraction: from a canonical text to claims whose every part is cited."""
