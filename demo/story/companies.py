"""The companies' side of the story: their programs at the API, and the call centre's own records."""

import asyncio
import time
from collections.abc import Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp

from demo.credentials import Credentials
from demo.story.steps import MissedError

PATIENCE = aiohttp.ClientTimeout(total=20)
# Between two looks at something that a worker is doing (seconds).
LOOK_EVERY = 0.03


class CompanyProgram:
    """A company's own program, with its key."""

    def __init__(self, base: str, credentials: Credentials) -> None:
        headers = {"Authorization": f"Bearer {credentials.key}"}
        self._session = aiohttp.ClientSession(f"{base}/api/v1/", headers=headers, timeout=PATIENCE)

    async def __aenter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes its connections."""
        await self._session.close()

    async def mints(self, sku: str, serials: Sequence[str]) -> list[dict[str, Any]]:
        """Fresh copies of the product, in the order of their serials."""
        products = await self._get("products", limit=200)
        product = next((one for one in products["results"] if one["sku"] == sku), None)
        if product is None:
            raise MissedError(f"there is no product {sku}")
        order = {"product": product["id"], "count": len(serials), "serials": list(serials)}
        batch = await self._post("batches", order)
        await self._minted(batch["id"])
        picos = await self._get("picos", batch=batch["id"])
        return sorted(picos["results"], key=lambda pico: serials.index(pico["serial"]))

    async def _minted(self, batch_id: str, *, within: float = 20.0) -> None:
        deadline = time.monotonic() + within
        while (await self._get(f"batches/{batch_id}"))["state"] != "done":
            if time.monotonic() > deadline:
                raise MissedError(f"nothing was minted within {within:g} s")
            await asyncio.sleep(LOOK_EVERY)

    async def _get(self, path: str, **query: str | int) -> Any:
        return await _told(self._session.get(path, params=query))

    async def _post(self, path: str, body: Any) -> Any:
        return await _told(self._session.post(path, json=body))


class CallCentreRecords:
    """What the call centre's staff can look up."""

    def __init__(self, port: int) -> None:
        self._session = aiohttp.ClientSession(f"http://127.0.0.1:{port}/", timeout=PATIENCE)

    async def __aenter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes its connections."""
        await self._session.close()

    async def modem(self, serial: str) -> dict[str, Any]:
        """Where a modem stands, and whether that street is out of order."""
        modem: dict[str, Any] = await _told(self._session.get(f"modems/{serial}"))
        return modem

    async def hears(self, code: str, *types: str, within: float = 10.0) -> None:
        """Until genuine messages of all these types about the code have arrived."""
        deadline = time.monotonic() + within
        while missing := set(types) - {one["type"] for one in await self._received(code)}:
            if time.monotonic() > deadline:
                raise MissedError(f"the company was not told of {', '.join(sorted(missing))} within {within:g} s")
            await asyncio.sleep(LOOK_EVERY)

    async def count(self, code: str, type_: str) -> int:
        """How many genuine messages of this type about the code have arrived."""
        return [one["type"] for one in await self._received(code)].count(type_)

    async def _received(self, code: str) -> list[dict[str, Any]]:
        received: list[dict[str, Any]] = await _told(self._session.get(f"received?{urlencode({'code': code})}"))
        return received


async def _told(request: Any) -> Any:
    async with request as answer:
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise MissedError(f"{answer.method} {answer.url} answered {answer.status}: {(await answer.text())[:300]}")
        return await answer.json()
