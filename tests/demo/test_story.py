"""How the story reads pages and mail. That it can be told at all, `make story` shows."""

import asyncio
import io
from pathlib import Path

import pytest

from demo.story.mailbox import mailed_code
from demo.story.pages import read
from demo.story.steps import MissedError, Steps

PAGE = """<html><head><title>Unseen</title></head><body>
<main data-live-url="http://host:8001/live" data-live-token="t" data-fragment="/P/X/fragment">
<p>Is this
   one &amp; only <b>yours</b>?</p><script>unseen</script><img src="/photos/1/small">
<form method="post" action="/P/X/journal"><input type="hidden" name="csrfmiddlewaretoken" value="abc">
<textarea name="body">draft</textarea><input type="file" name="photos">
<input type="radio" name="visibility" value="shared" checked><input type="radio" name="visibility" value="private">
<input type="checkbox" name="allow_photos"></form><a href="more">More</a></main></body></html>"""


def test_a_page_is_read_as_a_person_would() -> None:
    page = read("http://host/P/X", 200, PAGE)

    assert page.text == "Is this one & only yours ? More"
    assert page.live == {
        "data-live-url": "http://host:8001/live",
        "data-live-token": "t",
        "data-fragment": "/P/X/fragment",
    }
    assert page.link("/P/") == "http://host/P/more"
    assert [page.links, page.images] == [["http://host/P/more"], ["http://host/photos/1/small"]]
    form = page.form("body", action="/journal")
    assert form.action == "http://host/P/X/journal"
    assert form.fields == {"csrfmiddlewaretoken": "abc", "body": "draft", "photos": "", "visibility": "shared"}


def test_what_is_not_there_is_missed() -> None:
    page = read("http://host/P/X", 200, PAGE)

    with pytest.raises(MissedError, match="does not say “Lost”"):
        page.shows("Lost")
    with pytest.raises(MissedError, match="shows “one & only”"):
        page.hides("one & only")
    with pytest.raises(MissedError, match="has no form with message"):
        page.form("message")
    with pytest.raises(MissedError, match="has no link to /rules"):
        page.link("/rules")


def mail(to: str, code: str) -> str:
    return f"Subject: Your code\nFrom: a@pico.test\nTo: {to}\nDate: now\n\nYour code:\n\n{code}\n\n{'-' * 79}\n"


def test_the_newest_code_to_an_address_is_found_in_the_mail(tmp_path: Path) -> None:
    (tmp_path / "1.log").write_text(mail("dana@x.example", "111111") + mail("dana@x.example", "222222"))
    (tmp_path / "2.log").write_text(mail("eve@x.example", "333333"))

    assert asyncio.run(mailed_code(tmp_path, "dana@x.example", since=0)) == "222222"
    with pytest.raises(MissedError, match="no code was mailed to frank"):
        asyncio.run(mailed_code(tmp_path, "frank@x.example", since=0, within=0.01))


def test_a_step_that_is_cut_short_is_the_one_that_was_missed() -> None:
    steps = Steps(io.StringIO())
    steps.begin("Scene")
    with steps.step("first"):
        pass
    with pytest.raises(MissedError), steps.step("second"):
        raise MissedError("why")
    steps.miss("why")

    told = steps.as_json()
    assert [told["seen"], told["missed"]] == [False, "Scene: second: why"]
    assert [(step["scene"], step["step"]) for step in told["steps"]] == [("Scene", "first")]
