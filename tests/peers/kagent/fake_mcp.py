"""Streamable-HTTP MCP server with three fake Kubernetes tools (loopback only).

Each call that is executed is appended to --log as one JSON line:
{"name": "delete_pod", "args": {"name": "web-1", "namespace": "default"}}
"""
import argparse
import json
import os

from mcp.server.fastmcp import FastMCP
from starlette.responses import PlainTextResponse

p = argparse.ArgumentParser()
p.add_argument("--port", type=int, required=True)
p.add_argument("--log", default=os.devnull)
a = p.parse_args()
mcp = FastMCP("fake-k8s", host="127.0.0.1", port=a.port, stateless_http=True, log_level="WARNING")


def record(tool, **args):
    with open(a.log, "a") as f:
        f.write(json.dumps({"name": tool, "args": args}) + "\n")


@mcp.custom_route("/health", methods=["GET"])
async def health(_request):
    return PlainTextResponse("OK")


@mcp.tool()
def get_pods(namespace: str) -> str:
    """List pods."""
    record("get_pods", namespace=namespace)
    return f"web-1 Running in {namespace}"


@mcp.tool()
def delete_pod(name: str, namespace: str) -> str:
    """Delete a pod."""
    record("delete_pod", name=name, namespace=namespace)
    return f"pod {name} deleted from {namespace}"


@mcp.tool()
def restart_deployment(name: str, namespace: str) -> str:
    """Restart a deployment."""
    record("restart_deployment", name=name, namespace=namespace)
    return f"deployment {name} restarted in {namespace}"


mcp.run(transport="streamable-http")
