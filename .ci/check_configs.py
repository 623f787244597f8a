#!/usr/bin/env python3
"""Has a switchboard check the configuration of each rendering, with the environment of its pod.

usage: check_configs.py PROGRAM DIRECTORY...

The files that the pod mounts are made up below a directory of their own, since their paths are not
this machine's: a key of the environment or of the configuration that the program does not know, or
a value that it refuses, fails here and not in a cluster.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import yaml


def objects(directory):
    for path in sorted(pathlib.Path(directory).glob("*.yaml")):
        yield from filter(None, yaml.safe_load_all(path.read_text()))


def check(program, directory, spoil=str):
    """Whether the program takes it, after `spoil` has made what it likes of its text; and what it says."""
    found = list(objects(directory))
    datas = [it["data"] for it in found if it["kind"] == "ConfigMap"]
    [config] = [data["switchboard.toml"] for data in datas if "switchboard.toml" in data]
    [deployment] = [it for it in found if it["kind"] == "Deployment"]
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    with tempfile.TemporaryDirectory() as root:
        for secret in ("telegram/token", "agentgateway/key"):
            path = pathlib.Path(root, "run/secrets", secret)
            path.parent.mkdir(parents=True)
            path.write_text("1:" + "made-up-" * 5)
        file = pathlib.Path(root, "switchboard.toml")
        file.write_text(spoil(config).replace("/run/secrets/", f"{root}/run/secrets/"))
        pod = {e["name"]: e["value"].replace("/run/", f"{root}/run/") for e in container["env"]}
        command = [program, "check", "--config", str(file)]
        done = subprocess.run(command, env={**os.environ, **pod}, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


def holds(program, directory):
    """Whether the configuration is good, and one with a mistake in it is not."""
    good, said = check(program, directory)
    taken, complaint = check(program, directory, lambda text: text.replace("command =", "comand =", 1))
    refused = not taken and "comand" in complaint
    print(f"{directory}: {'holds' if good else said}")
    if not refused:
        print(f"{directory}: a mistake in it is not refused: {complaint}")
    return good and refused


if __name__ == "__main__":
    sys.exit(0 if all([holds(sys.argv[1], d) for d in sys.argv[2:]]) else 1)
