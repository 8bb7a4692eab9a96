"""A browser as far as the story needs one: cookies, redirects, forms as the page has them, and open pages kept live."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import aiohttp

from demo.story.pages import Form, Page, read
from demo.story.steps import MissedError

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
JSON = "application/json"
PATIENCE = aiohttp.ClientTimeout(total=20)
FOR_AS_LONG_AS_IT_TAKES = aiohttp.ClientTimeout(total=None)


class Browser:
    """One person's browser. `name` is its User-Agent, which is part of how scans tell visitors apart."""

    def __init__(self, base: str, name: str) -> None:
        self._base = base
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"User-Agent": name}, timeout=PATIENCE
        )

    async def __aenter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it and its pages."""
        await self._session.close()

    async def open(self, path: str, *, device: str = "") -> Page:
        """Opens a page, from another device of the same person if one is named."""
        headers = {"Accept": HTML} | ({"User-Agent": device} if device else {})
        async with self._session.get(urljoin(self._base, path), headers=headers) as answer:
            return await _page(answer)

    async def json(self, path: str, *, device: str = "") -> dict[str, Any]:
        """What a program on that device would be told."""
        headers = {"Accept": JSON} | ({"User-Agent": device} if device else {})
        async with self._session.get(urljoin(self._base, path), headers=headers) as answer:
            if answer.status != HTTPStatus.OK:
                raise MissedError(f"{path} answered {answer.status}")
            told: dict[str, Any] = await answer.json()
            return told

    async def send(self, form: Form, *, photos: Mapping[str, bytes] | None = None, **values: str) -> Page:
        """Fills a form in and sends it, with the hidden fields that it came with; `photos` by their file names."""
        data = aiohttp.FormData(default_to_multipart=bool(photos))
        for name, value in (form.fields | values).items():
            if name != "photos":
                data.add_field(name, value)
        for file_name, photo in (photos or {}).items():
            data.add_field("photos", photo, filename=file_name, content_type="image/jpeg")
        parts = urlsplit(form.action)
        headers = {"Accept": HTML, "Origin": f"{parts.scheme}://{parts.netloc}", "Referer": form.action}
        async with self._session.post(form.action, data=data, headers=headers) as answer:
            page = await _page(answer)
        if page.status >= HTTPStatus.BAD_REQUEST:
            raise MissedError(f"{form.action} answered {page.status}: {page.text[:300]}")
        return page

    async def loads(self, url: str) -> bytes:
        """A picture of a page."""
        async with self._session.get(url) as answer:
            if answer.status != HTTPStatus.OK:
                raise MissedError(f"{url} answered {answer.status}")
            return await answer.read()

    @asynccontextmanager
    async def kept_live(self, page: Page) -> AsyncIterator["LivePage"]:
        """The page stays open in this browser, and hears when something changes on it."""
        missing = {"data-live-url", "data-live-token", "data-fragment"} - set(page.live)
        if missing:
            raise MissedError(f"{page.url} cannot be kept live: it has no {', '.join(sorted(missing))}")
        stream = self._session.get(
            page.live["data-live-url"],
            params={"token": page.live["data-live-token"]},
            headers={"Accept": "text/event-stream"},
            timeout=FOR_AS_LONG_AS_IT_TAKES,
        )
        async with stream as answer:
            if answer.status != HTTPStatus.OK:
                raise MissedError(f"the live stream answered {answer.status}")
            yield LivePage(self, answer, page)


class LivePage:
    """An open page. As the page's own script does, it fetches its fragment at each `change`."""

    def __init__(self, browser: Browser, stream: aiohttp.ClientResponse, page: Page) -> None:
        self._browser = browser
        self._stream = stream
        self._page = page
        self._fragment = urljoin(page.url, page.live["data-fragment"])

    async def changes(self) -> None:
        """Until the next `change` is heard."""
        while line := await self._stream.content.readline():
            if line.strip() == b"event: change":
                return
        raise MissedError("the live stream ended")

    async def comes_to_show(self, words: str, *, within: float) -> Page:
        """The page, once these words are on it: as it is, or its fragment after one of the next changes (seconds)."""
        try:
            async with asyncio.timeout(within):
                while words not in self._page.text:
                    await self.changes()
                    self._page = await self._browser.open(self._fragment)
                return self._page
        except TimeoutError as error:
            raise MissedError(f"“{words}” did not appear on the open page within {within:g} s") from error


async def _page(answer: aiohttp.ClientResponse) -> Page:
    return read(str(answer.url), answer.status, await answer.text())
