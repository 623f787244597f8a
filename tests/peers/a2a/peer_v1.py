"""An A2A peer on the official Python SDK 1.3.0: A2A 1.0, and 0.3 through its compatibility layer.

Usage: <venv made by ../setup.sh>/bin/python peer_v1.py [--no-stream]
See serve.py for what it prints, words.py and faults.py for what a prompt makes it do.
"""
import sys

from a2a.server.agent_execution import AgentExecutor
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes, create_rest_routes
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types.a2a_pb2 import AgentCard, Message, Part, Role, Task, TaskState, TaskStatus
from google.protobuf.json_format import ParseDict
from starlette.applications import Starlette

import words
from faults import Faults
from serve import serve


class Agent:
    """What words.py needs of the SDK."""
    WORKING = TaskState.TASK_STATE_WORKING
    FINAL = {}

    def __init__(self, context, queue):
        self.context, self.queue = context, queue
        self.updater = TaskUpdater(queue, context.task_id, context.context_id)

    async def message(self, text):
        await self.queue.enqueue_event(Message(
            message_id="m-1", context_id=self.context.context_id, role=Role.ROLE_AGENT, parts=[self.text(text)]))

    async def begins(self):
        status = TaskStatus(state=TaskState.TASK_STATE_SUBMITTED)
        task = Task(id=self.context.task_id, context_id=self.context.context_id, status=status)
        task.history.append(self.context.message)
        await self.queue.enqueue_event(task)

    def text(self, text):
        return Part(text=text)

    def says(self, text):
        return self.updater.new_agent_message([self.text(text)])

    def files(self):
        data = ParseDict({"data": {"k": [1, "two", None]}, "mediaType": "application/json"}, Part())
        return [
            Part(raw=b"\x89PNG\r\n\x1a\n", filename="dot.png", media_type="image/png"),
            Part(url="https://files.example/report.pdf", filename="report.pdf", media_type="application/pdf"), data]


class Peer(AgentExecutor):
    async def execute(self, context, queue):
        await words.answer((context.get_user_input() or "").strip(), context.context_id, Agent(context, queue))

    async def cancel(self, context, queue):
        await TaskUpdater(queue, context.task_id, context.context_id).cancel()


def app_at(url):
    def interface(path, binding, version):
        return {"url": url + path, "protocolBinding": binding, "protocolVersion": version}

    card = ParseDict({
        "name": "peer-v1", "description": "a peer of the tests", "version": "1.0.0",
        "supportedInterfaces": [
            interface("", "JSONRPC", "1.0"), interface("rest", "HTTP+JSON", "1.0"), interface("", "JSONRPC", "0.3")],
        "capabilities": {"streaming": "--no-stream" not in sys.argv},
        "defaultInputModes": ["text/plain"], "defaultOutputModes": ["text/plain"],
        "skills": [{"id": "echo", "name": "Echo", "description": "echoes", "tags": ["test"]}]}, AgentCard())
    handler = DefaultRequestHandler(agent_executor=Peer(), task_store=InMemoryTaskStore(), agent_card=card)
    return Faults(Starlette(routes=[
        *create_agent_card_routes(card, cache_control="public, max-age=60"),
        *create_jsonrpc_routes(handler, "/", enable_v0_3_compat=True),
        *create_rest_routes(handler, path_prefix="/rest", enable_v0_3_compat=True)]))


serve(app_at)
