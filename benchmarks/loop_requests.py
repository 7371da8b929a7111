"""The requests whose hold on the loop is measured: large, unusual, and mostly legal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

MANY = 10_000
"""Objects of a long list."""

_NAMESPACE = "/api/v1/namespaces/default"
MAPS = f"{_NAMESPACE}/configmaps"
PODS = f"{_NAMESPACE}/pods"
SETS = "/apis/apps/v1/namespaces/default/statefulsets"
_JSON = {"Content-Type": "application/json"}
_YAML = {"Content-Type": "application/yaml"}
_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
_PARTIAL = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"


@dataclass(frozen=True, slots=True)
class Sent:
    """One request.

    Attributes:
        reads: Bytes of the answer to wait for; 0 for all.
    """

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    reads: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """Requests that are measured together.

    Attributes:
        name: What they are.
        sent: The requests.
        before: Requests that are answered first, and not measured.
        seeds: Objects that are there first.
        settles: Whether the controllers' work that follows is measured, too.
        speed: Virtual seconds for each real one.
    """

    name: str
    sent: tuple[Sent, ...]
    before: tuple[Sent, ...] = ()
    seeds: tuple[Mapping[str, Any], ...] = ()
    settles: bool = False
    speed: float = 0.0


def post(path: str, body: Any, headers: Mapping[str, str] = _JSON) -> Sent:  # noqa: ANN401
    """A creation."""
    return Sent("POST", path, _bytes(body), headers)


def put(path: str, body: Any) -> Sent:  # noqa: ANN401
    """A replacement."""
    return Sent("PUT", path, _bytes(body), _JSON)


def patch(path: str, kind: str, body: Any) -> Sent:  # noqa: ANN401
    """A patch."""
    return Sent("PATCH", path, _bytes(body), {"Content-Type": f"application/{kind}"})


def get(path: str, accept: str = "", reads: int = 0) -> Sent:
    """A reading."""
    return Sent("GET", path, None, {"Accept": accept} if accept else {}, reads)


def _bytes(body: Any) -> bytes:  # noqa: ANN401
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


# -- objects


def config_map(data: Mapping[str, str], name: str = "big") -> dict[str, Any]:
    """A ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def stateful_set(container: Mapping[str, Any], **spec: Any) -> dict[str, Any]:  # noqa: ANN401
    """A StatefulSet of no replicas with one container."""
    labels = {"app": "big"}
    pod = {"containers": [{"name": "app", "image": "nginx", **container}], **spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "big"},
        "spec": {
            "replicas": 0,
            "serviceName": "big",
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def _env(count: int, value: str = "v") -> list[dict[str, str]]:
    return [{"name": f"NAME_{number}", "value": value} for number in range(count)]


_DATA = {f"key-{number}": "value" for number in range(100_000)}
_SOME = {f"key-{number}": "value" for number in range(40_000)}
_REPEATED = ",".join(f'"key-{number % 50_000}":"v"' for number in range(180_000))
_ONE_KEY = ",".join(['"a":"v"'] * 400_000)
_SEED_MAP = {"kind": "configmaps", "count": MANY, "body": {"data": {"a": "b" * 100}}}
_SEED_POD = {
    "kind": "pods",
    "count": MANY,
    "body": {
        "metadata": {"labels": {"app": "web", "tier": "db"}},
        "spec": {"containers": [{"name": "app", "image": "nginx"}]},
    },
}
_UNLIKE = ",".join(f"key{number}!=value" for number in range(3_000))
_UNLIKE_ONE = ",".join(f"app!=value{number}" for number in range(3_000))
_NOT_IN = "app notin (" + ",".join(f"v{number}" for number in range(9_000)) + ")"
_NOT_NAMED = ",".join(f"metadata.name!=n{number}" for number in range(2_500))
_CREATED = (post(MAPS, config_map({"a": "b"})),)
_BIG_MAP = (post(MAPS, config_map(_SOME)),)
_BIG_SET = stateful_set({"env": _env(20_000)})
_MADE_SET = (post(SETS, _BIG_SET),)


def _apply(path: str, body: Any, manager: str = "benchmark") -> Sent:  # noqa: ANN401
    return patch(f"{path}?fieldManager={manager}&force=true", "apply-patch+yaml", body)


def _selected(path: str, **parameters: str) -> str:
    return path + "?" + "&".join(f"{name}={quote(value)}" for name, value in parameters.items())


def _yaml_anchors() -> str:
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\nbase: &base\n"
    keys = "".join(f"  key-{number}: value\n" for number in range(20))
    return head + keys + "".join(f"more-{n}: {{<<: *base, own: x}}\n" for n in range(2_000))


def _yaml_map(count: int) -> str:
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: big\ndata:\n"
    return head + "".join(f"  key-{number}: value\n" for number in range(count))


def _yaml_repeated(count: int) -> str:
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: big\ndata:\n"
    return head + "".join(f"  key-{number % (count // 2)}: value\n" for number in range(count))


def _nested(depth: int) -> str:
    return (
        '{"kind":"ConfigMap","apiVersion":"v1","data":' + '{"a":' * depth + "1" + "}" * depth + "}"
    )


_DOUBLED = '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"big"},"data":{%s}}'
_TWICE_ENV = stateful_set({"env": _env(10_000) + _env(10_000)})
_PORTS = [{"name": f"p{number}", "containerPort": 1 + number % 65535} for number in range(30_000)]
_VOLUMES = [{"name": f"v{number}", "emptyDir": {}} for number in range(20_000)]
_MOUNTS = [{"name": f"v{n}", "mountPath": f"/mnt/{n}"} for n in range(20_000)]
_CONTAINERS = [{"name": f"c{number}", "image": "nginx"} for number in range(10_000)]
_TOLERATIONS = [{"key": f"k{number}", "operator": "Exists"} for number in range(30_000)]
_TERMS = [{"key": f"k{number}", "operator": "Exists"} for number in range(20_000)]
_EXPRESSIONS = [
    {"key": f"k{number % 7}", "operator": "NotIn", "values": [f"v{number}"]}
    for number in range(20_000)
]
_OWNERS = [
    {"apiVersion": "v1", "kind": "ConfigMap", "name": f"o{number}", "uid": f"u{number}"}
    for number in range(20_000)
]
_SERVICE_PORTS = [
    {"name": f"p{number}", "port": 1 + number, "targetPort": 80} for number in range(20_000)
]


def _of(kind: str, version: str, **rest: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"kind": kind, "apiVersion": version, "metadata": {"name": "big"}, **rest}


WRITES = (
    Case("ConfigMap of 3 MB", (post(MAPS, config_map({"a": "x" * 3_000_000})),)),
    Case("ConfigMap of 1 MB in one value", (post(MAPS, config_map({"a": "x" * 1_000_000})),)),
    Case(
        "ConfigMap of 3 MB in 100,000 keys, strict",
        (post(f"{MAPS}?fieldValidation=Strict", config_map(_DATA)),),
    ),
    Case("ConfigMap of 40,000 keys", (post(MAPS, config_map(_SOME)),)),
    Case(
        "ConfigMap of 40,000 keys that cannot be",
        (post(MAPS, config_map({f"key {number}": "v" for number in range(40_000)})),),
    ),
    Case("keys that come twice, 180,000", (post(MAPS, _DOUBLED % _REPEATED),)),
    Case(
        "keys that come twice, 180,000, strict",
        (post(f"{MAPS}?fieldValidation=Strict", _DOUBLED % _REPEATED),),
    ),
    Case("one key 400,000 times", (post(MAPS, _DOUBLED % _ONE_KEY),)),
    Case(
        "unknown fields, 150,000",
        (post(MAPS, {**config_map({}), **{f"field{n}": 1 for n in range(150_000)}}),),
    ),
    Case(
        "150,000 unknown fields in a list",
        (post(SETS, stateful_set({"env": [{"name": "A", f"x{n}": 1} for n in range(90_000)]})),),
    ),
    Case("a JSON list of a million numbers", (post(MAPS, "[" + "1," * 1_000_000 + "1]"),)),
    Case("JSON that ends too early, 3 MB", (post(MAPS, "[" + "1," * 1_400_000),)),
    Case(
        "JSON of escapes, 3 MB",
        (post(MAPS, _DOUBLED % ('"a":"' + "\\ud800" * 480_000 + '"')),),
    ),
    Case(
        "JSON of text with a fault at its end",
        (post(MAPS, _DOUBLED % ('"a":"' + "x" * 2_900_000 + '",')),),
    ),
    Case("JSON nested 400 deep", (post(MAPS, _nested(400)),)),
    Case("JSON nested 300,000 deep", (post(MAPS, _nested(300_000)),)),
    Case("long numbers", (post(MAPS, '{"a":' + "9" * 2_900_000 + "}"),)),
    Case("YAML of 60,000 lines", (post(MAPS, _yaml_map(60_000), _YAML),)),
    Case("YAML of keys that come twice", (post(MAPS, _yaml_repeated(60_000), _YAML),)),
    Case("YAML of merge keys and anchors", (post(MAPS, _yaml_anchors(), _YAML),)),
    Case("YAML of brackets", (post(MAPS, "[" * 50_000, _YAML),)),
    Case("YAML flow of 400,000 items", (post(MAPS, "a: [" + "1, " * 400_000 + "1]", _YAML),)),
    Case(
        "YAML in quotes, 3 MB",
        (post(MAPS, _yaml_map(1) + '  b: "' + "\\x41" * 700_000 + '"\n', _YAML),),
    ),
    Case("a StatefulSet of 20,000 variables", (post(SETS, _BIG_SET),)),
    Case("a StatefulSet of 20,000 variables, a dry run", (post(f"{SETS}?dryRun=All", _BIG_SET),)),
    Case("a StatefulSet with 10,000 variables twice", (post(SETS, _TWICE_ENV),)),
    Case("a StatefulSet of 30,000 ports", (post(SETS, stateful_set({"ports": _PORTS})),)),
    Case(
        "a StatefulSet of 20,000 volumes and mounts",
        (post(SETS, stateful_set({"volumeMounts": _MOUNTS}, volumes=_VOLUMES)),),
    ),
    Case(
        "a StatefulSet of 10,000 containers",
        (post(SETS, stateful_set({}, initContainers=_CONTAINERS)),),
    ),
    Case(
        "a StatefulSet of 30,000 tolerations",
        (post(SETS, stateful_set({}, tolerations=_TOLERATIONS)),),
    ),
    Case(
        "a StatefulSet with a selector of 20,000 terms",
        (
            post(
                SETS,
                {
                    **_BIG_SET,
                    "spec": {
                        **_BIG_SET["spec"],
                        "selector": {"matchLabels": {"app": "big"}, "matchExpressions": _TERMS},
                    },
                },
            ),
        ),
    ),
    Case(
        "20,000 owners",
        (post(MAPS, {**config_map({}), "metadata": {"name": "big", "ownerReferences": _OWNERS}}),),
    ),
    Case(
        "60,000 finalizers",
        (
            post(
                MAPS,
                {
                    **config_map({}),
                    "metadata": {"name": "big", "finalizers": [f"x.y/f{n}" for n in range(60_000)]},
                },
            ),
        ),
    ),
    Case(
        "60,000 labels",
        (
            post(
                MAPS,
                {
                    **config_map({}),
                    "metadata": {"name": "big", "labels": {f"k{n}": "v" for n in range(60_000)}},
                },
            ),
        ),
    ),
    Case(
        "a Service of 20,000 ports",
        (
            post(
                f"{_NAMESPACE}/services",
                _of("Service", "v1", spec={"ports": _SERVICE_PORTS, "selector": {"a": "b"}}),
            ),
        ),
    ),
    Case(
        "Endpoints of 30,000 addresses",
        (
            post(
                f"{_NAMESPACE}/endpoints",
                _of(
                    "Endpoints",
                    "v1",
                    subsets=[
                        {
                            "addresses": [
                                {"ip": f"10.{n // 65536}.{n // 256 % 256}.{n % 256}"}
                                for n in range(30_000)
                            ],
                            "ports": [{"port": 80}],
                        }
                    ],
                ),
            ),
        ),
    ),
    Case(
        "a quota of 30,000 resources",
        (
            post(
                f"{_NAMESPACE}/resourcequotas",
                _of(
                    "ResourceQuota",
                    "v1",
                    spec={"hard": {f"count/kind{n}.example.com": "1" for n in range(30_000)}},
                ),
            ),
        ),
    ),
    Case(
        "a disruption budget of 20,000 terms",
        (
            post(
                "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
                _of(
                    "PodDisruptionBudget",
                    "policy/v1",
                    spec={"minAvailable": 1, "selector": {"matchExpressions": _EXPRESSIONS}},
                ),
            ),
        ),
        seeds=({**_SEED_POD, "count": 2_000},),
    ),
    Case(
        "a PUT of a StatefulSet of 20,000 variables",
        (put(f"{SETS}/big", stateful_set({"env": _env(20_000, "w")})),),
        _MADE_SET,
    ),
)

PATCHES = (
    Case(
        "a JSON patch of 10,000 additions",
        (
            patch(
                f"{MAPS}/big",
                "json-patch+json",
                [{"op": "add", "path": f"/data/k{n}", "value": "v"} for n in range(10_000)],
            ),
        ),
        _CREATED,
    ),
    Case(
        "a JSON patch of 10,001 operations",
        (
            patch(
                f"{MAPS}/big",
                "json-patch+json",
                [{"op": "test", "path": "/kind", "value": "ConfigMap"}] * 10_001,
            ),
        ),
        _CREATED,
    ),
    Case(
        "a JSON patch of 10,000 tests of a large object",
        (
            patch(
                f"{SETS}/big",
                "json-patch+json",
                [{"op": "test", "path": "/spec", "value": None}] * 10_000,
            ),
        ),
        _MADE_SET,
    ),
    Case(
        "a JSON patch that inserts 10,000 times at the front",
        (
            patch(
                f"{SETS}/big",
                "json-patch+json",
                [
                    {
                        "op": "add",
                        "path": "/spec/template/spec/containers/0/env/0",
                        "value": {"name": f"Z{n}"},
                    }
                    for n in range(10_000)
                ],
            ),
        ),
        _MADE_SET,
    ),
    Case(
        "a JSON patch of copies",
        (
            patch(
                f"{MAPS}/big",
                "json-patch+json",
                [
                    {"op": "add", "path": "/data/a", "value": "x" * 1_000},
                    *({"op": "copy", "from": "/data", "path": f"/data/k{n}"} for n in range(9_000)),
                ],
            ),
        ),
        _CREATED,
    ),
    Case(
        "a merge patch of 100,000 keys",
        (patch(f"{MAPS}/big", "merge-patch+json", {"data": _DATA}),),
        _CREATED,
    ),
    Case(
        "a merge patch that removes 40,000 keys",
        (patch(f"{MAPS}/big", "merge-patch+json", {"data": dict.fromkeys(_SOME)}),),
        _BIG_MAP,
    ),
    Case(
        "a strategic patch of 20,000 variables",
        (
            patch(
                f"{SETS}/big",
                "strategic-merge-patch+json",
                {
                    "spec": {
                        "template": {
                            "spec": {"containers": [{"name": "app", "env": _env(20_000, "w")}]}
                        }
                    }
                },
            ),
        ),
        _MADE_SET,
    ),
    Case(
        "a strategic patch that removes 20,000 variables",
        (
            patch(
                f"{SETS}/big",
                "strategic-merge-patch+json",
                {
                    "spec": {
                        "template": {
                            "spec": {
                                "containers": [
                                    {
                                        "name": "app",
                                        "env": [
                                            {"name": f"NAME_{n}", "$patch": "delete"}
                                            for n in range(20_000)
                                        ],
                                    }
                                ]
                            }
                        }
                    }
                },
            ),
        ),
        _MADE_SET,
    ),
    Case(
        "a strategic patch that orders 20,000 variables",
        (
            patch(
                f"{SETS}/big",
                "strategic-merge-patch+json",
                {
                    "spec": {
                        "template": {
                            "spec": {
                                "$setElementOrder/containers": [{"name": "app"}],
                                "containers": [
                                    {
                                        "name": "app",
                                        "$setElementOrder/env": [
                                            {"name": f"NAME_{n}"} for n in reversed(range(20_000))
                                        ],
                                    }
                                ],
                            }
                        }
                    }
                },
            ),
        ),
        _MADE_SET,
    ),
    Case(
        "a strategic patch that removes 60,000 of 60,000 finalizers",
        (
            patch(
                f"{MAPS}/big",
                "strategic-merge-patch+json",
                {
                    "metadata": {
                        "$deleteFromPrimitiveList/finalizers": [f"x.y/f{n}" for n in range(40_000)]
                    }
                },
            ),
        ),
        (
            post(
                MAPS,
                {
                    **config_map({}),
                    "metadata": {"name": "big", "finalizers": [f"x.y/f{n}" for n in range(40_000)]},
                },
            ),
        ),
    ),
    Case(
        "a strategic patch that retains 100,000 keys",
        (
            patch(
                f"{MAPS}/big",
                "strategic-merge-patch+json",
                {"data": {"$retainKeys": list(_SOME), **dict.fromkeys(_SOME, "w")}},
            ),
        ),
        _BIG_MAP,
    ),
    Case(
        "a patch with keys that come twice",
        (patch(f"{MAPS}/big", "merge-patch+json", f'{{"data":{{{_REPEATED}}}}}'),),
        _CREATED,
    ),
    Case("an apply of 20,000 variables", (_apply(f"{SETS}/big", _BIG_SET),)),
    Case(
        "an apply over 20,000 variables of somebody else",
        (_apply(f"{SETS}/big", stateful_set({"env": _env(20_000, "w")}), "other"),),
        (_apply(f"{SETS}/big", _BIG_SET),),
    ),
    Case(
        "an apply that conflicts in 20,000 variables",
        (
            patch(
                f"{SETS}/big?fieldManager=other",
                "apply-patch+yaml",
                stateful_set({"env": _env(20_000, "w")}),
            ),
        ),
        (_apply(f"{SETS}/big", _BIG_SET),),
    ),
    Case(
        "an apply of the same in another order",
        (_apply(f"{SETS}/big", stateful_set({"env": _env(20_000)[::-1]})),),
        (_apply(f"{SETS}/big", _BIG_SET),),
    ),
    Case(
        "an apply that gives 20,000 variables up",
        (_apply(f"{SETS}/big", stateful_set({})),),
        (_apply(f"{SETS}/big", _BIG_SET),),
    ),
    Case("an apply of 40,000 keys", (_apply(f"{MAPS}/big", config_map(_SOME)),)),
    Case("an apply of YAML, 60,000 lines", (_apply(f"{MAPS}/big", _yaml_map(60_000)),)),
    Case("an apply of YAML with keys twice", (_apply(f"{MAPS}/big", _yaml_repeated(60_000)),)),
    Case(
        "a status of 20,000 conditions",
        (
            patch(
                f"{SETS}/big/status",
                "merge-patch+json",
                {
                    "status": {
                        "replicas": 0,
                        "conditions": [{"type": f"T{n}", "status": "True"} for n in range(20_000)],
                    }
                },
            ),
        ),
        (post(SETS, stateful_set({})),),
    ),
)

READS = (
    Case("a list of 10,000 ConfigMaps", (get(MAPS),), seeds=(_SEED_MAP,)),
    Case("a list of 10,000 as YAML", (get(MAPS, "application/yaml"),), seeds=(_SEED_MAP,)),
    Case("a list of 10,000, pretty", (get(f"{MAPS}?pretty=true"),), seeds=(_SEED_MAP,)),
    Case("a list of 10,000 as a Table", (get(MAPS, _TABLE),), seeds=(_SEED_MAP,)),
    Case(
        "a list of 10,000 Pods as a Table",
        (get(PODS, _TABLE), get(f"{PODS}?includeObject=Object", _TABLE)),
        seeds=(_SEED_POD,),
    ),
    Case("a list of 10,000 Pods", (get(PODS),), seeds=(_SEED_POD,)),
    Case("a list of 10,000 Pods as YAML", (get(PODS, "application/yaml"),), seeds=(_SEED_POD,)),
    Case("a list of 10,000 as metadata", (get(PODS, _PARTIAL),), seeds=(_SEED_POD,)),
    Case(
        "a list of 10,000 in pages",
        (get(f"{MAPS}?limit=500"), get(f"{MAPS}?limit=9999")),
        seeds=(_SEED_MAP,),
    ),
    Case(
        "a list of an earlier version",
        (get(f"{MAPS}?resourceVersion=5000&resourceVersionMatch=Exact"),),
        seeds=({**_SEED_MAP, "count": 6_000},),
    ),
    Case(
        "a list with a selector of 3,000 terms",
        (get(_selected(PODS, labelSelector=_UNLIKE)),),
        seeds=(_SEED_POD,),
    ),
    Case(
        "a list with a selector of 3,000 terms on one key",
        (get(_selected(PODS, labelSelector=_UNLIKE_ONE)),),
        seeds=(_SEED_POD,),
    ),
    Case(
        "a list with a selector of 9,000 values",
        (get(_selected(PODS, labelSelector=_NOT_IN)),),
        seeds=(_SEED_POD,),
    ),
    Case(
        "a list with a field selector of 2,500 terms",
        (get(_selected(PODS, fieldSelector=_NOT_NAMED)),),
        seeds=(_SEED_POD,),
    ),
    Case(
        "a list that selects nothing of 10,000",
        (get(_selected(PODS, labelSelector="app=other")),),
        seeds=(_SEED_POD,),
    ),
    Case(
        "a watch that begins with 10,000",
        (get(f"{PODS}?watch=1&timeoutSeconds=3"),),
        seeds=(_SEED_POD,),
    ),
    Case(
        "a watch that begins with 10,000, a selector of 3,000 terms",
        (get(_selected(PODS, watch="1", timeoutSeconds="3", labelSelector=_UNLIKE)),),
        seeds=(_SEED_POD,),
    ),
    Case(
        "a watch over a history of 6,000 changes",
        (
            get(
                _selected(
                    PODS,
                    watch="1",
                    timeoutSeconds="3",
                    resourceVersion="4300",
                    labelSelector=_UNLIKE,
                )
            ),
        ),
        seeds=(_SEED_POD,),
    ),
    Case(
        "a watch with sendInitialEvents as a Table",
        (
            get(
                f"{PODS}?watch=1&timeoutSeconds=3&sendInitialEvents=true"
                "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
                _TABLE,
            ),
        ),
        seeds=(_SEED_POD,),
    ),
    Case("a ConfigMap of 40,000 keys", (get(f"{MAPS}/big"),), _BIG_MAP),
    Case("a ConfigMap of 40,000 keys as YAML", (get(f"{MAPS}/big", "application/yaml"),), _BIG_MAP),
    Case("a StatefulSet of 20,000 variables", (get(f"{SETS}/big"),), _MADE_SET),
    Case(
        "a StatefulSet of 20,000 variables as YAML",
        (get(f"{SETS}/big", "application/yaml"), get(f"{SETS}/big?pretty=1")),
        _MADE_SET,
    ),
    Case("a Table of a large StatefulSet", (get(f"{SETS}/big", _TABLE),), _MADE_SET),
    Case(
        "OpenAPI documents",
        (
            get("/openapi/v2"),
            get("/openapi/v3"),
            get("/openapi/v3/api/v1"),
            get("/openapi/v3/apis/apps/v1"),
        ),
    ),
    Case(
        "discovery",
        (get("/api"), get("/apis"), get("/api/v1"), get("/apis/apps/v1")),
    ),
    Case("a path of 60 KB", (get("/api/v1/" + "a/" * 30_000),)),
    Case("a query of 60 KB", (get(f"{MAPS}?" + "&".join(["a=b"] * 15_000)),)),
    Case("2,000 headers", (Sent("GET", MAPS, None, {f"X-{number}": "v" for number in range(90)}),)),
    Case("an Accept of 50 KB", (get(MAPS, ",".join(["text/x;q=0.1"] * 4_000)),)),
    Case(
        "what kubectl describe asks for",
        (
            get(f"{PODS}/seed-00001"),
            get(
                _selected(
                    f"{_NAMESPACE}/events",
                    fieldSelector="involvedObject.name=seed-00001,involvedObject.kind=Pod",
                )
            ),
        ),
        seeds=(_SEED_POD,),
    ),
)

DELETIONS = (
    Case("a deletion of 10,000 ConfigMaps", (Sent("DELETE", MAPS),), seeds=(_SEED_MAP,)),
    Case("a deletion of 10,000 Pods", (Sent("DELETE", PODS),), seeds=(_SEED_POD,)),
    Case(
        "a dry run of the deletion of 10,000",
        (Sent("DELETE", f"{MAPS}?dryRun=All"),),
        seeds=(_SEED_MAP,),
    ),
    Case(
        "a deletion with a selector of 3,000 terms",
        (Sent("DELETE", _selected(PODS, labelSelector=_UNLIKE)),),
        seeds=(_SEED_POD,),
    ),
    Case(
        "a deletion with options of 3 MB",
        (Sent("DELETE", f"{MAPS}/big", _bytes({f"x{n}": 1 for n in range(200_000)}), _JSON),),
        _CREATED,
    ),
)

_FULL = {"namespace": "full"}
_SCALED = {"spec": {"replicas": 5}}
_LABELS = {"matchLabels": {"app": "web"}}
_MADE_FULL = (post("/api/v1/namespaces", {"metadata": {"name": "full"}}),)

SYNCS = (
    Case(
        "five Pods of 20,000 variables each",
        (patch(f"{SETS}/big", "merge-patch+json", _SCALED),),
        _MADE_SET,
        settles=True,
        speed=10.0,
    ),
    Case(
        "a new template for a StatefulSet of 20,000 variables",
        (
            patch(
                f"{SETS}/big",
                "strategic-merge-patch+json",
                {
                    "spec": {
                        "replicas": 3,
                        "template": {"metadata": {"annotations": {"a": "b"}}},
                    }
                },
            ),
        ),
        _MADE_SET,
        settles=True,
        speed=10.0,
    ),
    Case(
        "a StatefulSet of 500 replicas",
        (
            post(
                SETS,
                {
                    **stateful_set({}),
                    "spec": {
                        **stateful_set({})["spec"],
                        "replicas": 500,
                        "podManagementPolicy": "Parallel",
                    },
                },
            ),
        ),
        settles=True,
        speed=10.0,
    ),
    Case(
        "a Service of 5,000 Pods",
        (
            post(
                f"{_NAMESPACE}/services",
                _of("Service", "v1", spec={"ports": [{"port": 80}], "selector": {"app": "web"}}),
            ),
        ),
        seeds=({**_SEED_POD, "count": 5_000},),
        settles=True,
    ),
    Case(
        "a disruption budget of 5,000 Pods",
        (
            post(
                "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
                _of(
                    "PodDisruptionBudget",
                    "policy/v1",
                    spec={"minAvailable": 1, "selector": _LABELS},
                ),
            ),
        ),
        seeds=({**_SEED_POD, "count": 5_000},),
        settles=True,
    ),
    Case(
        "a ReplicaSet that adopts 5,000 Pods",
        (
            post(
                "/apis/apps/v1/namespaces/default/replicasets",
                _of(
                    "ReplicaSet",
                    "apps/v1",
                    spec={
                        "replicas": 5_000,
                        "selector": _LABELS,
                        "template": {
                            "metadata": {"labels": {"app": "web"}},
                            "spec": {"containers": [{"name": "app", "image": "nginx"}]},
                        },
                    },
                ),
            ),
        ),
        seeds=({**_SEED_POD, "count": 5_000},),
        settles=True,
    ),
    Case(
        "a quota over 5,000 Pods, and one Pod more",
        (
            post(
                f"{_NAMESPACE}/resourcequotas",
                _of("ResourceQuota", "v1", spec={"hard": {"pods": "9999"}}),
            ),
            post(PODS, _of("Pod", "v1", spec={"containers": [{"name": "a", "image": "b"}]})),
        ),
        seeds=({**_SEED_POD, "count": 5_000},),
        settles=True,
    ),
    Case(
        "a namespace of 10,000 that goes",
        (Sent("DELETE", "/api/v1/namespaces/full"),),
        _MADE_FULL,
        ({**_SEED_MAP, **_FULL},),
        settles=True,
        speed=10.0,
    ),
    Case(
        "an owner of 5,000 that goes",
        (Sent("DELETE", f"{MAPS}/big"),),
        _CREATED,
        seeds=(
            {
                **_SEED_MAP,
                "count": 5_000,
                "owner": {"kind": "ConfigMap", "apiVersion": "v1", "name": "big"},
            },
        ),
        settles=True,
        speed=10.0,
    ),
    Case(
        "a reset, and steps",
        (
            Sent("POST", "/sts-tutor/step", b'{"ticks": 200}'),
            Sent("POST", "/sts-tutor/step", b"{}"),
            Sent("POST", "/sts-tutor/reset", b"{}"),
        ),
        seeds=({**_SEED_POD, "count": 2_000},),
    ),
)

CASES = (*WRITES, *PATCHES, *READS, *DELETIONS, *SYNCS)
