"""What the cluster says it serves is what the recorded one says of the same kinds."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.offline.api.support import Client, run
from tutor.offline.api import discovery
from tutor.offline.elsewhere import UNSERVED
from tutor.offline.resources import SERVED

RECORDED = Path(__file__).parents[3] / "fixtures" / "clusters" / "discovery"
VERBLESS = {(one.group, one.version, one.plural) for one in UNSERVED}


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
        ("apis-events-v1", "events.k8s.io"),
        ("apis-autoscaling-v1", "autoscaling"),
    ],
)
def test_resources_are_the_recorded_ones(file: str, group: str) -> None:
    wanted = recorded(file)
    missing = {plural for g, _, plural in VERBLESS if g == group}
    rows = []
    for row in wanted["resources"]:
        plural, _, below = row["name"].partition("/")
        if plural not in missing:
            rows.append(row)
        elif not below:
            kept = ("name", "singularName", "namespaced", "kind", "shortNames")
            rows.append({name: row[name] for name in kept if name in row} | {"verbs": []})
    assert discovery.resources(group, "v1") == {**wanted, "resources": rows}


@pytest.mark.parametrize("version", ["v2", "v2beta1"])
@pytest.mark.parametrize("core", [True, False])
def test_the_aggregated_form_is_the_recorded_one(core: bool, version: str) -> None:
    wanted = recorded("api-aggregated" if core else "apis-aggregated")
    for item in wanted["items"]:
        group = item["metadata"].get("name", "")
        for one in item["versions"]:
            for row in one["resources"]:
                if (group, one["version"], row["resource"]) in VERBLESS:
                    row["verbs"] = []
                    row.pop("subresources", None)
                    row.pop("categories", None)
    wanted["apiVersion"] = f"apidiscovery.k8s.io/{version}"
    assert discovery.aggregated(core, version) == wanted


def test_a_kind_is_served_or_is_not() -> None:
    served = {(one.group, one.version, one.plural) for one in SERVED}
    assert not served & VERBLESS


def test_groups_come_in_the_recorded_order() -> None:
    assert discovery.groups() == recorded("apis")
    assert set(discovery.GROUPS) == {one.group for one in SERVED if one.group}
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
        tag = found.header("etag")
        again = await client.ask("GET", "/apis", accept=wanted, if_none_match=tag)
        assert (again.status, again.data) == (304, b"")
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
        ("/metrics", 404, "the offline cluster keeps no metrics"),
        ("/livez/nosuch", 404, None),
    ],
)
def test_what_is_not_there(path: str, status: int, message: str | None) -> None:
    reply = run(Client().ask("GET", path, accept="application/json"))
    assert reply.status == status
    if message is None:
        assert reply.text == "404 page not found\n"
    else:
        assert reply.json["message"] == message
