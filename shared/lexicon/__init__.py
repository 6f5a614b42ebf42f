"""Knowledge about words, as data: unit nouns, places, kinds of happening, and how names fold across alphabets."""
