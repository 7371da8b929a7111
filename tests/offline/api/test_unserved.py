"""What is not emulated says so, and nothing that looks around stumbles over it."""

import pytest

from tests.offline.api.support import Client, run
from tutor.offline.elsewhere import UNSERVED, Unserved

REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


def path_of(one: Unserved) -> str:
    base = f"/apis/{one.group}/{one.version}" if one.group else f"/api/{one.version}"
    return f"{base}/namespaces/default/{one.plural}" if one.namespaced else f"{base}/{one.plural}"


@pytest.mark.parametrize("one", UNSERVED, ids=lambda one: f"{one.plural}.{one.group}")
def test_every_request_but_for_a_list_is_refused_in_words(one: Unserved) -> None:
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
@pytest.mark.parametrize("command", ["", "kubectl get", "kubectl apply"])
def test_a_list_is_empty_with_a_warning_whoever_asks(one: Unserved, command: str) -> None:
    reply = run(Client().ask("GET", path_of(one), kubectl_command=command))
    assert reply.status == 200
    assert reply.json["items"] == []
    assert reply.json["kind"] == f"{one.kind}List"
    assert reply.header("warning") == f'299 - "the offline cluster has no {one.several}"'


def test_it_is_found_in_discovery_and_has_no_verb() -> None:
    rows = run(Client().ask("GET", "/apis/certificates.k8s.io/v1")).json["resources"]
    assert [(row["name"], row["verbs"], row.get("categories")) for row in rows] == [
        ("certificatesigningrequests", [], None)
    ]
    assert rows[0]["shortNames"] == ["csr"]


@pytest.mark.parametrize("accept", ["application/json", AGGREGATED])
@pytest.mark.parametrize("command", ["kubectl api-versions", "kubectl api-resources"])
def test_api_versions_do_not_depend_on_who_asks(accept: str, command: str) -> None:
    async def requests() -> None:
        client = Client()
        every = (await client.ask("GET", "/apis", accept=accept)).json
        told = await client.ask("GET", "/apis", accept=accept, kubectl_command=command)
        assert told.json == every

    run(requests())
