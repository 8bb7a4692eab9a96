"""What frames each page of the desk: its title, and its tables where there is no room for columns."""

import re
from pathlib import Path

import pytest

from tests.dashboards.world import browser, read
from tests.factories import a_company, a_member

pytestmark = pytest.mark.django_db

TEMPLATES = Path(__file__).parents[2] / "dashboards" / "templates"


def test_each_page_of_the_desk_has_a_title_of_its_own() -> None:
    company = a_company()
    client = browser(a_member(company, "admin").person)
    desk = f"/desk/{company.slug}"
    nav = [one.attributes["href"] for one in read(client.get(desk)).all("a") if "href" in one.attributes]
    paths = {path for path in nav if path.startswith(desk)}
    paths |= {f"{desk}/{more}" for more in ("keeping", "passes", "advisories/new", "connectors/new/email")}
    titles = {path: read(client.get(path)).all("title")[0].text for path in paths}
    assert titles[desk] == "Inbox · LAMO Footwear"
    assert titles[f"{desk}/connectors/new/email"] == "Add E-mail · LAMO Footwear"
    assert len(set(titles.values())) == len(paths) == 14
    assert all(title.endswith(" · LAMO Footwear") or title == "Rules" for title in titles.values())


def test_every_table_can_be_read_on_a_phone() -> None:
    """The style sheet lays a table's rows out anew within a `scroll`, and takes no column away."""
    without = [
        page.name
        for page in TEMPLATES.rglob("*.html")
        for before in re.findall(r"(.{0,20})<table", page.read_text(), re.DOTALL)
        if not before.endswith('<div class="scroll">')
    ]
    assert without == []
