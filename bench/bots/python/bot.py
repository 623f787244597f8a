"""The job as kagent's documentation shows it: one agent, one question after the other.

Written anew from that guide, with its traits kept: a "Thinking..." at once that becomes the
answer, a client per question, conversations in memory, a cut every 4000 characters. What kagent
refuses a message without (messageId) is there, and so is the contextId that the guide describes.
"""

import os
import uuid

import httpx
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

AGENT_URL = os.environ["AGENT_URL"]
CHUNK = 4000

# Which context a person talks in, as the agent named it.
contexts: dict[int, str] = {}


async def ask_agent(person: int, question: str) -> str:
    """Sends a question and returns the text of the answer."""
    message = {
        "kind": "message",
        "messageId": str(uuid.uuid4()),
        "role": "user",
        "parts": [{"kind": "text", "text": question}],
    }
    if person in contexts:
        message["contextId"] = contexts[person]
    call = {
        "jsonrpc": "2.0",
        "id": str(uuid.uuid4()),
        "method": "message/send",
        "params": {"message": message},
    }
    async with httpx.AsyncClient(timeout=120.0) as client:
        response = await client.post(AGENT_URL, json=call)
        response.raise_for_status()
    task = response.json().get("result", {})
    if "contextId" in task:
        contexts[person] = task["contextId"]
    texts = [
        part["text"]
        for artifact in task.get("artifacts", [])[-1:]
        for part in artifact.get("parts", [])
        if part.get("kind") == "text"
    ]
    return "\n".join(texts) or "The agent gave no text."


async def on_text(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Answers one message."""
    placeholder = await update.message.reply_text("Thinking...")
    try:
        answer = await ask_agent(update.effective_user.id, update.message.text)
    except Exception as error:
        await placeholder.edit_text(f"The agent cannot be reached: {error}")
        return
    await placeholder.edit_text(answer[:CHUNK])
    for begin in range(CHUNK, len(answer), CHUNK):
        await update.message.reply_text(answer[begin : begin + CHUNK])


def main() -> None:
    """Polls until it is stopped."""
    application = (
        Application.builder()
        .token(os.environ["TELEGRAM_BOT_TOKEN"])
        .base_url(os.environ["TELEGRAM_API_URL"] + "/bot")
        .build()
    )
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, on_text))
    application.run_polling(drop_pending_updates=True)


main()
