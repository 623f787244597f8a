"""Serves an ASGI app on a free port of 127.0.0.1 until stdin is closed.

One line of JSON goes to stdout when it listens: {"url": "http://127.0.0.1:PORT/"}.
stdin is a pipe from the test: it is closed when the test ends, however it ends.
"""
import json
import logging
import os
import socket
import threading

import uvicorn
from sse_starlette.sse import EventSourceResponse

# Peers that break on request would fill the tests' output with it.
logging.disable()
# As 15 s in production: a test sees pings without waiting for them.
EventSourceResponse.DEFAULT_PING_INTERVAL = 1


def serve(app_at):
    """`app_at(url)` makes the app, which may put its own address on its card."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    config = uvicorn.Config(app_at(url), log_level="critical", lifespan="off")
    threading.Thread(target=end_with_stdin, daemon=True).start()
    print(json.dumps({"url": url}), flush=True)
    uvicorn.Server(config).run(sockets=[listener])


def end_with_stdin():
    while os.read(0, 4096):
        pass
    os._exit(0)
