"""Write ``tutor/manifest/schema.json`` from the published Kubernetes schemas.

And ``tutor/offline/admission/inert.json``: the types of the kinds that the offline cluster keeps
beside those, in the same form.

The schemas come out of the package kubernetes-validate, which is needed for nothing else::

    pip install 'statefulset-tutor[generate]'
    python tools/generate_schema.py

The bundle holds the fields of one Kubernetes version (``BASE``), the fields that newer and older
versions have or lack (``@1.37``), and what server-side apply and strategic merge need to know.
``tutor/manifest/schema_bundle.py`` describes the format, beside the code that reads it.
"""

import importlib.util
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tutor.offline.admission.types import EXTRA
from tutor.offline.resources import INERT

BASE = "1.36"
"""The version whose fields, types and requirements the bundle holds."""

VERSIONS = tuple(f"1.{minor}" for minor in range(25, 38))
"""Versions compared to tell since when a field exists; the last may add fields to ``BASE``."""

KINDS = {
    "v1": (
        "ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume"
        " PersistentVolumeClaim Pod ResourceQuota Secret Service ServiceAccount"
    ),
    "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "autoscaling/v1": "HorizontalPodAutoscaler",
    "autoscaling/v2": "HorizontalPodAutoscaler",
    "batch/v1": "CronJob Job",
    "coordination.k8s.io/v1": "Lease",
    "discovery.k8s.io/v1": "EndpointSlice",
    "networking.k8s.io/v1": "NetworkPolicy",
    "policy/v1": "PodDisruptionBudget",
    "storage.k8s.io/v1": "StorageClass",
}

REMOVED = {
    "ControllerRevision": {"apps/v1beta1": "1.16", "apps/v1beta2": "1.16"},
    "CronJob": {"batch/v1beta1": "1.25", "batch/v2alpha1": "1.21"},
    "DaemonSet": {"apps/v1beta2": "1.16", "extensions/v1beta1": "1.16"},
    "Deployment": {
        "apps/v1beta1": "1.16",
        "apps/v1beta2": "1.16",
        "extensions/v1beta1": "1.16",
    },
    "EndpointSlice": {"discovery.k8s.io/v1beta1": "1.25"},
    "HorizontalPodAutoscaler": {"autoscaling/v2beta1": "1.25", "autoscaling/v2beta2": "1.26"},
    "NetworkPolicy": {"extensions/v1beta1": "1.16"},
    "PodDisruptionBudget": {"policy/v1beta1": "1.25"},
    "ReplicaSet": {"apps/v1beta2": "1.16", "extensions/v1beta1": "1.16"},
    "StatefulSet": {"apps/v1beta1": "1.16", "apps/v1beta2": "1.16"},
    "StorageClass": {"storage.k8s.io/v1beta1": "1.22"},
}
"""API versions that were served once, and the first Kubernetes version without them.

Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
"""

REQUIRED = {
    "CronJob": "spec",
    "DaemonSet": "spec",
    "Deployment": "spec",
    "HorizontalPodAutoscaler": "spec",
    "Job": "spec",
    "PersistentVolume": "spec",
    "Pod": "spec",
    "PodTemplateSpec": "spec",
    "ReplicaSet": "spec",
    "ReplicaSetSpec": "template",
    "StatefulSet": "spec",
}
"""Fields that the schemas call optional and the server asks for.

Source: pkg/apis/{core,apps,batch}/validation/validation.go of kubernetes/kubernetes.
"""

NONEMPTY = {
    "ConfigMapKeySelector": "key",
    "Container": "image name",
    "EnvVar": "name",
    "EphemeralContainer": "image name",
    "PersistentVolumeClaimVolumeSource": "claimName",
    "PodSpec": "containers",
    "SecretKeySelector": "key",
    "Volume": "name",
    "VolumeDevice": "devicePath name",
    "VolumeMount": "mountPath name",
}
"""Fields that the server asks for and does not take empty either. Source: as above."""

SCALARS = {
    ("string", ""): "s",
    ("string", "byte"): "y",
    ("string", "date-time"): "t",
    ("integer", "int32"): "i",
    ("integer", "int64"): "l",
    ("number", "double"): "n",
    ("boolean", ""): "b",
    ("object", ""): "*",
}
SPECIAL = {
    "FieldsV1": "*",
    "IntOrString": "x",
    "JSON": "*",
    "JSONSchemaPropsOrArray": "*",
    "JSONSchemaPropsOrBool": "*",
    "JSONSchemaPropsOrStringArray": "*",
    "MicroTime": "t",
    "Quantity": "q",
    "RawExtension": "*",
    "Time": "t",
}

Schema = dict[str, Any]


def main(root: Path) -> None:
    """Generate both files and write them."""
    whole = bundle()
    (root / "manifest" / "schema.json").write_text(dump(whole), encoding="utf-8")
    beside = root / "offline" / "admission" / "inert.json"
    beside.write_text(dump(kept(whole)), encoding="utf-8")


def kept(whole: Schema) -> Schema:
    """The types of the inert kinds that the bundle does not describe."""
    base = _load(BASE)
    roots = _roots(base)
    kinds = {
        (one.api_version, one.kind): roots[one.api_version, one.kind]
        for one in INERT
        if one.api_version not in whole["kinds"].get(one.kind, {})
    }
    reached = _reach(list(kinds.values()), base, base)
    short = _short_names(reached, dict.fromkeys([*whole["types"], *EXTRA], 1))
    described = {
        one
        for api, names in KINDS.items()
        for one in _reach([roots[api, kind] for kind in names.split()], base, base)
    }
    for name in described & reached:
        short[name] = next(
            one
            for one in (name.rpartition(".")[2], ".".join(name.split(".")[-3:]))
            if one in whole["types"] or one in SPECIAL
        )
    types = {
        short[name]: " ".join(
            _field(name, field, dict.fromkeys(VERSIONS, base), short)
            for field in sorted(_properties(name, base, base))
        )
        for name in sorted(reached - described, key=short.__getitem__)
        if name.rpartition(".")[2] not in SPECIAL
    }
    atomic = sorted(
        short[name]
        for name in reached - described
        if base[name].get("x-kubernetes-map-type") == "atomic"
    )
    return {
        "kubernetes": BASE,
        "kinds": {f"{api} {kind}": short[name] for (api, kind), name in sorted(kinds.items())},
        "atomic": " ".join(atomic),
        "types": types,
    }


def bundle() -> Schema:
    """The whole bundle as JSON data."""
    schemas = {version: _load(version) for version in VERSIONS}
    base, newest = schemas[BASE], schemas[VERSIONS[-1]]
    roots = _roots(base)
    kinds: dict[str, dict[str, str]] = {}
    for api_version, names in KINDS.items():
        for kind in names.split():
            kinds.setdefault(kind, {})[api_version] = roots[api_version, kind]
    reached = _reach([root for apis in kinds.values() for root in apis.values()], base, newest)
    short = _short_names(reached)
    types: dict[str, str] = {}
    for name in sorted(reached, key=short.__getitem__):
        fields = [
            _field(name, field, schemas, short) for field in sorted(_properties(name, base, newest))
        ]
        if name.rpartition(".")[2] not in SPECIAL:
            types[short[name]] = " ".join(fields)
    served: dict[str, list[str]] = {}
    for api_version, kind in roots:
        served.setdefault(kind, []).append(api_version)
    return {
        "kubernetes": BASE,
        "kinds": {
            kind: {api: short.get(apis.get(api, ""), "") for api in sorted(served[kind])}
            for kind, apis in sorted(kinds.items())
        },
        "removed": REMOVED,
        "others": " ".join(sorted(set(served) - set(kinds))),
        "groups": " ".join(sorted({api.partition("/")[0] for api, _ in roots if "/" in api})),
        "atomic": " ".join(
            sorted(
                short[name]
                for name in reached
                if _schema(name, base, newest).get("x-kubernetes-map-type") == "atomic"
            )
        ),
        "types": types,
    }


def dump(data: Schema) -> str:
    """JSON with one type to a line, so that a change of one is a change of one line."""
    parts: list[str] = []
    for key, value in data.items():
        if isinstance(value, dict):
            lines = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()]
            parts.append(f" {json.dumps(key)}: {{\n" + ",\n".join(lines) + "\n }")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _load(version: str) -> Schema:
    spec = importlib.util.find_spec("kubernetes_validate")
    if spec is None or spec.origin is None:
        sys.exit("kubernetes-validate is not installed: pip install 'statefulset-tutor[generate]'")
    folder = Path(spec.origin).parent / "kubernetes-json-schema" / f"v{version}.0-local"
    schemas = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))
    definitions: Schema = schemas["$defs"]
    return definitions


def _roots(schemas: Schema) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for name, schema in schemas.items():
        for gvk in schema.get("x-kubernetes-group-version-kind", []):
            group, version = gvk["group"], gvk["version"]
            found[f"{group}/{version}" if group else version, gvk["kind"]] = name
    return found


def _schema(name: str, base: Schema, newest: Schema) -> Schema:
    found: Schema = base.get(name) or newest[name]
    return found


def _properties(name: str, base: Schema, newest: Schema) -> Schema:
    """Fields of a type: those of the base version, and those the newest version adds."""
    added: Schema = newest.get(name, {}).get("properties", {})
    known: Schema = base.get(name, {}).get("properties", {})
    return {**added, **known}


def _references(schema: Schema) -> Iterator[str]:
    yield from re.findall(r'"\$ref": "#/\$defs/([^"]+)"', json.dumps(schema))


def _reach(roots: list[str], base: Schema, newest: Schema) -> set[str]:
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_references(_properties(name, base, newest)))
    return reached


def _short_names(
    names: set[str], taken: Mapping[str, int] = MappingProxyType({})
) -> dict[str, str]:
    """``StatefulSetSpec``; ``autoscaling.v1.…`` where two types would share a name."""
    last = {name: name.rpartition(".")[2] for name in names}
    count = Counter(last.values()) + Counter(taken)
    return {
        name: last[name] if count[last[name]] == 1 else ".".join(name.split(".")[-3:])
        for name in names
    }


def _field(owner: str, field: str, schemas: dict[str, Schema], short: dict[str, str]) -> str:
    base, newest = schemas[BASE], schemas[VERSIONS[-1]]
    last = owner.rpartition(".")[2]
    reference = _reference(_properties(owner, base, newest)[field], short)
    if field in NONEMPTY.get(last, "").split():
        reference += "!!"
    elif field in _schema(owner, base, newest).get("required", []) or field in (
        REQUIRED.get(last, "").split()
    ):
        reference += "!"
    since = next(v for v in VERSIONS if field in schemas[v].get(owner, {}).get("properties", {}))
    # A type that is itself newer than the oldest version says so at the field that leads to it.
    first = next(v for v in VERSIONS if owner in schemas[v])
    return f"{field}={reference}" + (f"@{since}" if since != first else "")


def _reference(schema: Schema, short: dict[str, str]) -> str:
    strategy = schema.get("x-kubernetes-patch-strategy", "")
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        target = SPECIAL.get(name.rpartition(".")[2]) or short[name]
        return f"({strategy}){target}" if strategy else target
    kind = next(k for k in _types(schema) if k != "null")
    if kind == "array":
        keys = ",".join(schema.get("x-kubernetes-list-map-keys", []))
        merge_key = schema.get("x-kubernetes-patch-merge-key", "")
        listed = schema.get("x-kubernetes-list-type", "atomic")
        return f"[{listed}:{keys}|{strategy}:{merge_key}]" + _reference(schema["items"], short)
    if kind == "object" and "additionalProperties" in schema:
        how = "atomic" if schema.get("x-kubernetes-map-type") == "atomic" else ""
        return f"{{{how}}}" + _reference(schema["additionalProperties"], short)
    return SCALARS[kind, schema.get("format", "")]


def _types(schema: Schema) -> list[str]:
    kind = schema["type"]
    return kind if isinstance(kind, list) else [kind]


if __name__ == "__main__":
    main(Path(__file__).parents[1] / "tutor")
