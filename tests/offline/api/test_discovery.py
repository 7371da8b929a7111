"""What the cluster says it serves is what the recorded one says of the same kinds."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.offline.api.support import Client, run
from tutor.offline.api import discovery
from tutor.offline.resources import RESOURCES

RECORDED = Path(__file__).parents[3] / "fixtures" / "clusters" / "discovery"
UNSERVED = {"pods/proxy", "services/proxy", "nodes/proxy", "serviceaccounts/token"}


def recorded(name: str) -> Any:
    return json.loads(gzip.decompress((RECORDED / f"{name}.json.gz").read_bytes()))


@pytest.mark.parametrize(
    ("file", "group"),
    [
        ("api-v1", ""),
        ("apis-apps-v1", "apps"),
        ("apis-policy-v1", "policy"),
        ("apis-storage-v1", "storage.k8s.io"),
        ("apis-coordination-v1", "coordination.k8s.io"),
        ("apis-discovery-v1", "discovery.k8s.io"),
    ],
)
def test_resources_are_the_recorded_ones(file: str, group: str) -> None:
    wanted = recorded(file)
    served = {one.plural for one in RESOURCES if one.group == group}
    wanted["resources"] = [
        row
        for row in wanted["resources"]
        if row["name"].partition("/")[0] in served and row["name"] not in UNSERVED
    ]
    assert discovery.resources(group, "v1") == wanted


@pytest.mark.parametrize("core", [True, False])
def test_the_aggregated_form_is_the_recorded_one(core: bool) -> None:
    wanted = recorded("api-aggregated" if core else "apis-aggregated")
    served = {(one.group, one.plural) for one in RESOURCES}
    items = []
    for item in wanted["items"]:
        group = item["metadata"].get("name", "")
        for version in item["versions"]:
            rows = [one for one in version["resources"] if (group, one["resource"]) in served]
            for row in rows:
                below = [
                    one
                    for one in row.get("subresources", ())
                    if f"{row['resource']}/{one['subresource']}" not in UNSERVED
                ]
                row.pop("subresources", None)
                if below:
                    row["subresources"] = below
            version["resources"] = rows
        item["versions"] = [one for one in item["versions"] if one["resources"]]
        if item["versions"]:
            items.append(item)
    assert discovery.aggregated(core) == {**wanted, "items": items}


def test_groups_come_in_the_recorded_order() -> None:
    wanted = recorded("apis")
    wanted["groups"] = [one for one in wanted["groups"] if one["name"] in discovery.GROUPS]
    assert discovery.groups() == wanted
    assert discovery.group("apps") == recorded("apis-apps")


def test_version_is_the_recorded_one() -> None:
    assert recorded("version") == discovery.VERSION


def test_over_http() -> None:
    async def asked() -> None:
        client = Client()
        plain = await client.ask("GET", "/apis", accept="application/json")
        assert plain.json["kind"] == "APIGroupList"
        wanted = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        found = await client.ask("GET", "/apis", accept=f"{wanted},application/json")
        assert found.json["kind"] == "APIGroupDiscoveryList"
        assert found.header("content-type") == wanted
        assert (await client.ask("GET", "/api/v1")).json["groupVersion"] == "v1"
        assert (await client.ask("GET", "/apis/apps/v1")).json["groupVersion"] == "apps/v1"
        for path in ("/healthz", "/livez", "/readyz"):
            assert (await client.ask("GET", path)).text == "ok"
        told = await client.ask("GET", "/readyz?verbose")
        assert told.text.endswith("readyz check passed\n")

    run(asked())


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/nosuch", 404, None),
        ("/apis/nosuch/v1", 404, None),
        ("/apis/apps/v9", 404, "the server could not find the requested resource"),
        ("/apis/batch/v1", 404, "the offline cluster does not serve batch/v1"),
    ],
)
def test_what_is_not_there(path: str, status: int, message: str | None) -> None:
    reply = run(Client().ask("GET", path, accept="application/json"))
    assert reply.status == status
    if message is None:
        assert reply.text == "404 page not found\n"
    else:
        assert reply.json["message"] == message
