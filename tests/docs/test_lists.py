"""What the documentation lists is all there is: event types and grants, doors of the API, templates of rules."""

import json
import re
from pathlib import Path

import pytest

from conduits.gate import GRANT_FOR
from conduits.models.conduit import DEFAULT_GRANTS, Grant
from conduits.terms.rosters import agreements
from config.api_urls import urlpatterns
from parties.keys import AREAS
from picos.event_types import event_types
from picos.gs1.link_types import LINK_TYPES
from rules.gallery import templates
from rules.writing import parse_definition

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text()


def rows(text: str) -> dict[str, list[str]]:
    """The rows of its tables that begin with a name, by that name."""
    found = re.findall(r"^\| `([\w.]+)` \| (.*) \|$", text, re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split(" |")] for name, cells in found}


def test_every_type_of_event_stands_in_the_list_of_webhooks() -> None:
    listed = {name for name in rows(page("webhooks.md")) if "." in name}
    assert listed == {known.name for known in event_types()}


@pytest.mark.parametrize("name", sorted(GRANT_FOR))
def test_the_list_of_webhooks_names_the_grant_that_the_gate_asks_for(name: str) -> None:
    _, grant, _ = rows(page("webhooks.md"))[name]
    asked = GRANT_FOR[name]
    assert grant == (f"`{asked.value}`" if asked else "none")


def test_every_grant_is_explained_with_whether_a_claim_gives_it() -> None:
    explained = {name: cells[-1] for name, cells in rows(page("privacy.md")).items()}
    assert explained == {grant.value: "yes" if grant in DEFAULT_GRANTS else "no" for grant in Grant}


def test_every_door_of_the_api_stands_in_its_list() -> None:
    listed = set(re.findall(r"(/[a-z-]+[\w/{}.-]*)", page("api.md").partition("## All doors")[2]))
    doors = {
        "/" + re.sub(r"<str:(\w+)>", r"{\1}", re.sub(r"<uuid:\w+>", "{id}", str(url.pattern)))
        for url in urlpatterns
        if str(url.pattern) not in {"", "schema", "docs"}
    }
    assert listed == doors


def test_every_area_of_keys_is_named() -> None:
    assert all(f"`{area}`" in page("api.md") for area in AREAS)


def test_every_template_of_a_rule_is_listed() -> None:
    assert {name for name in rows(page("rules.md")) if name in templates()} == set(templates())


def test_the_example_of_a_rule_is_one() -> None:
    examples = re.findall(r"```json\n(.*?)```", page("rules.md"), re.DOTALL)
    assert [parse_definition(json.loads(example)).name for example in examples] == ["Tell them I wrote"]


def test_every_type_of_link_is_listed() -> None:
    assert {name for name in rows(page("gs1.md")) if not name.startswith("test_")} == set(LINK_TYPES)


def test_what_shows_that_gs1_s_standard_is_met_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", page("gs1.md")))
    written = (DOCS.parent / "tests" / "dashboards" / "test_gs1.py").read_text()
    assert len(named) > 15
    assert {name for name in named if f"def {name}(" not in written} == set()


def test_every_agreement_of_the_roster_is_listed_with_what_it_allows() -> None:
    listed = dict(re.findall(r"^\| `([A-Z-]+)`: [^|]+ \| ([^|]+) \|", page("terms.md"), re.MULTILINE))
    assert set(listed) == {one.id for one in agreements()}
    for one in agreements():
        missing = [grant.value for grant in Grant if grant not in one.scope.grants]
        assert re.findall(r"`(\w+)`", listed[one.id]) == missing, one.id
