#!/usr/bin/env python3
"""Validates Kubernetes manifests offline.

Kinds of Kubernetes are checked against the published OpenAPI of each of its minors (package
kubernetes-validate), custom kinds against the schemas of the CRDs in a directory, both strictly: a
field that the schema does not have is an error. A kind that neither knows is an error too, unless it
is a custom one and no directory was given: such an object is counted as not validated.

Not done: what an API server does besides (CEL rules of CRDs, admission, defaults, its own checks).
Names, labels, annotations and the selectors of workloads get a small check of their own.
"""

import argparse
import json
import pathlib
import re
import sys

import jsonschema
import kubernetes_validate
import yaml
from referencing import Registry, Resource

BUILTIN_GROUPS = {"", "apps", "autoscaling", "batch", "policy"}
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?")
QUALIFIED = re.compile(
    r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
)


class Loader(yaml.SafeLoader):
    """YAML as Kubernetes reads it: no key twice, no timestamps."""


def _mapping(loader, node, deep=False):
    loader.flatten_mapping(node)
    found = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=deep)
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} is there twice", key_node.start_mark
            )
        found[key] = loader.construct_object(value_node, deep=True)
    return found


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
Loader.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
)


def strict(schema, root=False):
    """The JSON schema of a CRD's structural schema, closed to fields that it does not name."""
    out = {k: v for k, v in schema.items() if not k.startswith("x-kubernetes-")}
    if "properties" in out:
        out["properties"] = {k: strict(v) for k, v in out["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(out.get(key), dict):
            out[key] = strict(out[key])
    if schema.get("x-kubernetes-int-or-string"):
        out.pop("anyOf", None)
        out["type"] = ["integer", "string"]
    keeps = schema.get("x-kubernetes-preserve-unknown-fields")
    if "properties" in out and "additionalProperties" not in out and not keeps:
        out["additionalProperties"] = False
    if root or schema.get("x-kubernetes-embedded-resource"):
        own = out.setdefault("properties", {})
        own["metadata"] = {"type": "object"}
        own.setdefault("apiVersion", {"type": "string"})
        own.setdefault("kind", {"type": "string"})
    if schema.get("nullable") and "type" in out:
        out["type"] = [out["type"], "null"] if isinstance(out["type"], str) else out["type"] + ["null"]
        if "enum" in out:
            out["enum"] = [*out["enum"], None]
    return out


def repeated(schema, value, path):
    """Entries that a list of type map or set has twice."""
    if isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        for key, child in value.items():
            below = known.get(key) or (other if isinstance(other, dict) else None)
            if below:
                yield from repeated(below, child, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        kind, keys = schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-list-map-keys")
        seen = []
        for index, child in enumerate(value):
            if kind in ("map", "set"):
                ident = [child.get(k) for k in keys] if kind == "map" else child
                if ident in seen:
                    yield f"{path}.{index}: the {kind} has {ident} already"
                seen.append(ident)
            yield from repeated(schema.get("items", {}), child, f"{path}.{index}")


def told(validator, document):
    """What a validator finds, as lines of path and message."""
    errors = sorted(validator.iter_errors(document), key=lambda e: [str(p) for p in e.absolute_path])
    return [f"{'.'.join(map(str, e.absolute_path)) or 'object'}: {e.message[:300]}" for e in errors]


def about_metadata(document):
    """What is wrong with an object's name, labels and annotations."""
    metadata = document.get("metadata")
    if not isinstance(metadata, dict) or not metadata.get("name"):
        yield "metadata.name: missing"
        return
    if not SUBDOMAIN.fullmatch(str(metadata["name"])):
        yield f"metadata.name: {metadata['name']!r} is no DNS subdomain"
    for where in ("labels", "annotations"):
        for key, value in (metadata.get(where) or {}).items():
            if not QUALIFIED.fullmatch(str(key)):
                yield f"metadata.{where}: {key!r} is no qualified name"
            if not isinstance(value, str):
                yield f"metadata.{where}.{key}: {value!r} has to be quoted"
            elif where == "labels" and not LABEL_VALUE.fullmatch(value):
                yield f"metadata.labels.{key}: {value!r} is no label value"


def about_selector(document):
    """A workload whose selector does not fit its own pods is refused by every API server."""
    spec = document.get("spec")
    if not isinstance(spec, dict) or not isinstance(spec.get("template"), dict):
        return
    wanted = (spec.get("selector") or {}).get("matchLabels") or {}
    labels = (spec["template"].get("metadata") or {}).get("labels") or {}
    for key, value in wanted.items():
        if labels.get(key) != value:
            yield f"spec.selector.matchLabels.{key}: its own pods do not have it"


class Crds:
    """The custom kinds of a directory with CustomResourceDefinitions."""

    def __init__(self, directory):
        self.schemas, self.validators = {}, {}
        for path in sorted(pathlib.Path(directory).glob("*.yaml")):
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            for crd in yaml.load_all(path.read_text(), Loader=loader):
                if crd and crd.get("kind") == "CustomResourceDefinition":
                    self._add(crd["spec"])
        if not self.schemas:
            sys.exit(f"{directory}: no CustomResourceDefinition there")

    def _add(self, spec):
        for version in spec["versions"]:
            if version["served"]:
                kind = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
                self.schemas[kind] = version["schema"]["openAPIV3Schema"]

    def check(self, kind, document):
        if kind not in self.schemas:
            return [f"{kind[0]} {kind[1]}: no CRD serves it"]
        schema = self.schemas[kind]
        if kind not in self.validators:
            self.validators[kind] = jsonschema.Draft202012Validator(strict(schema, root=True))
        return told(self.validators[kind], document) + list(repeated(schema, document, ""))


class Builtin:
    """The kinds of one minor of Kubernetes."""

    def __init__(self, minor):
        base = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
        self.minor, self.directory = minor, base / f"v{minor}.0-local-strict"
        if not self.directory.is_dir():
            sys.exit(f"kubernetes-validate has no schemas of Kubernetes {minor}")
        definitions = json.loads((self.directory / "_definitions.json").read_text())
        self.registry = Resource.from_contents(definitions) @ Registry()
        self.validators = {}

    def check(self, kind, document):
        if kind not in self.validators:
            group = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", kind[0])
            path = self.directory / f"{kind[1].lower()}-{group}.json"
            if not path.is_file():
                return [f"{kind[0]} {kind[1]}: not a kind of Kubernetes {self.minor}"]
            schema = json.loads(path.read_text())
            registry = Resource.from_contents(schema) @ self.registry
            self.validators[kind] = jsonschema.Draft202012Validator(schema, registry=registry)
        return [f"{line} (Kubernetes {self.minor})" for line in told(self.validators[kind], document)]


class Validation:
    """One run over many sources; counts what passed, failed and could not be looked at."""

    def __init__(self, minors, crds=None, say=print):
        self.builtin = [Builtin(minor) for minor in minors]
        self.crds = Crds(crds) if crds else None
        self.say = say
        self.passed, self.failed, self.unseen = 0, 0, {}

    def source(self, name, text):
        """Checks every object of a YAML stream. An object may be in a stream only once."""
        try:
            documents = [d for d in yaml.load_all(text, Loader=Loader) if d is not None]
        except yaml.YAMLError as error:
            return self._fail(name, [str(error)])
        if not documents:
            return self._fail(name, ["there is nothing in it"])
        seen = set()
        for document in documents:
            self._document(name, document, seen)
        return None

    def _document(self, name, document, seen):
        if not isinstance(document, dict) or not document.get("apiVersion") or not document.get("kind"):
            return self._fail(name, ["not a Kubernetes object: it has no apiVersion or kind"])
        kind = str(document["apiVersion"]), str(document["kind"])
        metadata = document.get("metadata") or {}
        ident = (*kind, metadata.get("namespace"), metadata.get("name"))
        errors = [*about_metadata(document), *about_selector(document)]
        if ident in seen:
            errors.append("the same object is in this stream already")
        seen.add(ident)
        group = kind[0].rpartition("/")[0]
        if group in BUILTIN_GROUPS or group.endswith(".k8s.io"):
            for minor in self.builtin:
                errors += minor.check(kind, document)
        elif self.crds:
            errors += self.crds.check(kind, document)
        elif not errors:
            self.unseen[kind[1]] = self.unseen.get(kind[1], 0) + 1
            return None
        if errors:
            return self._fail(f"{name}: {kind[1]} {metadata.get('name')}", errors)
        self.passed += 1
        return None

    def _fail(self, what, errors):
        self.failed += 1
        self.say(f"FAIL {what}")
        for error in dict.fromkeys(errors):
            self.say(f"     {error}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kube", required=True, help="minors of Kubernetes, such as 1.31,1.34")
    parser.add_argument("--crds", help="a directory with CustomResourceDefinitions")
    parser.add_argument("paths", nargs="+", help="files, and directories of *.yaml")
    options = parser.parse_args()
    validation = Validation(options.kube.split(","), options.crds)
    for path in map(pathlib.Path, options.paths):
        for file in [path] if path.is_file() else sorted(path.rglob("*.yaml")):
            validation.source(str(file), file.read_text())
    for kind, count in sorted(validation.unseen.items()):
        print(f"not validated for want of CRDs: {count} {kind}")
    print(f"{validation.passed} passed, {validation.failed} failed")
    sys.exit(1 if validation.failed or not validation.passed else 0)


if __name__ == "__main__":
    main()
