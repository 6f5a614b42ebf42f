"""Finding the dates that a text speaks of, and what they resolve to."""
