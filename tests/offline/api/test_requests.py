"""Requests and refusals over ASGI, held against the recorded ones."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.offline.api.support import PODS, SETS, TOKEN, Client, run, stateful_set
from tests.offline.recordings import step
from tutor.offline.api.exchange import LARGEST


def recorded(description: str, short: str = "k02") -> tuple[dict[str, Any], dict[str, Any]]:
    found = step(short, description)
    return found["op"], found["result"]


@pytest.mark.parametrize(
    "description",
    [
        "unknown resource",
        "unknown version",
        "unknown group",
        "unknown path",
        "POST to a named object",
        "PUT to a collection",
        "PATCH to a collection",
        "unknown subresource",
        "bad label selector",
        "unsupported field selector",
        "bad resourceVersion",
        "bad limit",
        "bad continue token",
        "Accept unknown",
        "list in an absent namespace",
        "get StatefulSet absent ",
        "delete StatefulSet web propagationPolicy=Nonsense",
        "create dryRun=Some",
        "create in an absent namespace",
    ],
)
def test_answers_are_the_recorded_ones(description: str) -> None:
    op, result = recorded(description)

    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        path = op["path"].replace("/NS/", "/default/")
        body = op.get("body")
        if op["http"] == "POST" and body is None:
            body = stateful_set()
        reply = await client.ask(
            op["http"],
            path,
            body,
            accept=op.get("accept", "application/json"),
            content_type="application/json",
        )
        assert reply.status == result["status"], reply.text
        if isinstance(result["body"], str):
            assert reply.text == result["body"]
            return
        found = reply.json
        if found["kind"].endswith("List"):
            assert found["metadata"].pop("resourceVersion")
        assert found == result["body"]

    run(asked())


def test_unsupported_and_broken_patches_are_refused_as_recorded() -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        for description, content_type, body in (
            ("unsupported patch type", "application/json", b"{}"),
            ("broken patch body", "application/merge-patch+json", b"{"),
        ):
            _, result = recorded(description, "j05")
            reply = await client.ask("PATCH", f"{SETS}/web", body, content_type=content_type)
            assert (reply.status, reply.json) == (result["status"], result["body"])

    run(asked())


def test_without_and_with_a_wrong_token() -> None:
    async def asked() -> None:
        client = Client()
        _, result = recorded("no token")
        reply = await client.ask("GET", SETS, token=None)
        wanted = json.loads(json.dumps(result["body"]).replace('\\"NS\\"', '\\"default\\"'))
        assert (reply.status, reply.json) == (403, wanted)
        _, result = recorded("wrong token")
        reply = await client.ask("GET", SETS, token="another")  # noqa: S106
        assert (reply.status, reply.json) == (401, result["body"])
        assert (await client.ask("GET", "/api", token=None)).json["message"] == (
            'forbidden: User "system:anonymous" cannot get path "/api"'
        )
        assert (await client.ask("GET", "/version", token=None)).status == 200
        assert (await client.ask("POST", "/sts-tutor/down", token=None)).status == 403

    run(asked())


@pytest.mark.parametrize("host", ["evil.example", "evil.example:6443", "127.0.0.1.evil:1", ""])
def test_other_names_than_the_loopbacks_are_refused(host: str) -> None:
    reply = run(Client().ask("GET", SETS, host=host))
    assert reply.status == 403
    assert host in reply.json["message"]


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8443", "LOCALHOST"])
def test_names_of_the_loopback_are_taken(host: str) -> None:
    assert run(Client().ask("GET", SETS, host=host)).status == 200


def test_pages_of_other_sites_are_refused() -> None:
    async def asked() -> None:
        client = Client()
        for origin in ("https://evil.example", "null", "http://127.0.0.1:6443"):
            assert (await client.ask("GET", SETS, origin=origin)).status == 403
        assert (await client.ask("GET", SETS, origin="https://127.0.0.1:6443")).status == 200

    run(asked())


def test_a_body_has_a_limit() -> None:
    async def asked() -> None:
        client = Client()
        large = b" " * (LARGEST + 1)
        reply = await client.ask("POST", SETS, large)
        assert (reply.status, reply.json["reason"]) == (413, "RequestEntityTooLarge")
        told = await client.ask("POST", SETS, b"", content_length=str(LARGEST + 1))
        assert told.status == 413

    run(asked())


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/apis/storage.k8s.io/v1/csinodes/x", "the offline cluster has no CSINodes"),
        (
            "/apis/networking.k8s.io/v1/ipaddresses/x",
            "the offline cluster has no IPAddresses",
        ),
        ("/api/v1/componentstatuses/x", "the offline cluster has no ComponentStatuses"),
    ],
)
def test_what_is_not_emulated_is_refused_in_words(path: str, words: str) -> None:
    reply = run(Client().ask("GET", path))
    assert (reply.status, reply.json["message"]) == (404, words)


def test_bodies_that_cannot_be_read() -> None:
    async def asked() -> None:
        client = Client()
        reply = await client.ask("POST", SETS, b"k8s\0", content_type="text/html")
        assert (reply.status, reply.json["reason"]) == (415, "UnsupportedMediaType")
        for body in (b"", b"k8s", b"k8s\0", b"k8s\0\x0a", b"k8s\0\xff\xff", b"{}"):
            reply = await client.ask(
                "POST", SETS, body, content_type="application/vnd.kubernetes.protobuf"
            )
            assert (reply.status, reply.json["reason"]) == (400, "BadRequest"), body
        for body in (b"{", b"[]", b"", b"\xff", b'"x"', b"[" * 10_000):
            reply = await client.ask("POST", SETS, body, content_type="application/json")
            assert reply.status == 400, body
            assert reply.json["kind"] == "Status"

    run(asked())


def test_yaml_in_and_out() -> None:
    async def asked() -> None:
        client = Client()
        text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: 'yes', b: 'x'}\n"
        reply = await client.ask(
            "POST",
            "/api/v1/namespaces/default/configmaps",
            text,
            content_type="application/yaml",
            accept="application/yaml",
        )
        assert reply.status == 201
        assert reply.text.startswith('apiVersion: v1\ndata:\n  a: "yes"\n  b: x\nkind: ConfigMap\n')
        assert reply.header("content-type") == "application/yaml"

    run(asked())


def test_warnings_are_headers() -> None:
    async def asked() -> None:
        client = Client()
        body = stateful_set()
        body["spec"]["replica"] = 1
        reply = await client.ask("POST", SETS, body, content_type="application/json")
        assert reply.status == 201
        assert reply.header("warning") == '299 - "unknown field \\"spec.replica\\""'.replace(
            "\\\\", "\\"
        )
        _, result = recorded("unknown: raw POST yaml fieldValidation=Warn", "j04")
        assert reply.header("warning") == result["warnings"][0]
        strict = await client.ask("POST", f"{SETS}?fieldValidation=Strict", body)
        assert strict.status == 400

    run(asked())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("fieldValidation=Maybe", "fieldValidation: Unsupported value"),
        (f"fieldManager={'x' * 129}", "may not be more than 128 bytes"),
        (f"fieldManager={quote(chr(7))}", "should only contain printable characters"),
        ("force=true", "force: Forbidden: may not be specified for non-apply patch"),
    ],
)
def test_options_that_do_not_exist(query: str, words: str) -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        reply = await client.ask(
            "PATCH", f"{SETS}/web?{query}", {}, content_type="application/merge-patch+json"
        )
        assert reply.status == 422
        assert 'PatchOptions.meta.k8s.io "" is invalid: ' in reply.json["message"]
        assert words in reply.json["message"]

    run(asked())


def test_an_apply_needs_a_manager() -> None:
    async def asked() -> None:
        reply = await Client().ask(
            "PATCH", f"{SETS}/web", stateful_set(), content_type="application/apply-patch+yaml"
        )
        assert reply.status == 422
        assert reply.json["message"] == (
            'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required '
            "for apply patch"
        )

    run(asked())


def test_delete_takes_its_options_from_body_or_query() -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        reply = await client.ask("DELETE", f"{SETS}/web?dryRun=All&propagationPolicy=Background")
        assert reply.json["status"] == "Success"
        assert (await client.ask("GET", f"{SETS}/web")).status == 200
        broken = await client.ask("DELETE", f"{SETS}/web", b"{")
        assert broken.status == 500
        reply = await client.ask("DELETE", f"{SETS}/web?propagationPolicy=Orphan")
        assert reply.json["metadata"]["finalizers"] == ["orphan"]
        client.settle()
        await client.create(SETS, stateful_set())
        reply = await client.ask("DELETE", f"{SETS}?labelSelector=app%3Dweb")
        assert [one["metadata"]["name"] for one in reply.json["items"]] == ["web"]
        assert reply.json["kind"] == "StatefulSetList"

    run(asked())


def test_logs_say_that_nothing_runs() -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set(replicas=1))
        client.settle()
        reply = await client.ask("GET", f"{PODS}/web-0/log")
        assert reply.header("content-type") == "text/plain"
        assert "nginx:1.25 does not really run" in reply.text
        one = await client.ask("GET", f"{PODS}/web-0/log?tailLines=1&container=app")
        assert one.text == reply.text.splitlines(keepends=True)[1]
        wrong = await client.ask("GET", f"{PODS}/web-0/log?container=nope")
        assert wrong.json["message"] == "container nope is not valid for pod web-0"
        before = await client.ask("GET", f"{PODS}/web-0/log?previous=true")
        assert before.json["message"] == (
            'previous terminated container "app" in pod "web-0" not found'
        )
        exec_ = await client.ask("POST", f"{PODS}/web-0/exec?command=ls")
        assert exec_.status == 501
        assert "the offline cluster cannot run a command" in exec_.json["message"]

    run(asked())


def test_what_one_may_do() -> None:
    async def asked() -> None:
        client = Client()
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        body = {"kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": {"verb": "get"}}}
        reply = await client.ask("POST", path, body)
        assert (reply.status, reply.json["status"]) == (201, {"allowed": True})
        assert (await client.ask("GET", path)).status == 405
        assert (await client.ask("POST", path, {"kind": "Pod"})).status == 400

    run(asked())


def test_the_owner_stops_nodes_and_begins_again() -> None:
    async def asked() -> None:
        client = Client()
        stop = {"name": "node-2", "down": True}
        assert (await client.ask("POST", "/sts-tutor/node", stop)).json["down"] == ["node-2"]
        missing = await client.ask("POST", "/sts-tutor/node", {"name": "x", "down": True})
        assert missing.json["message"] == 'nodes "x" not found'
        assert (await client.ask("POST", "/sts-tutor/node", b"[")).status == 400
        assert (await client.ask("POST", "/sts-tutor/speed", {"speed": -1})).status == 400
        assert (await client.ask("POST", "/sts-tutor/speed", {})).json["speed"] is None
        await client.create(SETS, stateful_set())
        before = (await client.ask("GET", "/sts-tutor/status")).json
        after = (await client.ask("POST", "/sts-tutor/reset")).json
        assert after["down"] == []
        assert after["version"] > before["version"]
        assert "statefulsets.apps" not in after["objects"]
        assert after["objects"]["nodes"] == 3
        assert (await client.ask("GET", "/sts-tutor/nope")).status == 404

    run(asked())


def test_the_token_is_not_told() -> None:
    reply = run(Client().ask("GET", "/sts-tutor/status"))
    assert TOKEN not in reply.text
