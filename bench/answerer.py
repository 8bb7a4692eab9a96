"""A company's program that answers each message at once through the API. `python -m bench.answerer PORT KEY`."""

import asyncio
import sys

import aiohttp
from aiohttp import web

ANSWER = "We have seen it"


async def _serve(port: int, key: str) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as api:
        answering: set[asyncio.Task[None]] = set()

        async def answer(url: str, event: str) -> None:
            async with api.post(url, json={"body": ANSWER, "in_reply_to": event}) as answered:
                answered.raise_for_status()

        async def receive(request: web.Request) -> web.Response:
            data = (await request.json())["data"]
            task = asyncio.create_task(answer(data["reply_url"], data["event"]))
            answering.add(task)
            task.add_done_callback(answering.discard)
            return web.Response(status=204)

        program = web.Application()
        program.router.add_post("/", receive)
        runner = web.AppRunner(program)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
