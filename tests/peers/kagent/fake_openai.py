"""Tiny fake OpenAI-compatible chat-completions server (loopback only).

Behaviour is picked by keywords in the LAST user message:
  delete one      -> tool call delete_pod            (needs approval)
  delete two      -> two parallel tool calls delete_pod + restart_deployment (both need approval)
  list            -> tool call get_pods              (no approval)
  ask             -> tool call ask_user (3 questions)
  delegate        -> tool call kagent__NS__sub_agent(request=...)   (if that tool is offered)
  long N          -> N characters of text
  slow N          -> answers after N seconds
  drip            -> as below; where it streams, with half a second between two pieces
  fail            -> HTTP 500 from the LLM
  empty           -> empty text
  md              -> markdown with table + code fence
  otherwise       -> echo of user text + number of messages in the conversation
After a tool result the reply is a text that quotes the tool results.
"""
import argparse
import asyncio
import json
import os
import re
import time
import uuid

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse
import uvicorn

app = FastAPI()
log_path = os.devnull


@app.get("/health")
async def health():
    return {"status": "ok"}


def user_text(m):
    c = m.get("content")
    if isinstance(c, str):
        return c
    out = []
    for p in c or []:
        if p.get("type") == "text":
            out.append(p["text"])
        else:
            out.append(f"<{p.get('type')}:{json.dumps(p)[:80]}>")
    return " ".join(out)

def call(name, args):
    return {"id": "call_" + uuid.uuid4().hex[:12], "type": "function",
            "function": {"name": name, "arguments": json.dumps(args)}}

def decide(body):
    msgs = body["messages"]
    last = msgs[-1]
    # tool results (may be several) -> summary
    if last["role"] == "tool":
        res = []
        for m in reversed(msgs):
            if m["role"] != "tool":
                break
            res.append(str(m.get("content")))
        return "Tool said: " + " | ".join(reversed(res)), []
    t = user_text(last)
    low = t.lower()
    if "delete two" in low:
        return None, [call("delete_pod", {"name": "web-1", "namespace": "default"}),
                      call("restart_deployment", {"name": "api", "namespace": "prod"})]
    if "delete" in low:
        return "I will delete the pod." if "verbose" in low else None, [call("delete_pod", {"name": "web-1", "namespace": "default"})]
    if "list" in low:
        return None, [call("get_pods", {"namespace": "default"})]
    if "ask" in low:
        return None, [call("ask_user", {"questions": [
            {"question": "Which database?", "choices": ["PostgreSQL", "MySQL"], "multiple": False},
            {"question": "Which features?", "choices": ["Auth", "Caching", "Audit"], "multiple": True},
            {"question": "Anything else?"}]})]
    if "delegate" in low:
        names = [x["function"]["name"] for x in body.get("tools", [])]
        n = next((x for x in names if "sub" in x), names[0])
        return None, [call(n, {"request": "please delete the pod"})]
    m = re.search(r"long (\d+)", low)
    if m:
        n = int(m.group(1))
        return ("0123456789 lorem ipsum *dolor* _sit_ `amet`.\n" * (n // 40 + 1))[:n], []
    if "empty" in low:
        return "", []
    if low.startswith("md"):
        return "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```yaml\nkind: Pod\n```\n**bold** _it_ <b>x</b> & done.", []
    n = sum(1 for x in msgs if x["role"] in ("user", "assistant"))
    return f"You said: {t} (messages so far: {n})", []

@app.post("/v1/chat/completions")
async def cc(req: Request):
    body = await req.json()
    with open(log_path, "a") as f:
        f.write(json.dumps(body) + "\n")
    lastuser = user_text(body["messages"][-1]) if body["messages"][-1]["role"] == "user" else ""
    m = re.search(r"slow (\d+)", lastuser.lower())
    if m:
        await asyncio.sleep(int(m.group(1)))
    if "fail" in lastuser.lower():
        return JSONResponse({"error": {"message": "fake upstream exploded", "type": "server_error"}}, 500)
    text, calls = decide(body)
    base = {"id": "chatcmpl-" + uuid.uuid4().hex[:8], "created": int(time.time()), "model": body.get("model", "fake")}
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    if not body.get("stream"):
        msg = {"role": "assistant", "content": text}
        if calls:
            msg["tool_calls"] = calls
        return {**base, "object": "chat.completion", "usage": usage,
                "choices": [{"index": 0, "message": msg, "finish_reason": "tool_calls" if calls else "stop"}]}

    async def gen():
        def ch(delta, fin=None):
            return "data: " + json.dumps({**base, "object": "chat.completion.chunk",
                "choices": [{"index": 0, "delta": delta, "finish_reason": fin}]}) + "\n\n"
        yield ch({"role": "assistant", "content": ""})
        if text:
            step = max(1, len(text) // 5)
            for i in range(0, len(text), step):
                yield ch({"content": text[i:i + step]})
                await asyncio.sleep(0.5 if "drip" in lastuser else 0.15)
        for i, c in enumerate(calls):
            yield ch({"tool_calls": [{"index": i, **c}]})
        yield ch({}, "tool_calls" if calls else "stop")
        yield "data: " + json.dumps({**base, "object": "chat.completion.chunk", "choices": [], "usage": usage}) + "\n\n"
        yield "data: [DONE]\n\n"
    return StreamingResponse(gen(), media_type="text/event-stream")

if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--port", type=int, required=True)
    p.add_argument("--log", default=os.devnull, help="file that takes each request's body, one JSON line each")
    a = p.parse_args()
    log_path = a.log
    uvicorn.run(app, host="127.0.0.1", port=a.port, log_level="warning")
