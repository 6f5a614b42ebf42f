"""Feeds as lists of sources: what is new in them is captured."""
