"""One server with the demo, and one Chromium, for all of these tests."""

import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.served import Served, serving

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}

Opening = Callable[..., Page]

# What a browser says of every answer that is an error; the tests see for themselves that it is the right one.
EXPECTED = re.compile("status of (404|422)")


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with serving(PICO_DEMO="1", PICO_WEBHOOK_ALLOW="127.0.0.0/8") as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=program, args=quiet)
        yield browser
        browser.close()


@pytest.fixture
def a_browser(chromium: Browser, served: Served) -> Iterator[Opening]:
    """A browser of its own for each person: `a_browser()` a phone, `a_browser("ben", DESK)` one signed in at a desk.

    A message of the page's scripts to the console is a failure, except for the pages that are meant to be missing.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(who: str = "", size: dict[str, int] = PHONE, *, scripts: bool = True, agent: str | None = None) -> Page:
        context = chromium.new_context(
            viewport=size,  # type: ignore[arg-type]
            base_url=served.url,
            java_script_enabled=scripts,
            user_agent=agent,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: complaints.append(message.text))
        if who:
            page.goto(sign_in_link(served, who))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [complaint for complaint in complaints if not EXPECTED.search(complaint)] == []


def sign_in_link(served: Served, who: str) -> str:
    return served.wait_for(rf"http://\S+/demo/sign-in/{who}:\S+")[0]


def printed_codes(served: Served) -> list[str]:
    """The codes in the terminal: an unclaimed moccasin, Ann's modem."""
    served.wait_for("To scan with a phone")
    return served.wait_for(r"/P/([0-9A-Z]{13})")
