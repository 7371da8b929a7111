"""Who am I, may I; and what a cluster with one user refuses."""

from typing import Any

import pytest

from tests.offline.api.support import PODS, SETS, Client, run, stateful_set

AUTHORIZATION = "/apis/authorization.k8s.io/v1"
WHOAMI = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
ADMIN = {"username": "kubernetes-admin", "groups": ["system:masters", "system:authenticated"]}


def asked(path: str, body: dict[str, Any]) -> Any:
    return run(Client().ask("POST", path, body, content_type="application/json"))


def test_who_i_am() -> None:
    reply = asked(WHOAMI, {})
    assert reply.status == 201
    assert reply.json["kind"] == "SelfSubjectReview"
    assert reply.json["status"] == {"userInfo": ADMIN}
    assert reply.json["metadata"]["creationTimestamp"]


@pytest.mark.parametrize(
    ("kind", "path", "spec", "allowed"),
    [
        ("SelfSubjectAccessReview", "/selfsubjectaccessreviews", {}, True),
        ("SubjectAccessReview", "/subjectaccessreviews", {"user": "kubernetes-admin"}, True),
        ("SubjectAccessReview", "/subjectaccessreviews", {"groups": ["system:masters"]}, True),
        ("SubjectAccessReview", "/subjectaccessreviews", {"user": "nobody"}, False),
        (
            "LocalSubjectAccessReview",
            "/namespaces/default/localsubjectaccessreviews",
            {"user": "nobody"},
            False,
        ),
    ],
)
def test_may_i(kind: str, path: str, spec: dict[str, Any], allowed: bool) -> None:
    attributes = {"namespace": "default", "verb": "create", "group": "apps", "resource": "x"}
    reply = asked(AUTHORIZATION + path, {"spec": {**spec, "resourceAttributes": attributes}})
    assert reply.status == 201
    assert reply.json["kind"] == kind
    assert reply.json["spec"]["resourceAttributes"] == attributes
    assert reply.json["status"] == {"allowed": allowed}


def test_what_may_i() -> None:
    path = f"{AUTHORIZATION}/selfsubjectrulesreviews"
    reply = asked(path, {"spec": {"namespace": "default"}})
    assert reply.json["status"]["resourceRules"][0]["verbs"] == ["*"]
    assert reply.json["status"]["incomplete"] is False
    assert asked(path, {"spec": {}}).status == 400


@pytest.mark.parametrize(
    ("path", "spec", "code", "words"),
    [
        ("/selfsubjectaccessreviews", {}, 422, "exactly one of nonResourceAttributes or"),
        (
            "/selfsubjectaccessreviews",
            {"resourceAttributes": {}, "nonResourceAttributes": {"path": "/"}},
            422,
            "cannot be specified in combination with resourceAttributes",
        ),
        (
            "/subjectaccessreviews",
            {"resourceAttributes": {}},
            422,
            "at least one of user or group must be specified",
        ),
        (
            "/namespaces/default/localsubjectaccessreviews",
            {"user": "a", "resourceAttributes": {"namespace": "other"}},
            400,
            "must match namespace: default",
        ),
        ("/selfsubjectaccessreviews", {"resourceAttributes": "no"}, 400, "cannot be handled as"),
    ],
)
def test_a_review_that_asks_for_nothing_is_refused(
    path: str, spec: dict[str, Any], code: int, words: str
) -> None:
    reply = asked(AUTHORIZATION + path, {"spec": spec})
    assert reply.status == code
    assert words in reply.json["message"]


def test_reviews_are_only_posted() -> None:
    assert run(Client().ask("GET", WHOAMI)).status == 405


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("POST", f"{PODS}/web-0/exec?command=ls", "run a command in a container"),
        ("GET", f"{PODS}/web-0/attach", "attach to a container"),
        ("POST", f"{PODS}/web-0/portforward", "forward a port"),
        ("GET", f"{PODS}/web-0/proxy/index.html", "pass a request on"),
        ("GET", f"{PODS}/web-0:8080/proxy", "pass a request on"),
        ("DELETE", f"{PODS}/http:web-0:8080/proxy/a/b", "pass a request on"),
        ("GET", f"{PODS}/web-0/ephemeralcontainers", "add an ephemeral container"),
        ("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", "issue a token"),
    ],
)
def test_what_needs_a_container_that_runs_is_refused(method: str, path: str, words: str) -> None:
    async def requests() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        client.settle()
        reply = await client.ask(method, path)
        assert reply.status == 501
        assert reply.json["reason"] == "NotImplemented"
        assert reply.json["message"].startswith(f"the offline cluster cannot {words}")
        other = path.replace("web-0", "web-9").replace("accounts/default", "accounts/nobody")
        assert (await client.ask(method, other)).status == 404

    run(requests())


def test_a_binding_of_its_own_binds_the_pod_it_names() -> None:
    async def requests() -> None:
        client = Client()
        pod = {
            "metadata": {"name": "p"},
            "spec": {"schedulerName": "mine", "containers": [{"name": "a", "image": "b"}]},
        }
        await client.create(PODS, pod)
        binding = {"metadata": {"name": "p"}, "target": {"kind": "Node", "name": "node-2"}}
        reply = await client.ask("POST", "/api/v1/namespaces/default/bindings", binding)
        assert (reply.status, reply.json["status"]) == (201, "Success")
        found = await client.ask("GET", f"{PODS}/p")
        assert found.json["spec"]["nodeName"] == "node-2"

    run(requests())
