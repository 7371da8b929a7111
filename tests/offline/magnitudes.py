"""Every field of every kind that holds a number or a quantity, and numbers that nobody means."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tutor.manifest.schema_bundle import (
    INT32,
    INT64,
    INT_OR_STRING,
    LIST,
    MAP,
    NUMBER,
    OBJECT,
    QUANTITY,
    Ref,
    Type,
)
from tutor.offline.admission.types import type_of
from tutor.offline.resources import RESOURCES, Resource

NUMERIC = frozenset({INT32, INT64, INT_OR_STRING, NUMBER, QUANTITY})
_DEEPEST = 14
_HERE = "@here@"
_LABELS = {"app": "web"}
_POD = {"containers": [{"name": "c", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}]}
_TEMPLATE = {"metadata": {"labels": _LABELS}, "spec": _POD}
_CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
_WORKLOAD = {"replicas": 2, "selector": {"matchLabels": _LABELS}, "template": _TEMPLATE}
SPECS: dict[str, dict[str, Any]] = {
    "Deployment": {"spec": _WORKLOAD},
    "Endpoints": {"subsets": [{"addresses": [{"ip": "192.0.2.9"}], "ports": [{"port": 80}]}]},
    "EndpointSlice": {"addressType": "IPv4", "endpoints": [{"addresses": ["192.0.2.9"]}]},
    "Event": {"involvedObject": {"kind": "Pod", "name": "x", "namespace": "default"}},
    "LimitRange": {"spec": {"limits": [{"type": "Container"}]}},
    "PersistentVolume": {
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/data"},
        }
    },
    "PersistentVolumeClaim": {"spec": _CLAIM},
    "Pod": {"spec": _POD},
    "PodDisruptionBudget": {"spec": {"selector": {"matchLabels": _LABELS}}},
    "ReplicaSet": {"spec": _WORKLOAD},
    "ResourceQuota": {"spec": {"hard": {"pods": "9"}}},
    "Service": {"spec": {"selector": _LABELS, "ports": [{"port": 80}]}},
    "StatefulSet": {
        "spec": {
            **_WORKLOAD,
            "serviceName": "web",
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": _CLAIM}],
        }
    },
    "StorageClass": {"provisioner": "example.com/none"},
}
"""What an object of a kind needs besides its name."""


class Spot(NamedTuple):
    """A numeric field of a kind."""

    resource: Resource
    path: tuple[str | int, ...]
    code: str

    def __repr__(self) -> str:
        return f"{self.resource.kind}.{'.'.join(map(str, self.path))}"


def spots() -> list[Spot]:
    """Every numeric field of every kind that is stored."""
    return [
        Spot(resource, path, code)
        for resource in RESOURCES
        for path, code in _below(type_of(resource.kind, resource.api_version), (), ())
        if path[0] != "metadata"
    ]


def _below(
    type_: Type, path: tuple[str | int, ...], owners: tuple[str, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if type_.name in owners or len(path) > _DEEPEST:
        return
    for name, field in type_.fields.items():
        yield from _of(field.ref, (*path, name), (*owners, type_.name))


def _of(
    ref: Ref, path: tuple[str | int, ...], owners: tuple[str, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if ref.code in NUMERIC:
        yield path, ref.code
    elif ref.code == OBJECT:
        yield from _below(ref.type, path, owners)
    elif ref.code == LIST and ref.item is not None:
        yield from _of(ref.item, (*path, 0), owners)
    elif ref.code == MAP and ref.item is not None:
        for key in ("cpu", "storage") if ref.item.code == QUANTITY else ("a",):
            yield from _of(ref.item, (*path, key), owners)


def body_of(spot: Spot, number: str) -> bytes:
    """An object of the spot's kind with a number there.

    Args:
        spot: Where.
        number: As JSON.
    """
    obj: dict[str, Any] = {
        "apiVersion": spot.resource.api_version,
        "kind": spot.resource.kind,
        "metadata": {"name": "web"},
        **json.loads(json.dumps(SPECS.get(spot.resource.kind, {}))),
    }
    at: Any = obj
    for step, following in zip(spot.path, (*spot.path[1:], None), strict=True):
        inner: Any = _HERE if following is None else [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if not at:
                at.append(inner)
        elif following is None or step not in at:
            at[step] = inner
        if following is None:
            at[step] = inner
        at = at[step]
    return json.dumps(obj).replace(f'"{_HERE}"', number).encode()


EDGES = (
    *(str(one) for n in (0, 7, 15, 31, 32, 53, 63, 64) for one in (-(2**n) - 1, -(2**n), 2**n)),
    *(str(2**n - 1) for n in (16, 31, 32, 63, 64)),
    *("0", "300000000000", "1e18", "1e19", "1e308", "1e400", "-1e400", "1e2147483647"),
    *("1" * 40, "-" + "9" * 5_000, "0.1", "1e-400", "5e-324"),
)
TEXTS = (
    *("1e2147483647", "-1e2147483647", "1e1000000000", "1e-1000000000", "1e10000000", "1e999"),
    *("1e100000000", "9e999", "1e-999", "1n", "9Ei", "9" * 900, "9" * 4_000, "1e9999999999999"),
    *("0e2147483647", "-1", "100%", "2147483647%", "9" * 4_000 + "%", "1e4294967295"),
)


def numbers() -> st.SearchStrategy[str]:
    """Numbers from −2⁶³ to 10^(10⁹), as JSON: plain ones and texts."""
    plain = st.integers(-(2**63), 2**64).map(str)
    powers = st.builds(
        "{}{}e{}".format,
        st.sampled_from(["", "-"]),
        st.integers(1, 10**6),
        st.integers(-(10**9), 10**9),
    )
    texts = st.one_of(st.sampled_from(TEXTS), powers, plain).map(json.dumps)
    return st.one_of(st.sampled_from(EDGES), plain, powers, texts)
