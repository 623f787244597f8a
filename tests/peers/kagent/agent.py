"""Serves one kagent agent as kagent's operator runs it, with its sessions in memory.

Usage: agent.py DIR PORT, where DIR holds config.json and agent-card.json.

Each request gets an agent of its own, as with `kagent-adk static`. `kagent-adk run --local` shares one
among all: the end of any request closes the tool connections of the others, whose tools then fail.
"""
import json
import os
import sys

import uvicorn
from a2a.types import AgentCard
from kagent.adk import AgentConfig, KAgentApp
from kagent.core import KAgentConfig


def read(directory, file, kind):
    with open(os.path.join(directory, file)) as f:
        return kind.model_validate(json.load(f))


def main(directory, port):
    at = KAgentConfig()
    config = read(directory, "config.json", AgentConfig)
    app = KAgentApp(lambda: config.to_agent(at.name), read(directory, "agent-card.json", AgentCard), at.url,
                    at.app_name, stream=bool(config.stream), agent_config=config)
    uvicorn.run(app.build(local=True), host="127.0.0.1", port=int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
