"""Who looks, and who only prepares a preview; and telling visitors apart for a day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import RequestFactory
from pytest_django import Settings

from picos.visitors import address_of, is_looking, visitor_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"
)


def a_meta(method: str = "GET", address: str = "198.51.100.7", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RequestFactory(headers={"User-Agent": PHONE} | named, REMOTE_ADDR=address).generic(method, "/P/X").META


def test_a_person_with_a_browser_looks() -> None:
    assert is_looking(a_meta())
    assert is_looking(a_meta(Sec_Purpose=""))


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_only_a_get_looks(method: str) -> None:
    assert not is_looking(a_meta(method))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Sec_Purpose", "prefetch"),
        ("Sec_Purpose", "prefetch;prerender"),
        ("Sec_Purpose", "PREFETCH; anonymous-client-ip"),
        ("Purpose", "prefetch"),
        ("Purpose", "preview"),
        ("X_Moz", "prefetch"),
    ],
)
def test_a_browser_that_fetches_ahead_does_not_look(header: str, value: str) -> None:
    assert not is_looking(a_meta(**{header: value}))


@pytest.mark.parametrize(
    "agent",
    [
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (Macintosh) AppleWebKit/601.2.4 Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "WhatsApp/2.23.20.0 A",
        "TelegramBot (like TwitterBot)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Slack-ImgProxy (+https://api.slack.com/robots)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "Twitterbot/1.0",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0) BingPreview/1.0b",
        "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
        "Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots",
        "Mastodon/4.2.1 (http.rb/5.1.1; +https://mastodon.social/) Bot",
        "Bluesky Cardyb/1.1; +mailto:support@bsky.app",
        "vkShare; +http://vk.com/dev/Share",
        "Iframely/1.3.1 (+https://iframely.com/docs/about)",
        "Embedly/0.2 (+http://support.embed.ly/)",
        "Mattermost-Bot/1.1",
        "Nextcloud Server Crawler",
        "Viber/13.3.0.5 CFNetwork/1126 Darwin/19.5.0",
        "Baiduspider+(+http://www.baidu.com/search/spider.htm)",
    ],
)
def test_those_who_show_a_link_in_a_chat_do_not_look(agent: str) -> None:
    assert not is_looking(a_meta(User_Agent=agent))


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "curl/8.5.0",
        "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 Chrome/88.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 Telegram-Android/10.5",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/21B74 Snapchat/12.60.0.33",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Twitter for iPhone/10.14",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Mobile [Pinterest/iOS]",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Mobile [LinkedInApp]/9.29",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Mobile [FBAN/FBIOS;FBAV/440.0]",
    ],
)
def test_a_person_in_an_app_s_own_browser_looks(agent: str) -> None:
    assert is_looking(a_meta(User_Agent=agent))


def test_without_proxies_of_ours_nobody_s_word_about_their_address_is_believed(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0
    assert address_of(a_meta(X_Forwarded_For="203.0.113.1, 203.0.113.2")) == "198.51.100.7"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "6.6.6.6, 203.0.113.1", "203.0.113.1"),
        (2, "6.6.6.6, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
        (2, " 203.0.113.1 ,10.0.0.2, ", "203.0.113.1"),
        (1, "", "198.51.100.7"),
        (2, "203.0.113.1", "198.51.100.7"),
    ],
)
def test_of_forwarded_addresses_the_one_that_our_outermost_proxy_wrote_counts(
    proxies: int, forwarded: str, address: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert address_of(a_meta(X_Forwarded_For=forwarded)) == address


def test_a_visitor_is_the_same_all_day_and_nobody_s_tomorrow() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        today = visitor_of(a_meta())
        clock.shift(timedelta(hours=11, minutes=59))
        assert visitor_of(a_meta()) == today
        clock.shift(timedelta(minutes=1))
        assert visitor_of(a_meta()) != today


def test_address_browser_and_server_tell_visitors_apart(settings: Settings) -> None:
    with time_machine.travel(NOON, tick=False):
        visitors = [visitor_of(a_meta()), visitor_of(a_meta(address="198.51.100.8"))]
        visitors += [visitor_of(a_meta(User_Agent="Firefox")), visitor_of(a_meta(User_Agent="Firefox\ud800"))]
        settings.SECRET_KEY = "another server's"
        visitors += [visitor_of(a_meta())]
    assert len(set(visitors)) == 5
    assert {len(visitor) for visitor in visitors} == {8}


def test_a_visitor_does_not_tell_the_address() -> None:
    assert b"198.51.100.7" not in visitor_of(a_meta())
