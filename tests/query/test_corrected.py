"""What a correction did to an entry is said in the reader's language, on its page and in exports; the API has the change itself."""

from html import unescape
from typing import Any, get_args

import pytest

from services.query.pages.corrected import correction_words
from services.query.pages.wording import Wording
from services.query.schemas import AppliedCorrectionView
from shared.domain.corrections import Change
from tests.query.conftest import World


def changes(world: World) -> list[tuple[dict[str, object], str, str]]:
    """A change of each kind, with the words that tell of it in English and Azerbaijani."""
    fair = world.entry_with("guests")
    apart = next(entry["id"] for entry in world.get("/entries")["entries"] if entry["id"] != fair["id"])
    counted = [
        claim["claim_id"] for claim in fair["claims"] if {value["attribute"] for value in claim["values"]} >= {"guests", "countries"}
    ]
    one, other = {"claim_id": counted[0]}, {"claim_id": counted[1]}
    documents = sorted({claim["document"]["id"] for claim in fair["claims"]})[:2]
    return [
        (
            {"kind": "amend-value", **one, "attribute": "guests", "value": "214"},
            "one claim’s value of guests is 214",
            "bir iddiada “qonaq” qiyməti: 214",
        ),
        (
            {"kind": "amend-value", **one, "attribute": "countries", "value": None},
            "one claim’s value of countries was removed",
            "bir iddianın “ölkə” qiyməti silinib",
        ),
        (
            {"kind": "retitle-entry", "entry_id": fair["id"], "title": "The fair"},
            "the entry is called “The fair”",
            "qeydin adı: “The fair”",
        ),
        ({"kind": "join-origins", "document_ids": documents}, "2 documents are one origin", "2 sənəd bir qaynaqdır"),
        (
            {"kind": "split-origins", "document_ids": documents},
            "2 documents are independent of one another",
            "2 sənəd bir-birindən asılı deyil",
        ),
        ({"kind": "merge-entries", "entry_ids": [fair["id"], apart]}, "they tell of one happening", "onlar bir hadisədən danışır"),
        (
            {"kind": "split-entry", "entry_id": fair["id"], "claim_ids": [apart]},
            "tell of different happenings",
            "ayrı-ayrı hadisələrdən danışır",
        ),
        ({"kind": "withdraw-claim", **other}, "one claim was withdrawn", "bir iddia geri götürülüb"),
        ({"kind": "amend-date", **one, "edtf": "1998-05-06"}, "the date of one claim is 6 May 1998", "bir iddianın tarixi: 6 may 1998"),
        ({"kind": "amend-date", **one, "edtf": None}, "one claim gives no date", "bir iddia tarix vermir"),
    ]


def shaped(world: World, correction_id: str) -> Any:
    """An entry that a correction shapes."""
    for listed in world.get("/entries")["entries"]:
        entry = world.get(f"/entries/{listed['id']}")
        if any(correction["correction_id"] == correction_id for correction in entry["corrections"]):
            return entry
    raise AssertionError(f"correction {correction_id} shapes no entry")


def test_it_is_said_in_the_reader_s_language(world: World) -> None:
    told = changes(world)
    assert {change["kind"] for change, _, _ in told} == {of.model_fields["kind"].default for of in get_args(get_args(Change)[0])}
    for change, english, azerbaijani in told:
        correction_id = world.correct(change)
        entry = shaped(world, correction_id)
        (applied,) = [one for one in entry["corrections"] if one["correction_id"] == correction_id]
        assert applied["change"]["kind"] == change["kind"]
        for language, said, unsaid in (("en", english, azerbaijani), ("az", azerbaijani, english)):
            page = unescape(world.client.get(f"/chronologies/test/entries/{entry['id']}", headers={"Accept-Language": language}).text)
            assert said in page
            assert unsaid not in page
            export = world.client.get("/v1/chronologies/test/export", params={"format": "markdown", "language": language}).text
            assert said[1:] in export.replace("\\", ""), "it begins a sentence there"


@pytest.mark.parametrize("language", ["en", "az"])
def test_a_correction_of_which_the_change_is_not_at_hand_is_told_as_it_was_stored(language: str) -> None:
    when = "2026-01-02T03:04:05+00:00"
    by = {"proposed_by": "a", "proposed_at": when, "accepted_by": "b", "accepted_at": when}
    stored = AppliedCorrectionView.model_validate(
        {"correction_id": "1", "kind": "withdraw-claim", "summary": "one claim was withdrawn", "reason": "", **by}
    )
    assert correction_words(stored, Wording(language)) == "one claim was withdrawn"
