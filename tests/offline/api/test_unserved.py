"""What is not emulated says so, and nothing that looks around stumbles over it."""

from typing import Any

import pytest

from tests.offline.api.support import Client, run
from tutor.offline.elsewhere import UNSERVED, Unserved

CRON = "/apis/batch/v1/namespaces/default/cronjobs"
LOOKED_FOR = ("replicationcontrollers",)
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


def path_of(one: Unserved) -> str:
    base = f"/apis/{one.group}/{one.version}" if one.group else f"/api/{one.version}"
    return f"{base}/namespaces/default/{one.plural}" if one.namespaced else f"{base}/{one.plural}"


@pytest.mark.parametrize("one", UNSERVED, ids=lambda one: f"{one.plural}.{one.group}")
def test_every_request_is_refused_in_words(one: Unserved) -> None:
    async def requests() -> None:
        client = Client()
        path = path_of(one)
        for method, where in (
            *([] if one.plural in LOOKED_FOR else [("GET", path)]),
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


def test_it_is_found_in_discovery_and_has_no_verb() -> None:
    async def requests() -> None:
        client = Client()
        rows = (await client.ask("GET", "/apis/batch/v1")).json["resources"]
        assert [(row["name"], row["verbs"], row.get("categories")) for row in rows] == [
            ("cronjobs", [], None),
            ("jobs", [], None),
        ]
        assert rows[0]["shortNames"] == ["cj"]

    run(requests())


def groups(found: Any) -> set[str]:
    items = found.get("groups") or [one["metadata"] for one in found["items"]]
    return {one["name"] for one in items}


@pytest.mark.parametrize("accept", ["application/json", AGGREGATED])
def test_api_versions_are_those_of_which_something_is_served(accept: str) -> None:
    async def requests() -> None:
        client = Client()
        every = groups((await client.ask("GET", "/apis", accept=accept)).json)
        told = await client.ask(
            "GET", "/apis", accept=accept, kubectl_command="kubectl api-versions"
        )
        assert groups(told.json) < every
        assert "batch" in every
        assert groups(told.json) == {
            "apps",
            "authentication.k8s.io",
            "authorization.k8s.io",
            "coordination.k8s.io",
            "discovery.k8s.io",
            "events.k8s.io",
            "policy",
            "storage.k8s.io",
        }

    run(requests())


@pytest.mark.parametrize(
    ("command", "path", "status"),
    [
        ("kubectl apply", CRON, 200),
        ("kubectl cluster-info dump", "/apis/apps/v1/daemonsets", 200),
        ("kubectl get", "/api/v1/namespaces/kube-system/replicationcontrollers", 200),
        ("kubectl get", CRON, 404),
        ("kubectl apply", f"{CRON}/x", 404),
        ("kubectl apply", f"{CRON}?watch=1", 404),
    ],
)
def test_a_command_that_sweeps_over_all_kinds_finds_none_of_it(
    command: str, path: str, status: int
) -> None:
    reply = run(Client().ask("GET", path, kubectl_command=command))
    assert reply.status == status
    if status == 200:
        assert reply.json["items"] == []
        assert reply.json["kind"].endswith("List")
