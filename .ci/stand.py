"""The emulated Telegram and the demo agents (emulators/examples/stand.rs), for the scripts beside this."""

import json
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
# The longest wait for anything, in seconds.
PATIENCE = 60


def build(*what):
    """Has cargo make a debug build of the workspace, as its tests are built, and answers where it is."""
    subprocess.run(["cargo", "build", "-q", "--locked", "--workspace", *what], cwd=ROOT, check=True)
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"


def waited_for(look):
    until = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > until:
            raise SystemExit("waited in vain")
        time.sleep(0.05)
    return found


class Stand:
    """The emulators, acted upon line by line."""

    def __init__(self):
        program = build("--example", "stand") / "examples/stand"
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.places = json.loads(self.process.stdout.readline())

    def does(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline().strip()
        if said != "ok":
            raise SystemExit(f"{line}: {said}")

    def ends(self):
        self.process.stdin.close()
        self.process.wait(PATIENCE)


def configuration(places, directory, store):
    """A file in the directory that names these places; the store is a path as the program sees it."""
    text = f"""admins = [{places["person"]}]
[telegram]
token_env = "TELEGRAM_BOT_TOKEN"
api_url = "{places["api_url"]}"
[store]
url = "sqlite://{store}"
[ops]
listen = "127.0.0.1:0"
[log]
format = "json"
"""
    what = {
        "k8s": "Pods, nodes, logs, events",
        "istio": "The mesh: proxies, routes, certificates",
        "security": "Rights, pod security, known vulnerabilities",
    }
    for name, url in places["agents"].items():
        text += f"""[agents.{name}]
url = "{url}"
flavor = "kagent"
[[routes]]
command = "{name}"
agent = "{name}"
description = "{what[name]}"
default = {str(name == "k8s").lower()}
allow = [{places["person"]}]
approvers = ["requester"]
"""
    path = pathlib.Path(directory, "switchboard.toml")
    path.write_text(text)
    return path
