"""The desk on a phone: where one is stays in sight, nothing lies beyond the edge, and a form opens at what is wrong."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Opening

pytestmark = pytest.mark.browser

IN_SIGHT = """name => { const box = name.getBoundingClientRect(); return box.left >= 0 && box.right <= innerWidth; }"""
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_the_name_of_the_page_and_all_of_it_are_in_sight(a_browser: Opening) -> None:
    page = a_browser("ben", PHONE)
    page.goto("/desk/lamo")
    paths = [one.get_attribute("href") for one in page.locator(".many a:not(.mark, .end)").all()]
    assert len(paths) == 10
    for path in paths:
        page.goto(str(path))
        assert page.locator(".many [aria-current]").evaluate(IN_SIGHT), path
        assert page.evaluate(OVER) == 0, path
    page.goto("/desk/lamo/members")
    assert page.locator("summary", has_text="Remove").first.evaluate(IN_SIGHT)


def test_a_form_opens_at_the_field_that_is_wrong(a_browser: Opening) -> None:
    page = a_browser("ben", PHONE)
    page.goto("/desk/lamo/connectors/new/email")
    page.fill("[name=to]", "support@lamo.example")
    page.fill("[name=reply_to]", "nobody")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("[name=reply_to]")).to_be_focused()


def test_until_when_an_advisory_stands_is_entered_by_one_s_own_clock(a_browser: Opening) -> None:
    page = a_browser("ben", PHONE)
    page.goto("/desk/lamo/advisories/new")
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    expect(page.locator("[name=zone]")).to_have_value(zone)
    expect(page.get_by_text("In your own time. Empty: until you end it.")).to_be_visible()


def test_by_when_it_is_back_is_entered_by_one_s_own_clock(a_browser: Opening) -> None:
    page = a_browser("cleo", PHONE)
    page.goto("/desk/harbour")
    page.locator(".inbox a").first.click()
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    expect(page.locator("#answer [name=zone]")).to_have_value(zone)
    expect(page.get_by_text("In your own time. The customer sees how long it is until then.")).to_be_visible()
