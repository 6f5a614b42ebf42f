"""Ingesting many files at once from the command line: find, skip what is there, read in parallel, append in order, tell."""
