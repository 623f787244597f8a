"""A dashboard that Grafana would refuse, or draw empty, is refused: one mistake at a time."""

import copy
import json
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))
from check_dashboard import mistakes, queries, refused  # noqa: E402

DASHBOARD = json.loads((ROOT / "deploy/chart/files/dashboard.json").read_text())
PROMTOOL = str(ROOT / "target/ci/promtool")
# The panel to be spoiled: the first with two queries.
PANEL = next(n for n, panel in enumerate(DASHBOARD["panels"]) if len(panel.get("targets", [])) > 1)


def spoiled(spoil):
    dashboard = copy.deepcopy(DASHBOARD)
    spoil(dashboard, dashboard["panels"][PANEL])
    return dashboard


class Dashboard(unittest.TestCase):
    def test_ours_is_good(self):
        self.assertEqual(list(mistakes(DASHBOARD)), [])
        self.assertEqual(refused(queries(DASHBOARD), PROMTOOL), "")

    def test_each_mistake_is_found(self):
        def put(key, value):
            return lambda dashboard, panel: panel.update({key: value})

        for expected, spoil in (
            ("uid: missing", lambda dashboard, panel: dashboard.update(uid="")),
            ("longer than 40", lambda dashboard, panel: dashboard.update(uid="x" * 41)),
            ("panels: missing", lambda dashboard, panel: dashboard.update(panels=[])),
            ("its id is missing, or taken", put("id", 1)),
            ("Grafana has no panel 'graf'", put("type", "graf")),
            ("no title", put("title", "")),
            ("outside of 24", lambda dashboard, panel: panel["gridPos"].update(x=20)),
            ("lies on panel", put("gridPos", DASHBOARD["panels"][0]["gridPos"])),
            ("asks for nothing", put("targets", [])),
            ("one refId", lambda dashboard, panel: panel["targets"][1].update(refId="A")),
            ("an empty query", lambda dashboard, panel: panel["targets"][0].update(expr="")),
            ("no variable $jop", lambda dashboard, panel: panel["targets"][0].update(expr='up{job="$jop"}')),
        ):
            with self.subTest(expected):
                self.assertIn(expected, "\n".join(mistakes(spoiled(spoil))))

    def test_a_query_that_prometheus_does_not_read_is_refused(self):
        for query in ("sum(up", "rate(up)", "up{job=x}", "increase(up[$__rate])"):
            dashboard = spoiled(lambda dashboard, panel: panel["targets"][0].update(expr=query))
            with self.subTest(query):
                self.assertIn("parse", refused(queries(dashboard), PROMTOOL))


if __name__ == "__main__":
    unittest.main()
