"""What the peers do with a prompt: its first word decides. The same for both versions of the SDK.

  msg X         a direct Message, without a task
  chunks N MS   one artifact in N pieces, MS apart
  many N        N artifacts
  long N MS     N status messages, MS apart, then the answer
  slow S        silence but for pings, then the answer
  ask, auth     input-required, auth-required
  file          an artifact of bytes, a link, data and a text
  fail, reject  the task ends so
  crash         the executor raises
  turn          which question of this context it was
  anything else is echoed
"""
import asyncio
from collections import Counter

ASKED = Counter()


async def answer(prompt, context, agent):
    """`agent` is the SDK: see `Agent` in each peer."""
    ASKED[context] += 1
    first, _, rest = prompt.partition(" ")
    numbers = [int(word) for word in rest.split() if word.isdigit()]
    if first == "msg":
        return await agent.message("hello " + rest)
    await agent.begins()
    updater = agent.updater
    if first == "slow":
        await asyncio.sleep(numbers[0])
        return await whole(agent, "slow done")
    await updater.start_work(agent.says("on it"))
    if first == "chunks":
        count, pause = numbers
        for n in range(count):
            await updater.add_artifact(
                [agent.text(f"chunk-{n} ")], artifact_id="a-1", name="out.txt", append=n > 0, last_chunk=n == count - 1)
            await asyncio.sleep(pause / 1000)
        await updater.complete(agent.says("all sent"))
    elif first == "many":
        for n in range(numbers[0]):
            await updater.add_artifact([agent.text(f"artifact {n}")], artifact_id=f"a-{n}", name=f"n{n}")
        await updater.complete()
    elif first == "long":
        count, pause = numbers
        for n in range(count):
            await asyncio.sleep(pause / 1000)
            await updater.update_status(agent.WORKING, agent.says(f"tick {n + 1}/{count}"))
        await whole(agent, "long done")
    elif first == "ask":
        await updater.requires_input(agent.says("Which colour?"), **agent.FINAL)
    elif first == "auth":
        await updater.requires_auth(agent.says("Please log in at https://login.example/x"), **agent.FINAL)
    elif first == "file":
        await updater.add_artifact(
            [*agent.files(), agent.text("see files")], artifact_id="a-f", name="files", last_chunk=True)
        await updater.complete()
    elif first == "fail":
        await updater.failed(agent.says("it broke"))
    elif first == "reject":
        await updater.reject(agent.says("will not"))
    elif first == "crash":
        raise ValueError("executor crashed")
    elif first == "turn":
        await whole(agent, f"question {ASKED[context]} of this context")
    else:
        await whole(agent, "echo: " + prompt)


async def whole(agent, text):
    await agent.updater.add_artifact([agent.text(text)], artifact_id="a-1", last_chunk=True)
    await agent.updater.complete()
