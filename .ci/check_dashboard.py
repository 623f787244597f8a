#!/usr/bin/env python3
"""Looks for what Grafana would refuse or draw empty in the dashboard of a rendered ConfigMap.

usage: check_dashboard.py CONFIGMAP PROMTOOL

Grafana publishes no schema to check against offline. What is held here is what the dashboard needs to
be taken and drawn: an identity, panels that do not lie on each other, queries in a language that
promtool reads, and no variable that the dashboard does not have.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

# Those that every Grafana has.
PANELS = {"bargauge", "gauge", "heatmap", "piechart", "row", "stat", "table", "text", "timeseries"}
WIDTH = 24
VARIABLE = re.compile(r"\$(?:\{(\w+)[^}]*\}|(\w+))")


def mistakes(dashboard):
    """All of them, a line each."""
    for key, kind in (("title", str), ("uid", str), ("schemaVersion", int), ("panels", list)):
        if not isinstance(dashboard.get(key), kind) or not dashboard[key]:
            yield f"{key}: missing, or of another type"
            return
    if len(dashboard["uid"]) > 40:
        yield "uid: longer than 40 characters"
    known = {variable["name"] for variable in dashboard.get("templating", {}).get("list", [])}
    seen, taken = set(), {}
    for panel in dashboard["panels"]:
        name = f"panel {panel.get('id')} {panel.get('title', '')!r}"
        if panel.get("id") in seen or not isinstance(panel.get("id"), int):
            yield f"{name}: its id is missing, or taken"
        seen.add(panel.get("id"))
        for found in [*place(panel, taken), *content(panel, known)]:
            yield f"{name}: {found}"


def place(panel, taken):
    try:
        x, y, w, h = (panel["gridPos"][key] for key in "xywh")
    except KeyError as key:
        yield f"gridPos: no {key}"
        return
    if min(x, y) < 0 or min(w, h) < 1 or x + w > WIDTH:
        yield f"gridPos: outside of {WIDTH} columns"
    for cell in ((column, row) for column in range(x, x + w) for row in range(y, y + h)):
        if cell in taken:
            yield f"lies on panel {taken[cell]}"
            return
        taken[cell] = panel.get("id")


def content(panel, known):
    if panel.get("type") not in PANELS:
        yield f"Grafana has no panel {panel.get('type')!r}"
        return
    if not panel.get("title"):
        yield "no title"
    targets = panel.get("targets", [])
    if not targets and panel["type"] not in ("row", "text"):
        yield "asks for nothing"
    references = [target.get("refId") for target in targets]
    if len(set(references)) < len(references) or None in references:
        yield "two of its queries have one refId"
    for target in targets:
        if not target.get("expr"):
            yield "an empty query"
    names = {one or other for one, other in VARIABLE.findall(json.dumps(targets))}
    for name in sorted(names - known):
        if not name.startswith("__"):
            yield f"there is no variable ${name}"


def queries(dashboard):
    """All of them, with values for the variables."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield VARIABLE.sub(lambda found: "5m" if "interval" in found[0] else "x", target["expr"])


def refused(exprs, promtool):
    """What promtool says against these; nothing if it reads them."""
    rules = [{"record": f"query:{n}", "expr": expr} for n, expr in enumerate(exprs)]
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory, "queries.yaml")
        file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
        done = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def main(configmap, promtool):
    [text] = yaml.safe_load(pathlib.Path(configmap).read_text())["data"].values()
    dashboard = json.loads(text)
    found = list(mistakes(dashboard))
    exprs = list(queries(dashboard))
    found += [line for line in [refused(exprs, promtool)] if line]
    print("\n".join(found) or f"the dashboard is good: {len(dashboard['panels'])} panels, {len(exprs)} queries")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
