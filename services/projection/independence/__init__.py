"""Independence: which of the documents that tell of a happening are witnesses of their own.

`sentences` and `wordings` find the sentences of a text and compare them, `shared` finds all that documents share, `citing` which
others a text names as its source; `witnesses` is what is known of one document in one entry, `ties` why two of them are no two
witnesses, `origins` the groups that follow, `citogenesis` the circles. `rulings` are what editors decided. Pure, all of it.
"""
