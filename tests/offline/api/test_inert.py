"""Kinds that are only kept: stored and shown as on a real cluster, and said to do nothing."""

from typing import Any

import pytest

from tests.offline.api.support import Client, run
from tutor.offline.admission.types import type_of
from tutor.offline.inert import Row, rows

KEPT = rows()


def path_of(row: Row) -> str:
    base = f"/apis/{row.group}/{row.version}" if row.group else f"/api/{row.version}"
    place = "" if "*" in row.flags else "/namespaces/default"
    return f"{base}{place}/{row.plural}"


def filled(row: Row, name: str) -> dict[str, Any]:
    """The least object of a kind: every required field, empty."""
    api_version = f"{row.group}/{row.version}" if row.group else row.version
    zero: dict[str, Any] = {"s": "x", "i": 1, "l": 1, "b": True, "object": {}, "list": [], "*": {}}

    def least(type_: Any) -> dict[str, Any]:
        made = {}
        for field in type_.fields.values():
            if field.required:
                ref = field.ref
                made[field.name] = (
                    least(ref.type) if ref.code == "object" else zero.get(ref.code, "x")
                )
        return made

    body = least(type_of(row.kind, api_version))
    if row.kind == "CustomResourceDefinition":
        body["spec"] |= {"group": "example.com"}
        body["spec"]["names"] |= {"plural": "things", "kind": "Thing"}
        name = "things.example.com"
    return {**body, "apiVersion": api_version, "kind": row.kind, "metadata": {"name": name}}


@pytest.mark.parametrize("row", KEPT, ids=lambda row: row.plural)
def test_an_object_is_kept_with_a_warning(row: Row) -> None:
    async def requests() -> None:
        client = Client()
        path, body = path_of(row), filled(row, "one")
        name = body["metadata"]["name"]
        made = await client.ask("POST", path, body)
        assert made.status == 201, made.json
        assert f"only keeps this {row.kind}" in made.header("warning")
        uid = made.json["metadata"]["uid"]
        read = await client.ask("GET", f"{path}/{name}")
        assert read.json == made.json
        assert not read.header("warning")
        labels = {"metadata": {"labels": {"a": "b"}}}
        merge = "application/merge-patch+json"
        changed = await client.ask("PATCH", f"{path}/{name}", labels, content_type=merge)
        assert changed.json["metadata"]["labels"] == {"a": "b"}
        assert changed.header("warning")
        applied = await client.ask(
            "PATCH",
            f"{path}/{name}?fieldManager=me&force=true",
            body,
            content_type="application/apply-patch+yaml",
        )
        assert (applied.status, applied.json["metadata"]["uid"]) == (200, uid)
        table = "application/json;as=Table;v=v1;g=meta.k8s.io"
        shown = (await client.ask("GET", path, accept=table)).json
        widths = {len(one["cells"]) for one in shown["rows"]}
        assert widths == {len(shown["columnDefinitions"])}
        assert shown["rows"][0]["cells"][0] == name
        assert (await client.ask("DELETE", f"{path}/{name}")).status == 200
        assert (await client.ask("GET", f"{path}/{name}")).status == 404

    run(requests())


@pytest.mark.parametrize(
    ("plural", "name", "status"),
    [("roles", "system:Store", 201), ("roles", "a%b", 422), ("jobs", "Init", 422)],
)
def test_names_are_held_to_the_rule_of_the_kind(plural: str, name: str, status: int) -> None:
    row = next(one for one in KEPT if one.plural == plural)
    body = filled(row, name)
    if plural == "jobs":
        body["spec"] = {"template": {"spec": {"containers": [{"name": "a", "image": "b"}]}}}
    assert run(Client().ask("POST", path_of(row), body)).status == status


def test_what_the_schema_requires_is_asked_for() -> None:
    row = next(one for one in KEPT if one.plural == "rolebindings")
    body = filled(row, "one")
    del body["roleRef"]["name"]
    reply = run(Client().ask("POST", path_of(row), body))
    assert reply.status == 422
    assert [one["field"] for one in reply.json["details"]["causes"]] == ["roleRef.name"]


def test_a_pod_has_the_priority_of_its_class() -> None:
    async def requests() -> None:
        client = Client()
        row = next(one for one in KEPT if one.plural == "priorityclasses")
        body = {**filled(row, "high"), "value": 1000, "preemptionPolicy": "Never"}
        pods = "/api/v1/namespaces/default/pods"
        spec: dict[str, Any] = {"containers": [{"name": "a", "image": "nginx:1.27"}]}
        pod = {"metadata": {"name": "p"}, "spec": {**spec, "priorityClassName": "high"}}
        assert (await client.ask("POST", pods, pod)).status == 403
        await client.ask("POST", path_of(row), body)
        made = (await client.ask("POST", pods, pod)).json["spec"]
        assert (made["priority"], made["preemptionPolicy"]) == (1000, "Never")

    run(requests())
