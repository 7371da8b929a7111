"""Somebody the user plays: kubectl --as."""

import pytest

from tests.offline.api.support import PODS, SETS, Client, run
from tutor.offline.api.people import ADMIN, NOBODY, played, rules

REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
WHOAMI = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
PODS_ASKED = {"spec": {"resourceAttributes": {"verb": "list", "resource": "pods"}}}


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        (
            "GET",
            PODS,
            'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the '
            'namespace "default"',
        ),
        (
            "DELETE",
            f"{SETS}/web",
            'statefulsets.apps "web" is forbidden: User "bob" cannot delete resource '
            '"statefulsets" in API group "apps" in the namespace "default"',
        ),
        (
            "GET",
            "/api/v1/nodes",
            'nodes is forbidden: User "bob" cannot list resource "nodes" in API group "" at the '
            "cluster scope",
        ),
        ("GET", "/metrics", 'forbidden: User "bob" cannot get path "/metrics"'),
        ("GET", "/sts-tutor/status", 'forbidden: User "bob" cannot get path "/sts-tutor/status"'),
    ],
)
def test_somebody_else_may_do_nothing(method: str, path: str, message: str) -> None:
    reply = run(Client().ask(method, path, impersonate_user="bob"))
    assert (reply.status, reply.json["message"]) == (403, message)


@pytest.mark.parametrize("path", ["/api", "/apis", "/apis/apps/v1", "/version", "/healthz"])
def test_but_see_what_is_served(path: str) -> None:
    assert run(Client().ask("GET", path, impersonate_user="bob")).status == 200


def test_and_ask_about_themselves() -> None:
    async def requests() -> None:
        client = Client()
        reply = await client.ask("POST", WHOAMI, {}, impersonate_user="bob")
        found = {"username": "bob", "groups": ["system:authenticated"]}
        assert reply.json["status"] == {"userInfo": found}
        reply = await client.ask("POST", REVIEW, PODS_ASKED, impersonate_user="bob")
        assert reply.json["status"] == {"allowed": False}
        asked = {"spec": {"namespace": "default"}}
        reply = await client.ask("POST", RULES, asked, impersonate_user="bob")
        assert reply.json["status"]["resourceRules"][0]["verbs"] == ["create"]
        path = {"spec": {"nonResourceAttributes": {"verb": "get", "path": "/apis/apps"}}}
        reply = await client.ask("POST", REVIEW, path, impersonate_user="bob")
        assert reply.json["status"] == {"allowed": True}

    run(requests())


def test_a_group_can_make_the_difference() -> None:
    reply = run(
        Client().ask("GET", PODS, impersonate_user="bob", impersonate_group="system:masters")
    )
    assert reply.status == 200


def test_groups_of_nobody() -> None:
    reply = run(Client().ask("GET", PODS, impersonate_group="system:masters"))
    assert reply.status == 500
    assert reply.json["message"] == "requested [system:masters] without impersonating a user"


def test_who_is_who() -> None:
    assert played([], []) is ADMIN
    assert played(["system:anonymous"], []) == NOBODY
    account = played(["system:serviceaccount:shop:web"], [])
    assert account.groups == (
        "system:serviceaccounts",
        "system:serviceaccounts:shop",
        "system:authenticated",
    )
    assert rules(ADMIN)["resourceRules"][0]["resources"] == ["*"]
    assert not NOBODY.may("create", "authorization.k8s.io", "selfsubjectaccessreviews")
    assert NOBODY.may_read("/version")
    assert not NOBODY.may_read("/api")
