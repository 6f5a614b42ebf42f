"""The language of a text, where its source does not say."""

SAMPLE = 20_000
"""Code points that are looked at."""


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of the language that the text most likely is in."""
    from py3langid import classify  # its model takes a while to load, and most sources say what language they are in

    language: str = classify(text[:SAMPLE])[0]
    return language
