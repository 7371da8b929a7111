"""The OpenAPI documents: whole, and where the recorded one tells, equal to it."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.offline.api.support import Client, run
from tutor.offline.api import openapi, swagger
from tutor.offline.resources import RESOURCES

RECORDED = Path(__file__).parents[3] / "fixtures/clusters/discovery/openapi-v3-apps-v1.json.gz"


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return found.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


@pytest.mark.parametrize("path", openapi.PATHS)
def test_every_reference_leads_somewhere(path: str) -> None:
    found = json.loads(openapi.document(path))
    schemas = {f"#/components/schemas/{name}" for name in found["components"]["schemas"]}
    assert references(found) <= schemas


def test_apps_is_the_recorded_document() -> None:
    wanted = json.loads(gzip.decompress(RECORDED.read_bytes()))
    found = json.loads(openapi.document("apis/apps/v1"))
    assert len(found["paths"]) > 10
    for path, item in found["paths"].items():
        if "statefulsets" in path:
            assert item == wanted["paths"][path]
    for name, schema in found["components"]["schemas"].items():
        assert schema == wanted["components"]["schemas"][name]


def test_clients_find_each_kind_and_its_patches() -> None:
    for resource in RESOURCES:
        base = f"apis/{resource.api_version}" if resource.group else "api/v1"
        document = json.loads(openapi.document(base))
        gvk = {"group": resource.group, "version": resource.version, "kind": resource.kind}
        patches = [
            item["patch"]
            for path, item in document["paths"].items()
            if path.endswith(f"/{resource.plural}/{{name}}")
        ]
        assert [one["x-kubernetes-group-version-kind"] for one in patches] == [gvk]
        assert "fieldValidation" in {one["name"] for one in patches[0]["parameters"]}
        assert any(
            gvk in schema.get("x-kubernetes-group-version-kind", ())
            for schema in document["components"]["schemas"].values()
        )


def test_over_http() -> None:
    async def asked() -> None:
        client = Client()
        index = (await client.ask("GET", "/openapi/v3")).json["paths"]
        assert set(index) == set(openapi.PATHS)
        url = index["apis/apps/v1"]["serverRelativeURL"]
        plain = await client.ask("GET", url, accept="application/json")
        assert plain.json["openapi"] == "3.0.0"
        packed = await client.ask("GET", url, accept_encoding="gzip")
        assert packed.header("content-encoding") == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        again = await client.ask("GET", url, if_none_match=plain.header("etag"))
        assert (again.status, again.data) == (304, b"")
        assert plain.header("cache-control") == "public, immutable"
        stale = await client.ask("GET", "/openapi/v3/apis/apps/v1?hash=0123")
        assert (stale.status, stale.header("location")) == (301, url)
        only = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf"
        assert (await client.ask("GET", url, accept=only)).status == 406

    run(asked())


@pytest.mark.parametrize(
    ("accept", "status", "media"),
    [
        ("", 200, "application/json"),
        ("application/json", 200, "application/json"),
        (swagger.ASKED[0], 200, swagger.MEDIA),
        (swagger.ASKED[1], 200, swagger.MEDIA),
        (f"{swagger.ASKED[0]},application/json;q=0.5", 200, swagger.MEDIA),
        ("text/html", 406, ""),
    ],
)
def test_the_older_document_is_called_what_clients_can_read(
    accept: str, status: int, media: str
) -> None:
    reply = run(Client().ask("GET", "/openapi/v2", accept=accept))
    assert (reply.status, reply.header("content-type")) == (status, media)
    assert "@" not in media
    if media == "application/json":
        assert reply.json["swagger"] == "2.0"
    elif media:
        assert reply.data == swagger.encoded()


def test_the_older_document_defines_the_same_types() -> None:
    found = swagger.document()["definitions"]
    assert references(found) <= {f"#/definitions/{name}" for name in found}
    for path in openapi.PATHS:
        assert set(json.loads(openapi.document(path))["components"]["schemas"]) <= set(found)
    quantity = found["io.k8s.apimachinery.pkg.api.resource.Quantity"]
    assert (quantity["type"], "oneOf" in quantity) == ("string", False)
    spec = found["io.k8s.api.apps.v1.StatefulSet"]["properties"]["spec"]
    assert spec["$ref"] == "#/definitions/io.k8s.api.apps.v1.StatefulSetSpec"
    assert spec["description"].startswith("Spec defines the desired identities of pods")
    assert "default" not in found["io.k8s.api.core.v1.ContainerPort"]["properties"]["protocol"]
