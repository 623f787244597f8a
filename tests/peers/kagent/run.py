"""Runs two real kagent agents, a fake model and a fake MCP tool server on free ports of 127.0.0.1.

Usage: <venv made by ../setup.sh>/bin/python run.py [--dir DIR]

When all are healthy, one line of JSON goes to stdout:
  {"k8s": URL, "stream": URL, "mcp_log": PATH, "model_log": PATH}
Then it stays until stdin is closed, or SIGTERM or SIGINT comes, and ends its children.
They die with it, too, however it ends. Trouble is told on stderr, with exit code 1.
Logs and working copies live in a temporary directory, removed at the end, or in DIR, kept.
"""
import argparse
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 120.0  # seconds until all must be healthy
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
WATCHED = [0]  # stdin, and the pipe that signals write to


class Stop(Exception):
    """stdin was closed, or a signal came."""


class Failure(Exception):
    """A process ended, or did not become healthy."""

    def __init__(self, child, what):
        super().__init__(f"{child.name} {what}")
        self.tail = child.tail()


class Child:
    def __init__(self, name, health, args, env, logs):
        self.name = name
        self.health = health
        self.log = os.path.join(logs, name + ".log")
        parent = os.getpid()

        def die_with_parent():
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != parent:  # it died before the call
                os._exit(1)

        with open(self.log, "ab") as log:
            self.proc = subprocess.Popen(
                [sys.executable, *args], env=env, cwd=logs, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=die_with_parent)

    def tail(self, lines=40):
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-lines:])

    def check(self):
        code = self.proc.poll()
        if code is not None:
            raise Failure(self, f"ended with code {code}")

    def healthy(self):
        try:
            with OPENER.open(self.health, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def signal(self, number):
        try:
            os.killpg(self.proc.pid, number)
        except ProcessLookupError:
            pass


def end(children):
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + 3
    for child in children:
        try:
            child.proc.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        child.signal(signal.SIGKILL)  # the whole group, whatever is left of it
        child.proc.wait()


def pause(seconds):
    """Sleeps; raises Stop when stdin ends or a signal comes."""
    deadline = time.monotonic() + seconds
    while True:
        ready, _, _ = select.select(WATCHED, [], [], max(0.0, deadline - time.monotonic()))
        for fd in ready:
            if fd != 0 or not os.read(fd, 4096):
                raise Stop
        if not ready:
            return


def bound_socket():
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    return s


def working_copy(name, target, **urls):
    """Copies an agent and puts the addresses into its JSON files."""
    shutil.copytree(os.path.join(HERE, "agents", name), target)
    for file in ("config.json", "agent-card.json"):
        with open(os.path.join(target, file)) as f:
            text = string.Template(f.read()).substitute(urls)
        json.loads(text)
        with open(os.path.join(target, file), "w") as f:
            f.write(text)


def start(work, children):
    """Starts all and waits until they are healthy. Returns the line to print."""
    held = [bound_socket() for _ in range(4)]
    model, mcp, k8s, stream = ports = [s.getsockname()[1] for s in held]
    nowhere = bound_socket()  # never listens: what would go to the kagent controller is refused
    held_open.append(nowhere)
    model_url, mcp_url, k8s_url, stream_url = [f"http://127.0.0.1:{port}" for port in ports]
    model_log, mcp_log = os.path.join(work, "model.jsonl"), os.path.join(work, "mcp.jsonl")
    for path in (model_log, mcp_log):
        open(path, "w").close()
    agents = os.path.join(work, "agents")
    shutil.rmtree(agents, ignore_errors=True)
    for name, url in (("k8s_agent", k8s_url), ("stream_agent", stream_url)):
        working_copy(name, os.path.join(agents, name), AGENT_URL=url, MODEL_URL=model_url, MCP_URL=mcp_url)

    # Nothing is taken over from the caller's environment: no proxies, keys or telemetry targets.
    env = {
        "PATH": os.path.dirname(sys.executable) + ":/usr/local/bin:/usr/bin:/bin",
        "HOME": work, "TMPDIR": work, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1",
        "NO_PROXY": "*", "no_proxy": "*", "OTEL_SDK_DISABLED": "true",
        "OTEL_TRACING_ENABLED": "false", "OTEL_LOGGING_ENABLED": "false",
    }

    def agent(name, port):
        agent_env = dict(
            env, OPENAI_API_KEY="fake", KAGENT_NAMESPACE="kagent",
            KAGENT_NAME=name.replace("_", "-"), KAGENT_URL="http://127.0.0.1:%d" % nowhere.getsockname()[1])
        args = [os.path.join(HERE, "agent.py"), os.path.join(agents, name), str(port)]
        return Child(name, f"http://127.0.0.1:{port}/health", args, agent_env, work)

    def fake(name, port, log):
        args = [os.path.join(HERE, name + ".py"), "--port", str(port), "--log", log]
        return Child(name, f"http://127.0.0.1:{port}/health", args, env, work)

    for s in held:
        s.close()
    children += [agent("k8s_agent", k8s), agent("stream_agent", stream),
                 fake("fake_openai", model, model_log), fake("fake_mcp", mcp, mcp_log)]
    deadline = time.monotonic() + DEADLINE
    waiting = list(children)
    while waiting:
        for child in children:
            child.check()
        waiting = [child for child in waiting if not child.healthy()]
        if waiting and time.monotonic() > deadline:
            raise Failure(waiting[0], f"was not healthy within {DEADLINE:.0f} s")
        pause(0.1)
    for child in children:  # a port's new owner may have answered in place of a child that died
        child.check()
    return {"k8s": k8s_url + "/", "stream": stream_url + "/", "mcp_log": mcp_log, "model_log": model_log}


def run(work):
    children = []
    try:
        for last in (False, False, True):
            try:
                line = start(work, children)
                break
            except Failure as failure:
                # A free port can be taken between being found free and being used.
                if last or "address already in use" not in failure.tail:
                    raise
                end(children)
                children.clear()
        print(json.dumps(line), flush=True)
        while True:
            pause(0.5)
            for child in children:
                child.check()
    except Stop:
        return 0
    except Failure as failure:
        sys.stderr.write(f"{failure}; the end of its log:\n{failure.tail}\n")
        return 1
    finally:
        end(children)


held_open = []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", help="keep logs and working copies in this directory")
    options = parser.parse_args()
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    WATCHED.append(wake_read)
    signal.set_wakeup_fd(wake_write)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    if options.dir:
        os.makedirs(options.dir, exist_ok=True)
        return run(os.path.abspath(options.dir))
    work = tempfile.mkdtemp(prefix="kagent-peer-")
    try:
        return run(work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
