"""Matching: what a claim tells of, and whether two claims tell of one happening.

Consolidation groups by it, and the query service says by it what was nearly grouped. `readings` are claims as editors' corrections let them
be read, `features` what a claim tells of, `spans` how dates stand to one another, `compatibility` the judgement on two claims.
"""
