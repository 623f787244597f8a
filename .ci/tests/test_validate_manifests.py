"""The validator refuses what is wrong: one mistake at a time in a copy of the project's own objects."""

import copy
import functools
import os
import pathlib
import sys
import tempfile
import unittest

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))
from validate_manifests import Validation  # noqa: E402

MINORS = ["1.31", "1.34"]
CRDS = os.environ.get("CRDS_DIR")

# A mistake for each kind below deploy: where it is made, what is put there, what is said about it.
BUILTIN_MISTAKES = [
    ("Deployment", "spec.template.spec.containers.0.readinesProbe", {}, "readinesProbe"),
    ("Deployment", "spec.replicas", "one", "spec.replicas"),
    ("Deployment", "spec.template.metadata.labels", {"a": "b"}, "its own pods do not have it"),
    ("ConfigMap", "data", {"limit": 5}, "data.limit"),
    ("NetworkPolicy", "spec.podSelectr", {}, "podSelectr"),
    ("PersistentVolumeClaim", "spec.accessModes", "ReadWriteOnce", "spec.accessModes"),
    ("Pod", "spec.containers.0.command", "sleep", "spec.containers.0.command"),
    ("Secret", "stringData", {"token": 1}, "stringData.token"),
    ("Service", "spec.ports.0.port", "ops", "spec.ports.0.port"),
    ("ServiceAccount", "automountServiceAccountToken", "no", "automountServiceAccountToken"),
]
CUSTOM_MISTAKES = [
    ("Agent", "spec.declarative.systemMesage", "hello", "systemMesage"),
    ("Agent", "spec.declarative.tools.0.type", "Mcp", "spec.declarative.tools.0.type"),
    ("Agent", "apiVersion", "kagent.dev/v1alpha3", "no CRD serves it"),
    ("Application", "spec.source.directory.recurse", "yes", "recurse"),
    ("ExternalSecret", "spec.secretStoreRef.kind", "Vault", "spec.secretStoreRef.kind"),
    ("ExternalSecret", "spec.data.0.remoteRef", {"property": "api_key"}, "'key' is a required"),
    ("PodMonitor", "spec.podMetricsEndpoints.0.intervall", "30s", "intervall"),
    ("PrometheusRule", "spec.groups.0.rules.0.exp", "up", "exp"),
]
# What a CRD may say, in little.
THING = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "spec": {
        "group": "example.com",
        "names": {"kind": "Thing"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "required": ["size"],
                                "properties": {
                                    "size": {"type": "integer"},
                                    "port": {"x-kubernetes-int-or-string": True},
                                    "names": {
                                        "type": "array",
                                        "x-kubernetes-list-type": "set",
                                        "items": {"type": "string"},
                                    },
                                    "free": {
                                        "type": "object",
                                        "x-kubernetes-preserve-unknown-fields": True,
                                    },
                                },
                            }
                        },
                    }
                },
            },
            {"name": "v1beta1", "served": False, "schema": {"openAPIV3Schema": {"type": "object"}}},
        ],
    },
}


def ours():
    """An object of each kind below deploy, as it is there."""
    found = {}
    files = sorted((ROOT / "deploy" / "manifests").rglob("*.yaml"))
    others = ("argocd/application.yaml", "agentgateway/agentgateway.yaml", "store-pod.yaml")
    files += [ROOT / "deploy" / path for path in others]
    for path in files:
        for document in yaml.safe_load_all(path.read_text()):
            found.setdefault(document["kind"], document)
    found["Secret"] = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {}}
    return found


def wrong(document, path, value):
    """A copy with the value at the dotted path."""
    document = copy.deepcopy(document)
    *way, last = path.split(".")
    at = document
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[last] = value
    return document


@functools.cache
def schemas(crds, *minors):
    """Reading them takes longer than any check."""
    return Validation(minors, crds)


def verdict(text, crds=None, minors=MINORS):
    """What is said about a stream, and how many of its objects could not be looked at."""
    said = []
    validation = copy.copy(schemas(crds, *minors))
    validation.say, validation.unseen = said.append, {}
    validation.source("x", text if isinstance(text, str) else yaml.safe_dump(text))
    return "\n".join(said), sum(validation.unseen.values())


class Builtins(unittest.TestCase):
    def test_every_kind_of_ours_is_among_the_mistakes(self):
        tried = {kind for kind, *_ in BUILTIN_MISTAKES + CUSTOM_MISTAKES}
        self.assertEqual(tried, set(ours()))

    def test_a_mistake_in_a_kind_of_kubernetes_is_refused(self):
        for kind, path, value, expected in BUILTIN_MISTAKES:
            with self.subTest(kind=kind, path=path):
                document = ours()[kind]
                self.assertEqual(verdict(document), ("", 0))
                self.assertIn(expected, verdict(wrong(document, path, value))[0])

    def test_a_field_that_one_version_does_not_have_yet_is_refused_for_that_version(self):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
        pod["spec"] = {"containers": [{"name": "a"}], "hostnameOverride": "b"}
        self.assertEqual(verdict(pod, minors=["1.34"]), ("", 0))
        self.assertIn("(Kubernetes 1.31)", verdict(pod)[0])
        self.assertNotIn("(Kubernetes 1.34)", verdict(pod)[0])

    def test_a_kind_that_kubernetes_does_not_have_is_refused(self):
        self.assertIn("not a kind", verdict(wrong(ours()["Service"], "kind", "Sevice"))[0])
        old = wrong(ours()["NetworkPolicy"], "apiVersion", "networking.k8s.io/v1beta1")
        self.assertIn("not a kind", verdict(old)[0])


class Streams(unittest.TestCase):
    def test_what_is_no_object_is_refused(self):
        for text in ("", "a: 1", "[]", "kind: Service", "a: [", "hello"):
            with self.subTest(text=text):
                self.assertIn("FAIL", verdict(text)[0])

    def test_a_key_that_is_there_twice_is_refused(self):
        text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b, a: c}\n"
        self.assertIn("'a' is there twice", verdict(text)[0])

    def test_an_object_that_is_there_twice_is_refused(self):
        service = yaml.safe_dump(ours()["Service"])
        self.assertIn("in this stream already", verdict(f"{service}---\n{service}")[0])

    def test_names_and_labels_that_an_api_server_refuses_are_refused(self):
        account = ours()["ServiceAccount"]
        for path, value, expected in (
            ("metadata.name", "Switch_board", "no DNS subdomain"),
            ("metadata.name", "", "metadata.name: missing"),
            ("metadata.labels", {"a": True}, "has to be quoted"),
            ("metadata.labels", {"a": "b c"}, "no label value"),
            ("metadata.labels", {"a": "b" * 64}, "no label value"),
            ("metadata.annotations", {"a/b/c": "d"}, "no qualified name"),
        ):
            with self.subTest(path=path, value=value):
                self.assertIn(expected, verdict(wrong(account, path, value))[0])


class Customs(unittest.TestCase):
    def thing(self, spec, version="v1"):
        with tempfile.TemporaryDirectory() as directory:
            pathlib.Path(directory, "crd.yaml").write_text(yaml.safe_dump(THING))
            document = {"apiVersion": f"example.com/{version}", "kind": "Thing", "spec": spec}
            return verdict({**document, "metadata": {"name": "a"}}, directory)[0]

    def test_a_custom_kind_is_held_to_its_schema(self):
        good = {"size": 1, "port": "http", "names": ["a", "b"], "free": {"any": 1}}
        self.assertEqual(self.thing(good), "")
        for key, value, expected in (
            ("size", "1", "spec.size"),
            ("sise", 1, "'sise' was unexpected"),
            ("port", [], "spec.port"),
            ("names", ["a", "a"], "spec.names.1: the set has a already"),
        ):
            with self.subTest(key=key):
                self.assertIn(expected, self.thing({**good, key: value}))
        self.assertIn("'size' is a required", self.thing({}))
        self.assertIn("no CRD serves it", self.thing(good, "v1beta1"))

    def test_without_crds_a_custom_kind_is_counted_and_still_needs_a_name(self):
        agent = ours()["Agent"]
        self.assertEqual(verdict(agent), ("", 1))
        self.assertIn("no DNS subdomain", verdict(wrong(agent, "metadata.name", "A"))[0])

    def test_a_mistake_in_a_custom_kind_never_passes(self):
        for kind, path, value, expected in CUSTOM_MISTAKES:
            with self.subTest(kind=kind, path=path):
                document = ours()[kind]
                said, unseen = verdict(wrong(document, path, value), CRDS)
                self.assertEqual(verdict(document, CRDS), ("", 0 if CRDS else 1))
                if CRDS:
                    self.assertIn(expected, said)
                else:
                    self.assertEqual((said, unseen), ("", 1))


if __name__ == "__main__":
    unittest.main()
