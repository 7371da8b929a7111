"""What holds for every object: defaults, encoding, patches, ownership."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.offline.recordings import answer
from tutor.manifest.schema_bundle import ANY, LIST, MAP, OBJECT, Ref
from tutor.offline.admission.apply import managers, typed
from tutor.offline.admission.apply.apply import applied, applier
from tutor.offline.admission.chain import Rules
from tutor.offline.admission.defaults import default
from tutor.offline.admission.patch import merge, strategic
from tutor.offline.admission.types import type_of
from tutor.offline.admission.validation import validate_create
from tutor.offline.admission.wire import encode
from tutor.offline.clock import Clock
from tutor.offline.errors import ApiError
from tutor.offline.requests import Raw, Request
from tutor.offline.resources import named

KINDS = [
    ("StatefulSet", "apps/v1"),
    ("Pod", "v1"),
    ("Service", "v1"),
    ("PersistentVolumeClaim", "v1"),
    ("PersistentVolume", "v1"),
    ("Deployment", "apps/v1"),
    ("ConfigMap", "v1"),
    ("PodDisruptionBudget", "policy/v1"),
    ("EndpointSlice", "discovery.k8s.io/v1"),
    ("Node", "v1"),
]
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "s": st.sampled_from(["", "a", "web", "RollingUpdate", "TCP", "None", "ClusterIP"]),
    "i": st.sampled_from([0, 1, 3, -1, 80]),
    "l": st.sampled_from([0, 1, 30]),
    "n": st.just(0.5),
    "b": st.booleans(),
    "q": st.sampled_from(["1Gi", "1024Mi", "0", "500m", 1]),
    "x": st.sampled_from([0, 1, "25%", "http"]),
    "t": st.just("2026-01-01T00:00:00Z"),
    "y": st.just("YQ=="),
}


def values(ref: Ref, depth: int) -> st.SearchStrategy[Any]:
    if ref.code == OBJECT:
        return objects(ref, depth)
    if ref.code == LIST:
        assert ref.item is not None
        item = values(ref.item, depth - 1)
        if ref.list_kind == "map":
            keys = ref.keys
            return st.lists(
                item.map(lambda one: {**_keyed(keys), **{k: v for k, v in one.items()
                                                         if v not in (None, "", 0)}}),
                max_size=2,
                unique_by=lambda one: tuple(str(one.get(key)) for key in keys),
            )  # fmt: skip
        return st.lists(item, max_size=2, unique_by=str)
    if ref.code == MAP:
        assert ref.item is not None
        return st.dictionaries(
            st.sampled_from(["a", "app", "storage"]), values(ref.item, depth - 1), max_size=2
        )
    return SCALARS.get(ref.code, st.just({"any": "thing"}))


def _keyed(keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: 80 if "ort" in key else "TCP" if key == "protocol" else "k" for key in keys}


def objects(ref: Ref, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    fields = {
        name: field.ref
        for name, field in ref.type.fields.items()
        if name not in ("managedFields", "apiVersion", "kind") and field.ref.code != ANY
    }
    names = sorted(fields) if depth > 0 else []

    @st.composite
    def build(draw: st.DrawFn) -> dict[str, Any]:
        chosen = draw(st.lists(st.sampled_from(names), max_size=4, unique=True)) if names else []
        return {name: draw(values(fields[name], depth - 1)) for name in chosen}

    return build()


@st.composite
def any_object(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    kind, api_version = draw(st.sampled_from(KINDS))
    type_ = type_of(kind, api_version)
    body = draw(objects(typed.root(type_.name), 6))
    if "spec" in type_.fields and "spec" not in body:
        body["spec"] = draw(objects(type_.fields["spec"].ref, 5))
    return kind, api_version, body


@settings(max_examples=150, deadline=None)
@given(any_object(), st.booleans())
def test_defaulting_and_encoding_twice_is_once(
    drawn: tuple[str, str, dict[str, Any]], gate: bool
) -> None:
    kind, api_version, body = drawn
    type_ = type_of(kind, api_version)
    gates = {"MaxUnavailableStatefulSet": gate}
    once = encode(default(body, type_, gates), type_)
    assert encode(default(once, type_, gates), type_) == once


@settings(max_examples=150, deadline=None)
@given(any_object())
def test_whatever_decodes_is_judged(drawn: tuple[str, str, dict[str, Any]]) -> None:
    kind, api_version, body = drawn
    type_ = type_of(kind, api_version)
    causes = validate_create(kind, encode(default(body, type_, {}), type_), {})
    assert all(cause.reason and cause.message for cause in causes)


@settings(max_examples=150, deadline=None)
@given(any_object())
def test_a_patch_of_nothing_changes_nothing(drawn: tuple[str, str, dict[str, Any]]) -> None:
    kind, api_version, body = drawn
    ref = typed.root(type_of(kind, api_version).name)
    assert merge.apply(body, {}) == body
    assert strategic.apply(body, {}, ref) == body
    assert typed.merge(body, {}, ref) == body


@settings(max_examples=100, deadline=None)
@given(any_object())
def test_a_field_set_is_written_and_read(drawn: tuple[str, str, dict[str, Any]]) -> None:
    kind, api_version, body = drawn
    ref = typed.root(type_of(kind, api_version).name)
    fields = typed.field_set(body, ref)
    assert typed.of_tree(typed.to_tree(fields)) == fields


@settings(max_examples=100, deadline=None)
@given(any_object(), any_object())
def test_a_difference_is_none_with_itself_and_turns_around(
    one: tuple[str, str, dict[str, Any]], other: tuple[str, str, dict[str, Any]]
) -> None:
    ref = typed.root(type_of(one[0], one[1]).name)
    assert not any(typed.compare(one[2], one[2], ref))
    second = other[2] if other[0] == one[0] else {}
    there, back = typed.compare(one[2], second, ref), typed.compare(second, one[2], ref)
    assert there.added == back.removed
    assert there.modified == back.modified


@settings(max_examples=100, deadline=None)
@given(any_object())
def test_applying_twice_is_once_and_applying_nothing_takes_it_back(
    drawn: tuple[str, str, dict[str, Any]],
) -> None:
    kind, api_version, body = drawn
    ref = typed.root(type_of(kind, api_version).name)
    config = {"apiVersion": api_version, "kind": kind, **body}
    alice = applier("alice", "")

    def apply(live: dict[str, Any], config: dict[str, Any], owners: managers.Managers) -> Any:
        return applied(
            live, config, ref, owners, alice,
            api_version=api_version, reset=frozenset(), force=False, now="now",
        )  # fmt: skip

    once, owners = apply({}, config, {})
    again, same = apply(once, config, owners)
    assert (again, same) == (once, owners)
    empty, nobody = apply(again, {"apiVersion": api_version, "kind": kind}, same)
    left = typed.field_set(empty, ref)
    assert managers.stripped(left, frozenset()) == frozenset()
    assert not nobody


HOSTILE = [
    b"",
    b"null",
    b"[]",
    b"{",
    b"\x00\xff",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"metadata":' * 400 + b"{}" + b"}" * 400,
    b'{"spec":{"replicas":1e999}}',
    b'{"spec":{"replicas":' + b"9" * 5000 + b"}}",
    b'{"metadata":{"name":"\\ud800"}}',
    b"a: &a [*a, *a]",
    b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\n"
    b"d: &d [*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e]",
    b"{" * 50_000,
    b"? " * 10_000,
    b"- " * 10_000,
    b"!!python/object:os.system x",
]


def rules() -> Rules:
    return Rules(Clock(1.7e9), random.Random(1), {})


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(HOSTILE) | st.binary(max_size=200) | st.text(max_size=100).map(str.encode),
    st.sampled_from(["application/json", "application/yaml"]),
    st.sampled_from(["", "json", "merge", "strategic", "apply"]),
    st.sampled_from(["Strict", "Warn", "Ignore"]),
)
def test_hostile_bodies_are_answered(
    body: bytes, content_type: str, patch_type: Any, validation: str
) -> None:
    request = Request(
        "patch" if patch_type else "create",
        named("statefulsets.apps"),
        "NS",
        "web" if patch_type else "",
        patch_type=patch_type,
        field_manager="x",
        field_validation=validation,
    )
    current = answer("i01", "get StatefulSet m ")
    refused, kind = None, ""
    try:
        if patch_type:
            kind = rules().patch(request, current, Raw(body, content_type))["kind"]
        else:
            kind = rules().decode(request, Raw(body, content_type))["kind"]
    except ApiError as error:
        refused = error
    assert kind == "StatefulSet" if refused is None else refused.status()["message"]
    assert refused is None or refused.code in (400, 409, 413, 415, 422, 500)


def test_the_claim_of_a_volume_is_owned_part_by_part() -> None:
    ref = typed.root("PersistentVolume")
    fields = typed.field_set({"spec": {"claimRef": {"name": "a", "uid": "b"}}}, ref)
    assert ("f:spec", "f:claimRef", "f:name") in fields
    involved = typed.field_set({"involvedObject": {"name": "a"}}, typed.root("Event"))
    assert involved == {("f:involvedObject",)}
