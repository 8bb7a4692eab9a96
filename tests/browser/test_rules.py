"""Each ready-made rule is filled in, tried and put to work in a real browser, by somebody who never saw a rule."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opening

pytestmark = pytest.mark.browser


def test_a_customer_makes_a_rule_of_each_kind(a_browser: Opening) -> None:
    _make_all(a_browser("ann"), "/rules")


def test_a_company_makes_a_rule_of_each_kind(a_browser: Opening) -> None:
    _make_all(a_browser("ben", DESK), "/desk/lamo/rules")


def _make_all(page: Page, rules: str) -> None:
    page.goto(f"{rules}/new")
    names = [link.get_attribute("aria-label") or "" for link in page.get_by_role("link", name="Use: ").all()]
    assert len(names) >= 5
    for name in names:
        _make(page, rules, name.removeprefix("Use: "))


def _make(page: Page, rules: str, title: str) -> None:
    page.goto(f"{rules}/new")
    page.get_by_role("link", name=f"Use: {title}", exact=True).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("button", name="Try it on what happened").click()
    expect(page.get_by_role("heading", name="What it would have done")).to_be_visible()
    page.get_by_role("button", name="Put it to work").click()
    expect(page.get_by_role("switch", name=title, exact=True).first).to_have_attribute("aria-checked", "true")
