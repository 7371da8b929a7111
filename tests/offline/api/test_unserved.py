"""What is not emulated says so, to everybody alike, and nothing that looks around stumbles."""

import itertools
from typing import Any

import pytest

from tests.offline.api.support import Client, Reply, run, stateful_set
from tutor.offline.elsewhere import UNSERVED, Unserved
from tutor.offline.resources import SERVED

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
ASKERS = [
    {},
    {"user_agent": "kubectl/v1.36.2 (linux/amd64)", "kubectl_command": "kubectl get"},
    {"user_agent": "kubectl/v1.36.2 (linux/amd64)", "kubectl_command": "kubectl apply"},
    {"kubectl_command": "kubectl api-versions"},
    {"kubectl_command": "kubectl cluster-info dump"},
    {"user_agent": "e2e.test/v1.36.2", "kubectl_session": "1"},
    {"user_agent": "Helm/3.17", "kubectl_command": "kubectl diff"},
]


def path_of(one: Any) -> str:
    base = f"/apis/{one.group}/{one.version}" if one.group else f"/api/{one.version}"
    return f"{base}/namespaces/default/{one.plural}" if one.namespaced else f"{base}/{one.plural}"


def warnings(reply: Reply) -> list[str]:
    return [value for name, value in reply.headers if name == "warning"]


@pytest.mark.parametrize("one", UNSERVED, ids=lambda one: f"{one.plural}.{one.group}")
def test_every_request_but_a_list_is_refused_in_words(one: Unserved) -> None:
    async def requests() -> None:
        client = Client()
        path = path_of(one)
        for method, where in (
            ("GET", f"{path}?watch=1"),
            ("POST", path),
            ("GET", f"{path}/x"),
            ("PATCH", f"{path}/x"),
            ("DELETE", f"{path}/x"),
            ("PUT", f"{path}/x/status"),
        ):
            reply = await client.ask(method, where, {}, content_type="application/json")
            assert reply.status == 404
            assert reply.json["reason"] == "NotFound"
            assert reply.json["message"] == f"the offline cluster has no {one.several}"

    run(requests())


@pytest.mark.parametrize("one", UNSERVED, ids=lambda one: f"{one.plural}.{one.group}")
def test_a_list_is_empty_and_warned_of(one: Unserved) -> None:
    reply = run(Client().ask("GET", path_of(one)))
    assert (reply.status, reply.json["items"]) == (200, [])
    assert reply.json["kind"] == f"{one.kind}List"
    assert warnings(reply) == [f'299 - "the offline cluster has no {one.several}"']


def test_it_is_found_in_discovery_and_has_no_verb() -> None:
    rows = run(Client().ask("GET", "/apis/storage.k8s.io/v1")).json["resources"]
    found = {row["name"]: row["verbs"] for row in rows}
    assert found["csinodes"] == []
    assert found["storageclasses"] != []


def _comparable(reply: Reply) -> tuple[Any, ...]:
    """An answer without what no two answers share."""
    varying = ("audit-id", "content-length")
    headers = [one for one in reply.headers if one[0] not in varying]
    media = reply.header("content-type")
    return reply.status, headers, reply.json if "json" in media and reply.data else reply.data


EVERY: tuple[Any, ...] = (*SERVED, *UNSERVED)


def _routes() -> list[tuple[str, str, Any]]:
    reads = ["/", "/api", "/apis", "/version", "/readyz", "/openapi/v3", "/api/v1", "/nosuch"]
    for one in EVERY:
        group = f"/apis/{one.group}/{one.version}" if one.group else f"/api/{one.version}"
        reads += [group, path_of(one), f"{path_of(one)}/x"]
    routes: list[tuple[str, str, Any]] = [("GET", path, None) for path in dict.fromkeys(reads)]
    for one in EVERY:
        path = path_of(one)
        options = "?dryRun=All&fieldManager=me"
        routes += [
            ("POST", f"{path}{options}", {"metadata": {"name": "x"}}),
            ("DELETE", f"{path}/x", None),
        ]
    sets = "/apis/apps/v1/namespaces/default/statefulsets"
    return [*routes, ("POST", f"{sets}?dryRun=All&fieldManager=me", stateful_set())]


def test_no_answer_depends_on_who_asks() -> None:
    """Every route, asked by many: only who manages fields may be named after the asker."""

    async def asked(headers: dict[str, Any], accept: str) -> list[tuple[Any, ...]]:
        client = Client()
        told = []
        for method, path, body in _routes():
            named = {"accept": accept, "content_type": "application/json", **headers}
            reply = await client.ask(method, path, body, **named)
            found = _comparable(reply)
            told.append((method, path, found))
        return told

    for accept in ("application/json", f"{AGGREGATED},application/json"):
        first, *others = [run(asked(headers, accept)) for headers in ASKERS]
        for headers, other in zip(ASKERS[1:], others, strict=True):
            for mine, theirs in itertools.zip_longest(first, other):
                assert _without_uid(mine) == _without_uid(theirs), headers


def _without_uid(found: Any) -> Any:
    if isinstance(found, dict):
        return {k: _without_uid(v) for k, v in found.items() if k not in ("uid", "clusterIP")}
    if isinstance(found, list | tuple):
        return [_without_uid(one) for one in found]
    return found
