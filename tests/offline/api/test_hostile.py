"""Bodies, paths, headers and queries that nobody means well: an answer in form, and on it goes."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.offline.api.support import PODS, SETS, Client, Reply, run, stateful_set
from tests.waiting import answered
from tests.work import growth, steps
from tutor.offline.errors import ApiError
from tutor.offline.resources import RESOURCES

MAPS = "/api/v1/namespaces/default/configmaps"
JSON, YAML = "application/json", "application/yaml"
PROTOBUF = "application/vnd.kubernetes.protobuf"
PREFIX = "the object provided is unrecognized (must be of type ConfigMap): "
NO_KIND = PREFIX + "couldn't get version/kind; json parse error: "
UNKNOWN = (
    "the body of the request was in an unknown format - accepted media types include: "
    "application/json, application/yaml, application/vnd.kubernetes.protobuf"
)
BOMB = b"a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (level, level, b",".join([b"*a%d" % (level - 1)] * 9))
    for level in range(1, 12)
)


def asked(client: Client, method: str, path: str, body: Any, media: str) -> tuple[int, Reply]:
    """How many steps an answer takes, and what it is."""
    replies: list[Reply] = []
    work = steps(lambda: replies.append(run(client.ask(method, path, body, content_type=media))))
    return work, replies[0]


def status_of(reply: Reply) -> Any:
    """The Status of a refusal, its form checked."""
    found = reply.json
    assert found["kind"] == "Status"
    assert found["status"] == "Failure"
    assert found["code"] == reply.status
    return found


@pytest.mark.parametrize(
    ("media", "body", "message"),
    [
        (JSON, b"", NO_KIND + "unexpected end of JSON input (<empty>)"),
        (JSON, b"{", NO_KIND + "unexpected end of JSON input ({)"),
        (JSON, b"{}{}", NO_KIND + "invalid character '{' after top-level value ({}{})"),
        (JSON, b"\x00", NO_KIND + "invalid character '\\x00' looking for beginning of value (00)"),
        (JSON, b"\xff\xfe", NO_KIND + "invalid character"),
        (JSON, b"\xef\xbb\xbf{}", NO_KIND + "invalid character '\\ufeff'"),
        (JSON, b"[]", NO_KIND + "json: cannot unmarshal array into Go value of type struct"),
        (JSON, b"[" * 100_000, NO_KIND + "exceeded max depth"),
        (JSON, b'{"a":' * 100_000, NO_KIND + "exceeded max depth"),
        (JSON, b"9" * 100_000, NO_KIND + "json: cannot unmarshal number"),
        (JSON, b'{"data":{"a":NaN}}', NO_KIND + "invalid character 'N'"),
        (YAML, BOMB, PREFIX + "yaml: document contains excessive aliasing"),
        (YAML, b"a: &a [*a]", PREFIX + "yaml: unknown anchor 'a' referenced"),
        (YAML, b"- " * 20_000, PREFIX + "yaml: exceeded max depth"),
        (YAML, b"{a: " * 20_000, PREFIX + "yaml: exceeded max depth"),
        (YAML, b"\x00", PREFIX + "yaml: control characters are not allowed"),
        (YAML, b'metadata: {name: "\\ud800"}', PREFIX + "yaml: found invalid Unicode"),
        (PROTOBUF, b"{}", PREFIX + "provided data does not appear to be a protobuf message"),
        (PROTOBUF, b"k8s\0", PREFIX + 'no kind "" is registered'),
        (PROTOBUF, b"k8s\0" + b"\xff" * 11, PREFIX + "integer overflow"),
        (PROTOBUF, b"k8s\0\x0a\xff\xff\xff\xff\x0f", PREFIX + "unexpected EOF"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_bodies_that_cannot_be_read(media: str, body: bytes, message: str) -> None:
    client = Client()
    work, reply = asked(client, "POST", MAPS, body, media)
    assert work < 20_000
    assert status_of(reply)["message"].startswith(message)
    assert (reply.status, status_of(reply)["reason"]) == (400, "BadRequest")


@pytest.mark.parametrize(
    "media", ["text/plain", "application/cbor", "application/xml", "multipart/form-data", "a", "/"]
)
def test_bodies_of_other_kinds(media: str) -> None:
    reply = run(Client().ask("POST", MAPS, b'{"metadata":{"name":"a"}}', content_type=media))
    found = status_of(reply)
    assert (reply.status, found["reason"], found["message"]) == (
        415, "UnsupportedMediaType", UNKNOWN,
    )  # fmt: skip


def test_halves_of_characters_are_replaced_as_go_does() -> None:
    async def asked() -> None:
        client = Client()
        body = rb'{"metadata":{"name":"a"},"data":{"k":"a\ud800b\ud83d\ude00\\ud800"}}'
        made = await client.ask("POST", MAPS, body, content_type=JSON)
        assert made.json["data"]["k"] == "a\ufffdb\U0001f600\\ud800"
        named = rb'{"metadata":{"name":"\udc00"}}'
        refused = await client.ask("POST", MAPS, named, content_type=JSON)
        assert (refused.status, '"\ufffd"' in refused.json["message"]) == (422, True)

    run(asked())


@pytest.mark.parametrize(
    "path",
    [
        "/nope", "/../etc/passwd", "/%2e%2e/etc/passwd", "//api/v1/pods", "/api/v1//pods",
        "/api/v2/pods", "/apis/nope.example/v1/things", "/api/v1/namespaces//pods/a",
        "/sts-tutor", "/index.html", "/%00", "/api%2Fv2%2Fpods",
    ],
)  # fmt: skip
def test_paths_nobody_serves(path: str) -> None:
    reply = run(Client().ask("GET", path))
    assert (reply.status, reply.text) == (404, "404 page not found\n")
    assert reply.header("content-type") == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (f"{PODS}/..", 'pods ".." not found'),
        (f"{PODS}/%00", 'pods "\0" not found'),
        (f"{PODS}/../secrets", None),
        (f"{PODS}/%2e%2e%2fsecrets", None),
        (f"{PODS}/a%2Fb", None),
        (f"{PODS}/a/b/c", None),
        ("/api/v1/namespaces/default/nopes", None),
        ("/apis/apps/v9/statefulsets", None),
        ("/apis/storage.k8s.io/v1/csinodes/x", "the offline cluster has no CSINodes"),
    ],
)
def test_paths_that_mean_nothing(path: str, message: str | None) -> None:
    reply = run(Client().ask("GET", path))
    found = status_of(reply)
    assert (reply.status, found["reason"]) == (404, "NotFound")
    assert found["message"] == (message or "the server could not find the requested resource")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE", "HEAD", "FOO", "CONNECT"])
def test_verbs_nobody_takes(method: str) -> None:
    reply = run(Client().ask(method, MAPS, content_type="application/merge-patch+json"))
    found = status_of(reply)
    assert (reply.status, found["reason"]) == (405, "MethodNotAllowed")
    wanted = "the server does not allow this method on the requested resource"
    assert found["message"] == wanted


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("limit=abc", 400, 'strconv.ParseInt: parsing "abc": invalid syntax'),
        ("limit=9" + "9" * 20, 400, f'strconv.ParseInt: parsing "9{"9" * 20}": value out of range'),
        ("watch=1&timeoutSeconds=abc", 400, 'strconv.ParseInt: parsing "abc": invalid syntax'),
        (
            "resourceVersion=abc",
            400,
            'invalid resource version: resourceVersion: Invalid value: "abc": '
            'strconv.ParseUint: parsing "abc": invalid syntax',
        ),
        ("resourceVersion=99999", 504, "Too large resource version: 99999, current: "),
        ("labelSelector=a%20in%20(b", 400, "unable to parse requirement: found '', expected:"),
        ("fieldSelector=x", 400, "invalid selector: 'x'; can't understand 'x'"),
        ("continue=%00", 400, "invalid continue token: continue key is not valid: "),
        ("resourceVersionMatch=Exact", 422, 'ListOptions.meta.k8s.io "" is invalid: '),
    ],
)
def test_queries_that_make_no_sense(query: str, code: int, message: str) -> None:
    reply = run(Client().ask("GET", f"{MAPS}?{query}"))
    assert reply.status == code
    assert status_of(reply)["message"].startswith(message)


@pytest.mark.parametrize(
    ("accept", "message"),
    [
        ("text/html", "406: Not Acceptable\n\nAvailable representations: application/json, "),
        (PROTOBUF, "only the following media types are accepted: application/json, "),
    ],
)
def test_forms_nobody_gives(accept: str, message: str) -> None:
    reply = run(Client().ask("GET", MAPS, accept=accept))
    assert reply.status == 406
    assert status_of(reply)["message"].startswith(message)


def test_what_only_the_owner_may_ask_for_is_checked_too() -> None:
    async def asked() -> None:
        client = Client()
        for verb, body in (
            ("speed", b"{"), ("speed", b"[]"), ("speed", b"[" * 100_000), ("speed", b"\xff"),
            ("speed", {"speed": -1}), ("speed", {"speed": 1e300}), ("speed", {"speed": "x"}),
            ("speed", {"speed": True}), ("node", {}), ("node", {"name": 1, "down": True}),
            ("node", {"name": "node-1", "down": "yes"}), ("step", {"ticks": 10**9}),
        ):  # fmt: skip
            reply = await client.ask("POST", f"/sts-tutor/{verb}", body)
            assert (verb, reply.status, status_of(reply)["reason"]) == (verb, 400, "BadRequest")
        for method, verb in (("GET", "reset"), ("POST", "nope"), ("DELETE", "status")):
            assert (await client.ask(method, f"/sts-tutor/{verb}")).status == 404
        for verb in ("reset", "down", "speed", "node", "step", "pause"):
            stranger = await client.ask("POST", f"/sts-tutor/{verb}", token=None)
            assert stranger.status == 403
            liar = await client.ask("POST", f"/sts-tutor/{verb}", token="x")  # noqa: S106
            assert liar.status == 401

    run(asked())


COPIES = [{"op": "copy", "from": "/data", "path": f"/data/k{number}"} for number in range(60)]


def test_copies_of_copies_come_to_an_end() -> None:
    async def asked() -> None:
        client = Client()
        await client.create(MAPS, {"metadata": {"name": "c"}, "data": {"k": "x" * 1000}})
        patch = "application/json-patch+json"
        reply = await client.ask("PATCH", f"{MAPS}/c", COPIES, content_type=patch)
        assert (reply.status, status_of(reply)["reason"]) == (422, "Invalid")
        assert len((await client.ask("GET", f"{MAPS}/c")).data) < 3000

    run(asked())


def merged(size: int, *, count: bool = True) -> int:
    """Merge lists of twice that many items into others; how many steps it took, if counted."""
    client = Client()
    body = stateful_set(replicas=0)
    spec = body["spec"]["template"]["spec"]
    spec["containers"] = [{"name": f"c{number}", "image": "x"} for number in range(size)]
    body["metadata"]["finalizers"] = [f"a.b/{number}" for number in range(size)]
    run(client.create(SETS, body))
    finalizers = [f"a.b/{number}" for number in range(2 * size)]
    containers = [{"name": f"c{number}", "image": "y"} for number in range(size - 1, -1, -1)]
    change = {
        "metadata": {"finalizers": finalizers},
        "spec": {"template": {"spec": {"containers": containers}}},
    }
    strategic = "application/strategic-merge-patch+json"
    path = f"{SETS}/web"
    if count:
        work, reply = asked(client, "PATCH", path, change, strategic)
    else:
        work, reply = 0, run(client.ask("PATCH", path, change, content_type=strategic))
    assert reply.status == 200
    found = reply.json
    assert found["metadata"]["finalizers"] == finalizers
    containers = found["spec"]["template"]["spec"]["containers"]
    assert {one["image"] for one in containers} == {"y"}
    assert len(containers) == size
    return work


def test_merging_long_lists_is_as_much_work_as_they_are_long() -> None:
    assert growth(merged, 150) < 1.2


# -- anything at all

_NAMES = st.sampled_from(
    ["web", "web-0", "a", "default", "node-1", "standard", "..", "%00", "%ff", "%2F", "x" * 300]
)
_BELOW = st.sampled_from(
    ["status", "scale", "log", "eviction", "binding", "exec", "finalize", "proxy", "nope", "a/b"]
)
_STRANGE: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1.5, 1e308, 2**31, 2**63, 2**70, "", "a", "\0", "\ud800", "日本", "1Gi",
     "50%", "a" * 300, "2020-01-01T00:00:00Z", [], {}, [None], [{}], {"a": None}, {"": ""}]
)  # fmt: skip
_VALUES = st.recursive(
    _STRANGE,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "spec", "metadata", "a", ""]), inner, max_size=2)
    ),
    max_leaves=4,
)
_QUERIES = st.lists(
    st.tuples(
        st.sampled_from(
            ["limit", "continue", "resourceVersion", "resourceVersionMatch", "labelSelector",
             "fieldSelector", "dryRun", "fieldManager", "fieldValidation", "force", "pretty",
             "gracePeriodSeconds", "propagationPolicy", "orphanDependents", "includeObject",
             "tailLines", "sinceSeconds", "sinceTime", "limitBytes", "container"]
        ),
        st.sampled_from(
            ["", "-1", "0", "1", "abc", "true", "9" * 40, "%00", "%ff", "a%3Db", "a%20in%20(b",
             "!a", "All", "Orphan", "Strict", "Exact", "NotOlderThan", "metadata.name%3Da"]
        ),
    ),
    max_size=2,
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))  # fmt: skip


@st.composite
def _paths(draw: st.DrawFn) -> str:
    resource = draw(st.sampled_from(RESOURCES))
    path = f"/apis/{resource.group}/{resource.version}" if resource.group else "/api/v1"
    if resource.namespaced:
        path += "/namespaces/" + draw(st.sampled_from(["default", "default", "nope", "..", "%2F"]))
    path += f"/{resource.plural}"
    if draw(st.booleans()):
        path += f"/{draw(_NAMES)}"
        if draw(st.booleans()):
            path += f"/{draw(_BELOW)}"
    query = draw(_QUERIES)
    return f"{path}?{query}" if query else path


def _spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value within a value."""
    found = [path] if path else []
    if isinstance(value, dict):
        for name, one in value.items():
            found += _spots(one, (*path, name))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            found += _spots(one, (*path, index))
    return found


_POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "a", "labels": {"app": "web"}, "annotations": {"sts-tutor.dev/hold": "x"}},
    "spec": {
        "containers": [
            {
                "name": "c",
                "image": "c",
                "ports": [{"containerPort": 80}],
                "resources": {"requests": {"cpu": "1"}},
                "readinessProbe": {"httpGet": {"port": 80}},
            }
        ],
        "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}],
        "nodeSelector": {"a": "b"},
        "tolerations": [{"operator": "Exists"}],
    },
}
_CLAIMED = {
    **stateful_set(),
    "spec": {
        **stateful_set()["spec"],
        "ordinals": {"start": 0},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete", "whenScaled": "Retain"},
        "volumeClaimTemplates": [
            {
                "metadata": {"name": "data"},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "1Gi"}},
                },
            }
        ],
    },
}


@st.composite
def _bodies(draw: st.DrawFn) -> Any:
    """A manifest with something strange in it, or anything else."""
    kind = draw(st.sampled_from(["manifest", "manifest", "value", "bytes", "patch"]))
    if kind == "value":
        return draw(_VALUES)
    if kind == "bytes":
        return draw(st.binary(max_size=40))
    if kind == "patch":
        where = st.sampled_from(["/spec/replicas", "/metadata/labels/app", "/a/b", "", "x", None])
        ops = st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "x"])
        one = st.fixed_dictionaries({"op": ops, "path": where, "value": _VALUES})
        return draw(st.lists(one, max_size=2))
    made = json.loads(json.dumps(draw(st.sampled_from([_POD, _CLAIMED, stateful_set()]))))
    for _ in range(draw(st.integers(0, 2))):
        way = draw(st.sampled_from(_spots(made)))
        holder = made
        for step in way[:-1]:
            holder = holder[step]
        holder[way[-1]] = draw(_VALUES)
    return made


def _as_sent(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "FOO"]),
    path=_paths(),
    body=_bodies(),
    media=st.sampled_from(
        [JSON, YAML, PROTOBUF, "application/json-patch+json", "application/merge-patch+json",
         "application/strategic-merge-patch+json", "application/apply-patch+yaml", "a/b", ""]
    ),
    accept=st.sampled_from(
        ["", JSON, YAML, "application/json;as=Table;v=v1;g=meta.k8s.io", "text/html", ";=,q=x"]
    ),
)  # fmt: skip
def test_whatever_is_asked_the_answer_has_a_form(
    method: str, path: str, body: Any, media: str, accept: str
) -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        data = _as_sent(body) if method not in ("GET", "HEAD") else b""
        reply = await answered(client.ask(method, path, data, content_type=media, accept=accept))
        _well_formed(reply)
        _goes_on(client)

    run(asked())


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies=st.lists(st.tuples(st.sampled_from([SETS, PODS]), _bodies()), max_size=4))
def test_whatever_is_stored_the_controllers_go_on(bodies: list[tuple[str, Any]]) -> None:
    async def asked() -> None:
        client = Client()
        for path, body in bodies:
            reply = await client.ask("POST", path, _as_sent(body), content_type=JSON)
            _well_formed(reply)
            _goes_on(client)
        for path in (SETS, PODS):
            form = "application/json;as=Table;v=v1;g=meta.k8s.io"
            assert (await client.ask("GET", path, accept=form)).status == 200

    run(asked())


def _well_formed(reply: Reply) -> None:
    assert 200 <= reply.status < 600
    if reply.status < 400:
        return
    if reply.header("content-type") == JSON:
        found = status_of(reply)
        assert isinstance(found["message"], str)
    elif reply.header("content-type") == YAML:
        assert f"\ncode: {reply.status}\n" in f"\n{reply.text}"
        assert "\nkind: Status\n" in f"\n{reply.text}"
    else:
        assert reply.status != 500  # a panic
        assert reply.header("content-type") == "text/plain; charset=utf-8"


def _goes_on(client: Client) -> None:
    """Everything settles, and no Pod of a StatefulSet is there twice."""
    try:
        client.runner.settle(limit=60)
    except ApiError as refused:  # no controller lets one through
        raise AssertionError(refused) from refused
    store = client.runner.store
    versions = [change.version for change in client.runner.history()]
    assert versions == list(range(versions[0], versions[0] + len(versions)))
    for found in store.list("statefulsets.apps"):
        for pod in store.owned("pods", found["metadata"]["uid"]):
            name = pod["metadata"]["name"]
            assert re.fullmatch(re.escape(found["metadata"]["name"]) + r"-\d+", name)
