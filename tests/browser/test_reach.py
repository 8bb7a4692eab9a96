"""How we reach a person, in a real browser: it subscribes, shows what is pushed, and the page works without scripts."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opening
from tests.conduits.reaching.browsers import Browser
from tests.served import Served

pytestmark = pytest.mark.browser

# There is no push service to subscribe at here; all else is the browser's own.
SUBSCRIBED = """
PushManager.prototype.subscribe = async (wanted) => {
  if (!wanted.userVisibleOnly || wanted.applicationServerKey.length !== 65) throw new Error("not as it should be");
  return { toJSON: () => (%s) };
};
"""


def test_a_browser_is_added_and_shows_what_is_pushed(a_browser: Opening, served: Served) -> None:
    phone = a_browser("ann")
    phone.context.grant_permissions(["notifications"], origin=served.url)
    subscription = {"endpoint": "http://127.0.0.1:9/push/1", "keys": Browser().keys()}
    phone.add_init_script(SUBSCRIBED % json.dumps(subscription))
    phone.goto("/you/reach")
    phone.get_by_role("button", name="Reach me in this browser").click()
    expect(phone.get_by_text("News reach you in this browser from now on.")).to_be_visible()
    expect(phone.get_by_text("Chrome · on")).to_be_visible()

    title = _pushed(phone, served, {"title": "News about Moccasin", "body": "Hello", "url": "/things", "tag": "1"})

    assert title == ["News about Moccasin"]


def _pushed(page: Page, served: Served, said: dict[str, str]) -> list[str]:
    """The titles of the notifications that it shows then."""
    devtools = page.context.new_cdp_session(page)
    registrations: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(one["registrationId"] for one in event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": served.url, "registrationId": registrations[0], "data": json.dumps(said)},
    )
    shown = """async () => {
      const worker = await navigator.serviceWorker.ready;
      for (let tries = 0; tries < 50; tries++) {
        const shown = await worker.getNotifications();
        if (shown.length) return shown.map((one) => one.title);
        await new Promise((done) => setTimeout(done, 50));
      }
      return [];
    }"""
    titles: list[str] = page.evaluate(shown)
    return titles


def test_without_scripts_everything_but_the_browser_itself_can_be_chosen(a_browser: Opening) -> None:
    phone = a_browser("cleo", scripts=False)
    phone.goto("/you/reach")
    expect(phone.get_by_role("button", name="Reach me in this browser")).to_be_hidden()
    phone.get_by_label("Quiet from").fill("22:00")
    phone.get_by_label("Quiet until").fill("07:00")
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Saved.")).to_be_visible()
    expect(phone.get_by_label("Quiet until")).to_have_value("07:00")
    phone.get_by_text("Add an app, such as ntfy or Telegram").click()
    phone.get_by_label("Its address").fill("ntfy://127.0.0.1:9/topic")
    phone.get_by_role("button", name="Add it").click()
    expect(phone.get_by_text("News reach you by ntfy (127.0.0.1) from now on.")).to_be_visible()


def test_the_time_zone_is_the_browser_s_unless_the_person_said_one(a_browser: Opening) -> None:
    phone = a_browser("ben")
    there = {"timezoneId": "America/New_York"}
    phone.context.new_cdp_session(phone).send("Emulation.setTimezoneOverride", there)
    phone.goto("/you/reach")
    expect(phone.get_by_label("Your time zone")).to_have_value("America/New_York")
