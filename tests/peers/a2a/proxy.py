"""Stands before a peer that is not ours, so that it breaks as the others do (faults.py) and its prompts are counted.

Usage: <venv with httpx, starlette and uvicorn>/bin/python proxy.py URL [--no-stream]
It puts its own address on the peer's card; with --no-stream the card says that it does not stream.
"""
import re
import sys

import httpx

from faults import Faults, whole
from serve import serve

HOP = {b"host", b"connection", b"content-length", b"transfer-encoding"}
END_OF_EVENT = re.compile(rb"\r?\n\r?\n")


class Proxy:
    def __init__(self, url):
        self.url = url
        self.target = sys.argv[1]
        self.client = httpx.AsyncClient(timeout=None, trust_env=False)

    async def __call__(self, scope, receive, send):
        headers = [(name, value) for name, value in scope["headers"] if name not in HOP]
        url = self.target.rstrip("/") + scope["path"]
        request = self.client.build_request(scope["method"], url, headers=headers, content=await whole(receive))
        response = await self.client.send(request, stream=True)
        try:
            head = [(name.lower(), value) for name, value in response.headers.raw if name.lower() not in HOP]
            await send({"type": "http.response.start", "status": response.status_code, "headers": head})
            body = self.card(await response.aread()) if "/.well-known/" in scope["path"] else None
            async for event in events(response) if body is None else once(body):
                await send({"type": "http.response.body", "body": event, "more_body": True})
            await send({"type": "http.response.body"})
        finally:
            await response.aclose()

    def card(self, body):
        body = body.replace(self.target.encode(), self.url.encode())
        if "--no-stream" in sys.argv:
            body = re.sub(rb'"streaming":\s*true', b'"streaming":false', body)
        return body


async def once(body):
    yield body


async def events(response):
    """One event at a time, however they come."""
    kept = b""
    async for piece in response.aiter_raw():
        kept += piece
        while found := END_OF_EVENT.search(kept):
            yield kept[:found.end()]
            kept = kept[found.end():]
    if kept:
        yield kept


serve(lambda url: Faults(Proxy(url)))
