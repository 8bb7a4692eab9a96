"""The roster: versioned data files, each text under its hash; published for anybody to read."""

import hashlib
import json
from pathlib import Path

import pytest
from django.test import Client

from conduits.models.conduit import Grant
from conduits.terms import rosters
from conduits.terms.rosters import Agreement

FOLDER = Path(rosters.__file__).parent
FILES = sorted(FOLDER.glob("*.json"))
# What each text says, for good: a new wording is a new file.
HASHES = {
    "pdc-ai.2026-11.json": "d6d6843a2a73045d",
    "pdc-good.2026-11.json": "71f2ff301bec564a",
    "pdc-intent.2026-11.json": "62f058c612f56c14",
    "sd-base-dp.2026-01.json": "f081146ccf954282",
    "sd-base-dp.2026-11.json": "26dddfcaad015b84",
    "sd-base.2026-11.json": "c4b2b7ab331f2dc0",
}


def test_a_text_that_is_in_use_is_never_changed() -> None:
    assert {path.name: json.loads(path.read_bytes())["sha256"][:16] for path in FILES} == HASHES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_named_for_what_it_holds_and_its_text_has_its_hash(path: Path) -> None:
    held = json.loads(path.read_bytes())

    assert path.name == f"{held['id'].lower()}.{held['version']}.json"
    assert hashlib.sha256(held["text"].encode()).hexdigest() == held["sha256"]
    assert rosters.find(held["id"], held["version"]) == Agreement.model_validate(held)
    assert held["scope"]["purposes"][0] == "service"


def test_a_file_whose_text_was_changed_is_refused() -> None:
    held = json.loads(FILES[0].read_bytes())

    with pytest.raises(ValueError, match="is not the one that its hash names"):
        Agreement.model_validate(held | {"text": f"{held['text']} Or else."})


def test_the_usual_two_are_there_and_the_first_allows_every_grant() -> None:
    preferred, alternative = rosters.newest(rosters.PREFERRED), rosters.newest(rosters.ALTERNATIVE)

    assert preferred is not None
    assert alternative is not None
    assert set(preferred.scope.grants) == set(Grant)
    assert set(Grant) - set(alternative.scope.grants) == {Grant.PRIVATE_ENTRIES}


def test_no_agreement_that_is_for_more_than_service_reaches_contact_and_private_entries_unasked() -> None:
    for agreement in rosters.agreements():
        if {"training", "common_good"} & set(agreement.scope.purposes):
            assert not {Grant.CONTACT, Grant.PRIVATE_ENTRIES} & set(agreement.scope.grants), agreement.id


def test_the_newest_version_of_a_name_is_what_can_be_proffered(monkeypatch: pytest.MonkeyPatch) -> None:
    first = rosters.agreements()[0]
    later = first.model_copy(update={"version": "2027-03"})
    rosters._newest.cache_clear()
    both = {(first.id, later.version): later, (first.id, first.version): first}
    monkeypatch.setattr(rosters, "_files", lambda: both)
    try:
        assert rosters.agreements() == (later,)
        assert rosters.find(first.id, first.version) == first
    finally:
        rosters._newest.cache_clear()


def test_the_agreements_on_offer_are_published_for_anybody() -> None:
    answer = Client().get("/.well-known/myterms.json")

    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    published = answer.json()
    assert published["default"] == {"preferred": "SD-BASE-DP", "alternative": "SD-BASE"}
    assert [one["id"] for one in published["agreements"]] == [
        "PDC-AI",
        "PDC-GOOD",
        "PDC-INTENT",
        "SD-BASE",
        "SD-BASE-DP",
    ]
    for one in published["agreements"]:
        assert set(one) == {"id", "version", "title", "summary", "text", "sha256", "scope"}
        assert hashlib.sha256(one["text"].encode()).hexdigest() == one["sha256"]
        assert set(one["scope"]) == {"grants", "purposes", "portability"}


def test_what_is_published_is_only_read() -> None:
    assert Client().post("/.well-known/myterms.json").status_code == 405
