"""Bodies in protobuf: written here field by field, read back as the JSON they stand for."""

import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, Ref
from tutor.offline.admission import protobuf
from tutor.offline.admission.apply.typed import root
from tutor.offline.admission.decode import decode
from tutor.offline.admission.types import types
from tutor.offline.errors import ApiError
from tutor.offline.resources import SERVED

NUMBERS: dict[str, dict[str, Any]] = protobuf._numbers()


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def part(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def written(value: Any, ref: Ref) -> int | bytes:
    if ref.code == OBJECT:
        return b"".join(message(value, NUMBERS[ref.name], ref))
    if ref.code == "q":
        return part(1, str(value).encode())
    if ref.code == "x":
        text = isinstance(value, str)
        return part(1, int(text)) + part(3, value.encode()) if text else part(1, 0) + part(2, value)
    return int(value) if isinstance(value, int) else str(value).encode()


def message(obj: dict[str, Any], numbers: dict[str, Any], ref: Ref) -> list[bytes]:
    parts: list[bytes] = []
    for number, name in numbers.items():
        if isinstance(name, dict):
            inner = b"".join(message(obj, name, ref))
            if inner:
                parts.append(part(int(number), inner))
        elif name in obj:
            of, value = ref.type.fields[name].ref, obj[name]
            if of.code == LIST:
                assert of.item is not None
                parts += [part(int(number), written(one, of.item)) for one in value]
            elif of.code == MAP:
                assert of.item is not None
                parts += [
                    part(int(number), part(1, key.encode()) + part(2, written(one, of.item)))
                    for key, one in value.items()
                ]
            else:
                parts.append(part(int(number), written(value, of)))
    return parts


def body(obj: dict[str, Any], kind: str, api_version: str) -> bytes:
    raw = b"".join(message(obj, NUMBERS[kind], root(kind)))
    names = part(1, api_version.encode()) + part(2, kind.encode())
    return protobuf.PREFIX + part(1, names) + part(2, raw) + part(3, b"") + part(4, b"")


OBJECTS: list[tuple[str, str, dict[str, Any]]] = [
    ("ConfigMap", "v1", {"metadata": {"name": "c", "labels": {"a": "b"}}, "data": {"k": "日本"}}),
    (
        "StatefulSet",
        "apps/v1",
        {
            "metadata": {"name": "web"},
            "spec": {
                "replicas": 3,
                "serviceName": "web",
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "terminationGracePeriodSeconds": -1,
                        "hostNetwork": True,
                        "containers": [
                            {
                                "name": "app",
                                "image": "nginx",
                                "resources": {"limits": {"cpu": "500m"}},
                                "readinessProbe": {"httpGet": {"path": "/", "port": "http"}},
                                "env": [
                                    {
                                        "name": "A",
                                        "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}},
                                    }
                                ],
                            }
                        ],
                        "volumes": [{"name": "v", "configMap": {"name": "c"}}],
                    },
                },
                "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}},
                "volumeClaimTemplates": [
                    {
                        "metadata": {"name": "data"},
                        "spec": {
                            "accessModes": ["ReadWriteOnce"],
                            "resources": {"requests": {"storage": "1Gi"}},
                        },
                    }
                ],
                "persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete"},
            },
        },
    ),
    (
        "Service",
        "v1",
        {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80, "targetPort": 8080}]}},
    ),
    (
        "PodDisruptionBudget",
        "policy/v1",
        {"metadata": {"name": "b"}, "spec": {"maxUnavailable": "25%"}},
    ),
    ("Eviction", "policy/v1", {"deleteOptions": {"gracePeriodSeconds": 0, "dryRun": ["All"]}}),
]


@pytest.mark.parametrize(("kind", "api_version", "obj"), OBJECTS, ids=lambda one: str(one)[:12])
def test_objects_come_as_they_were_sent(kind: str, api_version: str, obj: dict[str, Any]) -> None:
    sent = body(obj, kind, api_version)
    found = decode(sent, protobuf.MEDIA_TYPE, kind, api_version, "Strict")
    assert found.obj == {"kind": kind, "apiVersion": api_version, **obj}


def test_times_and_secrets() -> None:
    made = 1_700_000_000
    metadata = part(1, b"s") + part(8, part(1, made) + part(2, 5))
    raw = part(1, metadata) + part(2, part(1, b"k") + part(2, b"\x00\xff"))
    names = part(1, b"v1") + part(2, b"Secret")
    found = decode(
        protobuf.PREFIX + part(1, names) + part(2, raw), protobuf.MEDIA_TYPE, "Secret", "v1"
    )
    assert found.obj["metadata"]["creationTimestamp"] == "2023-11-14T22:13:20Z"
    assert found.obj["data"] == {"k": "AP8="}


def test_every_number_leads_to_a_field() -> None:
    def names(numbers: dict[str, Any]) -> list[str]:
        found: list[str] = []
        for name in numbers.values():
            found += names(name) if isinstance(name, dict) else [name]
        return found

    for type_name, numbers in NUMBERS.items():
        every = names(numbers)
        assert set(every) <= set(types().type(type_name).fields), type_name
        assert len(every) == len(set(every)), type_name


def test_another_kind_is_refused_by_name() -> None:
    sent = body({"metadata": {"name": "c"}}, "ConfigMap", "v1")
    with pytest.raises(ApiError) as error:
        decode(sent, protobuf.MEDIA_TYPE, "Secret", "v1")
    assert error.value.message == (
        'ConfigMap in version "v1" cannot be handled as a Secret: converting (v1.ConfigMap) to'
        " (core.Secret): unknown conversion"
    )


def test_what_is_no_protobuf_is_refused() -> None:
    with pytest.raises(ApiError) as error:
        decode(b"{}", protobuf.MEDIA_TYPE, "Secret", "v1")
    assert error.value.message == (
        "the object provided is unrecognized (must be of type Secret): provided data does not"
        " appear to be a protobuf message, expected prefix [107 56 115 0] ({})"
    )


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200))
def test_broken_bodies_are_answered(noise: bytes, cut: int) -> None:
    kind, api_version, obj = OBJECTS[1]
    whole = body(obj, kind, api_version)
    for sent in (
        protobuf.PREFIX + noise,
        whole[:cut],
        whole[:cut] + noise + whole[cut:],
        body({}, kind, api_version) + part(2, noise),
    ):
        try:
            found = json.dumps(decode(sent, protobuf.MEDIA_TYPE, kind, api_version).obj)
        except ApiError as error:
            found = error.message
        assert found


def test_deep_bodies_end() -> None:
    inner = b""
    for _ in range(3000):
        inner = part(1, inner)
    fixed = struct.pack("<Q", 7)
    with pytest.raises(ApiError):
        decode(protobuf.PREFIX + part(2, inner), protobuf.MEDIA_TYPE, "Pod", "v1", "Strict")
    names = part(1, b"v1") + part(2, b"Pod")
    sent = protobuf.PREFIX + part(1, names) + part(2, varint(99 << 3 | 1) + fixed)
    assert decode(sent, protobuf.MEDIA_TYPE, "Pod", "v1").obj["kind"] == "Pod"


def numbered(numbers: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for name in numbers.values():
        found |= numbered(name) if isinstance(name, dict) else {name}
    return found


def reached(name: str, seen: set[str]) -> None:
    """All types that an object of a type can hold."""
    if name in seen:
        return
    seen.add(name)
    for field in types().type(name).fields.values():
        ref = field.ref
        while ref.item is not None:
            ref = ref.item
        if ref.code == OBJECT:
            reached(ref.type.name.removeprefix("granular."), seen)


JSON_ONLY = ("apiextensions.k8s.io", "apiregistration.k8s.io")
"""Groups whose objects clients of Go's send as JSON."""


def test_every_field_of_what_is_served_has_a_number() -> None:
    seen: set[str] = set()
    for resource in SERVED:
        if resource.group in JSON_ONLY:
            continue
        kinds = [(resource.kind, resource.api_version)]
        kinds += [
            (one.kind, f"{one.group}/{one.version}")
            for one in resource.subresources.values()
            if one.version
        ]
        for kind, version in kinds:
            found = types().root(kind, version)
            assert found is not None, (kind, version)
            reached(found.name, seen)
    lacking = {
        f"{name}.{field}"
        for name in seen
        for field in types().type(name).fields
        if field not in numbered(NUMBERS[name])
    }
    headed = {f"{name}.{field}" for name in seen for field in ("apiVersion", "kind")}
    assert lacking - headed == {"Endpoint.deprecatedTopology"} & lacking


def test_a_moment_of_the_finer_sort_keeps_its_fraction() -> None:
    moment = part(1, 1_700_000_000) + part(2, 123_456_789)
    raw = part(1, b"") + part(2, moment) + part(4, b"c")
    names = part(1, b"events.k8s.io/v1") + part(2, b"Event")
    found = protobuf.decode(protobuf.PREFIX + part(1, names) + part(2, raw))
    assert found["eventTime"] == "2023-11-14T22:13:20.123456Z"


def test_lists_within_a_map() -> None:
    numbers = {name: int(number) for number, name in NUMBERS["SubjectAccessReviewSpec"].items()}
    extra = part(1, b"scopes") + part(2, part(1, b"a") + part(1, b"b"))
    spec = part(numbers["user"], b"bob") + part(numbers["extra"], extra)
    whole = {name: int(number) for number, name in NUMBERS["SubjectAccessReview"].items()}
    names = part(1, b"authorization.k8s.io/v1") + part(2, b"SubjectAccessReview")
    raw = part(whole["spec"], spec)
    found = protobuf.decode(protobuf.PREFIX + part(1, names) + part(2, raw))
    assert found["spec"] == {"user": "bob", "extra": {"scopes": ["a", "b"]}}
