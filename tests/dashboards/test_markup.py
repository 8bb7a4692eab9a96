"""Whether the reader of pages sees what is wrong; what it says of our pages stands in test_pages.py."""

import pytest

from tests.dashboards.markup import Markup

PAGE = (
    '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>A page</title>'
    "</head><body><main><h1>A page</h1>{}</main></body></html>"
)


def faults(html: str) -> list[str]:
    return Markup(PAGE.format(html)).faults


@pytest.mark.parametrize(
    "html",
    [
        "<p>One<br>two</p><ul><li>three</li></ul>",
        '<label for="a">A</label><input id="a" name="a">',
        '<label>A <input name="a"></label>',
        '<input name="a" aria-label="A"><input type="hidden" name="b">',
        '<a href="https://elsewhere.example/">A</a>',
        '<img src="/a.png" alt="A">',
        '<script type="application/json">{}</script>',
        '<form method="post"><button>Send</button></form>',
    ],
)
def test_a_sound_page_has_no_faults(html: str) -> None:
    assert faults(html) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<p>", "<p> is never closed"),
        ("<p><b></p></b>", "</p> after <b>"),
        ("<p><div></div></p>", "<div> inside <p>"),
        ("<ul><p></p></ul>", "<p> in a list"),
        ("<li></li>", "<li> outside a list"),
        ("<form><form></form></form>", "<form> inside <form>"),
        ("<h1>Another</h1>", "2 <h1>"),
        ('<p id="a"></p><p id="a"></p>', "id 'a' is there 2 times"),
        ('<p id="a" id="b"></p>', "<p> has id twice"),
        ('<label for="a">A</label>', "<label for='a'> leads nowhere"),
        ('<label for="">A</label>', "<label for> is empty"),
        ('<input name="a">', "<input name='a'> has no label"),
        ('<label for="a"></label><textarea id="a" name="a"></textarea>', "<textarea name='a'> has no label"),
        ('<p style="color: red">A</p>', "<p style>"),
        ('<p onclick="a()">A</p>', "<p onclick>"),
        ("<style></style>", "inline <style>"),
        ("<script>a()</script>", "inline <script>"),
        ('<script src="https://elsewhere.example/a.js"></script>', "<script> loads 'https://elsewhere.example/a.js'"),
        ('<img src="//elsewhere.example/a.png" alt="A">', "<img> loads '//elsewhere.example/a.png'"),
        ('<img src="/a.png" alt="">', "a picture without words"),
        ("<button></button>", "a button without words"),
        ('<a href="/"></a>', "a link without words"),
    ],
)
def test_a_fault_is_found(html: str, fault: str) -> None:
    assert fault in faults(html)


def test_errors_are_told_by_the_field_before_them() -> None:
    page = Markup(
        '<form><p class="error">Both</p><input name="a"><p class="error">One</p><p class="error">Two</p></form>'
        '<form><p class="error">All</p></form>',
        whole=False,
    )
    assert page.errors == {"": ["Both", "All"], "a": ["One", "Two"]}
