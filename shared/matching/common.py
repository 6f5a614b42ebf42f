"""What two claims name in common, and whether what they tell of took place elsewhere."""

from shared.lexicon.folding import STEM
from shared.lexicon.places import lies_within
from shared.matching import weights
from shared.matching.features import Features, Name


def same_name(one: Name, other: Name) -> bool:
    """Whether one name is the other or its end: `Aliyev` and `Heydar Aliyev`, but not `Ilham Aliyev`.

    Transliterations of a first name often agree in no more than how they begin: `Vudro Vilson` and `Woodrow Wilson`.
    """
    if one == other or set(one) <= set(other) or set(other) <= set(one):
        return True
    return len(one) == len(other) == weights.FULL_NAME and one[-1] == other[-1] and one[0][: weights.INITIAL] == other[0][: weights.INITIAL]


def family_names_alone(full: Features, alone: Features) -> dict[str, str]:
    """Return, by their stems, the family names of people that one claim names in full, where another one has them alone."""
    if not full.actors or not alone.words:
        return {}
    stems = {name[-1][:STEM] for name in full.actors if len(name) == weights.FULL_NAME} - alone.named
    return {stem: shown for stem in stems if (shown := alone.words.get(stem)) is not None and shown[0].isupper()}


def share_content(one: Features, other: Features) -> bool:
    """Whether two claims have words, names or topics in common, beyond their kinds of happening."""
    return not (one.content.isdisjoint(other.content) and one.topics.isdisjoint(other.topics))


def share_more_than_places(one: Features, other: Features) -> bool:
    """Whether two claims have more in common than where they took place: much happens in a capital on a day of mourning."""
    if not one.heads.keys().isdisjoint(other.heads.keys()) or not one.acts.isdisjoint(other.acts):
        return share_content(one, other)
    return not ((one.content & other.content) <= _placed(one) | _placed(other) and one.topics.isdisjoint(other.topics))


def _placed(claim: Features) -> frozenset[str]:
    """The stems of the single words of a claim's places."""
    return frozenset([part[:STEM] for name in claim.places for part in name])


def elsewhere(one: Features, other: Features) -> bool:
    """Whether both say where it took place, and name no place in common, nor one that lies within another."""
    if not one.sites or not other.sites or any(same_name(a, b) for a in one.places for b in other.places):
        return False
    return not _within(one, other)


def _within(one: Features, other: Features) -> bool:
    """Whether a place of one lies within a place of the other: Shusha in Karabakh."""
    return any(lies_within(here, there) or lies_within(there, here) for here in one.places.values() for there in other.places.values())
