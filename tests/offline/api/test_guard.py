"""Who may speak to the cluster: names, origins, tokens."""

import pytest

from tests.offline.api.support import PODS, Client, run

EVIL = "https://evil.example"


@pytest.mark.parametrize(
    "host", ["127.0.0.1:6443", "127.0.0.1", "localhost", "LocalHost:1", "[::1]:6443", "[::1]"]
)
def test_names_of_the_loopback(host: str) -> None:
    assert run(Client().ask("GET", PODS, host=host)).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:6443", "127.0.0.1.evil.example", "localhost.evil.example:1", "",
     ":6443", "127.0.0.2", "0", "2130706433", "[::ffff:127.0.0.1]:1", "localhost@evil:1",
     "127.0.0.1:1:2", "[::1", "\xff"],
)  # fmt: skip
def test_a_name_that_was_rebound_is_refused(host: str) -> None:
    reply = run(Client().ask("GET", PODS, host=host))
    assert (reply.status, reply.json["reason"]) == (403, "Forbidden")
    for path in ("/version", "/healthz", "/sts-tutor/status"):
        assert run(Client().ask("GET", path, host=host)).status == 403


def test_pages_of_other_sites_get_nothing() -> None:
    client = Client()
    for origin in (EVIL, "null", "http://127.0.0.1:6443", "https://127.0.0.1:1", ""):
        reply = run(client.ask("GET", PODS, origin=origin))
        assert reply.status == 403, origin
        assert not reply.header("access-control-allow-origin")
    assert run(client.ask("GET", PODS, origin="https://127.0.0.1:6443")).status == 200


def test_no_page_may_ask_whether_it_might() -> None:
    reply = run(
        Client().ask("OPTIONS", PODS, token=None, origin=EVIL, access_control_request_method="POST")
    )
    assert reply.status == 403
    assert not any(name.startswith("access-control") for name, _ in reply.headers)


@pytest.mark.parametrize(
    "token", ["nope", "a-toke", "a-token2", "A-TOKEN", "日本", "a-token,a-token", "\0", "a token"]
)
def test_a_wrong_token(token: str) -> None:
    reply = run(Client().ask("GET", PODS, token=token))
    assert reply.json == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "Unauthorized",
        "reason": "Unauthorized",
        "code": 401,
    }


@pytest.mark.parametrize(
    "header", ["", "Basic YTpi", "Bearer", "Bearer ", "a-token", "Token a-token"]
)
def test_without_a_token(header: str) -> None:
    client = Client()
    reply = run(client.ask("GET", PODS, token=None, authorization=header))
    assert reply.status == 403
    assert reply.json["message"] == (
        'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" '
        'in the namespace "default"'
    )
    assert run(client.ask("GET", "/healthz", token=None, authorization=header)).text == "ok"
    assert run(client.ask("GET", "/version", token=None, authorization=header)).status == 200
    for path in ("/", "/api", "/apis", "/openapi/v3", "/sts-tutor/status", "/metrics"):
        assert run(client.ask("GET", path, token=None, authorization=header)).status == 403, path
