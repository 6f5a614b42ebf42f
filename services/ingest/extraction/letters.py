"""Lower case that keeps offsets: one code point for one code point, with the dotted and dotless i of Turkic languages."""

_TURKIC = {"az", "tr"}
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})


def base_language(tag: str) -> str:
    """Return the language of a BCP 47 tag without its region: `az-Latn-AZ` gives `az`."""
    return tag.split("-", 1)[0].lower()


def lower(text: str, language: str) -> str:
    """Return a text in lower case with straight apostrophes, of the same length."""
    if base_language(language) in _TURKIC:
        text = text.replace("I", "ı")
    lowered = text.replace("İ", "i").translate(_APOSTROPHES)
    folded = lowered.lower()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := char.lower()) == 1 else char for char in lowered)
