"""ASGI middleware before every peer: records the prompts, and breaks the wire where one asks for it.

Words anywhere in the text of a prompt:
  !drop=N                 cut the connection after N events (0: after the head); the task runs on
  !status=CODE !times=K   answer the first K sends of this text so (429 and 503 with Retry-After: 1)
  !html                   answer 502 with a web page, as a broken ingress does

GET /sends answers [{"text": "...", "reached": true}, ...]: each prompt that came, and whether the agent got it.
"""
import json
import re


class Cut(Exception):
    """The rest of the answer is not to be sent."""


class Faults:
    def __init__(self, app):
        self.app = app
        self.sends = []

    async def __call__(self, scope, receive, send):
        if scope["path"] == "/sends":
            return await answer(send, 200, json.dumps(self.sends))
        body = await whole(receive)
        text = prompt_of(body)
        drop = None
        if text is not None:
            status, drop, page = word(text, "status"), word(text, "drop"), "!html" in text
            before = sum(sent["text"] == text for sent in self.sends)
            refused = status is not None and before < word(text, "times")
            self.sends.append({"text": text, "reached": not (refused or page)})
            if refused:
                return await answer(send, status, '{"error":"injected"}', retry_after=1)
            if page:
                return await answer(send, 502, "<html><h1>502 Bad Gateway</h1></html>", kind="text/html")
        try:
            await self.app(scope, again(body, receive), send if drop is None else cut_after(drop, send))
        except BaseException as error:  # groups of tasks wrap it
            if "Cut()" not in repr(error):
                raise
            raise ConnectionError("cut, as asked for") from None  # uvicorn closes the socket


def prompt_of(body):
    """The text of a JSON-RPC request that carries a message, in either version of the protocol."""
    try:
        parts = json.loads(body)["params"]["message"]["parts"]
        return " ".join(part["text"] for part in parts if "text" in part)
    except (ValueError, KeyError, TypeError):
        return None


def word(text, name):
    found = re.search(rf"!{name}=(\d+)", text)
    return int(found[1]) if found else None


async def whole(receive):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def again(body, receive):
    """Gives out a body that was read already, then what really comes."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay():
        return waiting.pop() if waiting else await receive()

    return replay


def cut_after(events, send):
    sent = 0

    async def until_then(message):
        nonlocal sent
        await send(message)
        sent += bool(message.get("body"))
        if sent >= events:
            raise Cut

    return until_then


async def answer(send, status, body, kind="application/json", retry_after=None):
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
