"""An A2A peer on the official Python SDK 0.3.26: A2A 0.3.

Usage: <venv made by ../setup.sh>/bin/python peer_v03.py [--no-stream]
See serve.py for what it prints, words.py and faults.py for what a prompt makes it do.
"""
import sys

from a2a.server.agent_execution import AgentExecutor
from a2a.server.apps import A2AStarletteApplication
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import (
    AgentCapabilities, AgentCard, AgentSkill, DataPart, FilePart, FileWithBytes, FileWithUri, Message, Part, Role,
    Task, TaskState, TaskStatus, TextPart)

import words
from faults import Faults
from serve import serve


class Agent:
    """What words.py needs of the SDK."""
    WORKING = TaskState.working
    FINAL = {"final": True}

    def __init__(self, context, queue):
        self.context, self.queue = context, queue
        self.updater = TaskUpdater(queue, context.task_id, context.context_id)

    async def message(self, text):
        await self.queue.enqueue_event(Message(
            message_id="m-1", context_id=self.context.context_id, role=Role.agent, parts=[self.text(text)]))

    async def begins(self):
        await self.queue.enqueue_event(Task(
            id=self.context.task_id, context_id=self.context.context_id,
            status=TaskStatus(state=TaskState.submitted), history=[self.context.message]))

    def text(self, text):
        return Part(root=TextPart(text=text))

    def says(self, text):
        return self.updater.new_agent_message([self.text(text)])

    def files(self):
        file = FileWithBytes(bytes="iVBORw0KGgo=", name="dot.png", mime_type="image/png")
        link = FileWithUri(uri="https://files.example/report.pdf", name="report.pdf", mime_type="application/pdf")
        roots = [FilePart(file=file), FilePart(file=link), DataPart(data={"k": [1, "two", None]})]
        return [Part(root=root) for root in roots]


class Peer(AgentExecutor):
    async def execute(self, context, queue):
        await words.answer((context.get_user_input() or "").strip(), context.context_id, Agent(context, queue))

    async def cancel(self, context, queue):
        await TaskUpdater(queue, context.task_id, context.context_id).cancel()


def app_at(url):
    card = AgentCard(
        name="peer-v03", description="a peer of the tests", version="1.0.0", url=url,
        capabilities=AgentCapabilities(streaming="--no-stream" not in sys.argv),
        default_input_modes=["text/plain"], default_output_modes=["text/plain"],
        skills=[AgentSkill(id="echo", name="Echo", description="echoes", tags=["test"])])
    handler = DefaultRequestHandler(agent_executor=Peer(), task_store=InMemoryTaskStore())
    return Faults(A2AStarletteApplication(agent_card=card, http_handler=handler).build())


serve(app_at)
