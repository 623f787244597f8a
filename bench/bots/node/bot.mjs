// The same job on grammY with its runner: questions of different chats at once, those of one
// chat in order. Conversations are in memory.

import { randomUUID } from "node:crypto";
import { run, sequentialize } from "@grammyjs/runner";
import { Bot } from "grammy";

const { AGENT_URL, TELEGRAM_API_URL, TELEGRAM_BOT_TOKEN, CONCURRENCY } = process.env;
const CHUNK = 4000;

// Which context a chat talks in, as the agent named it.
const contexts = new Map();

async function askAgent(chat, question) {
  const message = {
    kind: "message",
    messageId: randomUUID(),
    contextId: contexts.get(chat),
    role: "user",
    parts: [{ kind: "text", text: question }],
  };
  const response = await fetch(AGENT_URL, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: randomUUID(), method: "message/send", params: { message } }),
  });
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  const { result, error } = await response.json();
  if (error) throw new Error(error.message);
  if (result.contextId) contexts.set(chat, result.contextId);
  const parts = (result.artifacts ?? []).flatMap((artifact) => artifact.parts ?? []);
  return parts.map((part) => part.text ?? "").join("") || "The agent gave no text.";
}

const bot = new Bot(TELEGRAM_BOT_TOKEN, { client: { apiRoot: TELEGRAM_API_URL } });
bot.use(sequentialize((context) => context.chat?.id.toString()));
bot.on("message:text", async (context) => {
  let answer;
  try {
    answer = await askAgent(context.chat.id, context.message.text);
  } catch (error) {
    answer = `The agent cannot be reached: ${error.message}`;
  }
  for (let begin = 0; begin < answer.length; begin += CHUNK) {
    await context.reply(answer.slice(begin, begin + CHUNK));
  }
});
bot.catch((error) => console.error(error.message));

const runner = run(bot, { sink: { concurrency: Number(CONCURRENCY) } });
const stop = () => runner.isRunning() && runner.stop();
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
