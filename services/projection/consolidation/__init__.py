"""Consolidation: a pure function from claims and editors' decisions to the entries of a chronology.

`consolidate` is the way in. The steps, each its own module: `readings` (claims as editors' corrections read them), `features` (what a claim
tells of; `recent` keeps both at hand for a while), `blocking` (which claims may be compared), `compatibility` (whether two claims tell of
one happening, and why), `clusters` (which stand together), then `origins` (which documents witness it, told apart by `independence`),
`dates`, `values`, `titles` and `assembly` (what an entry shows).
"""
