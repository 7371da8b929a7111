"""Options of logs and deletions; evictions; methods."""

import pytest

from tests.offline.api.support import PODS, SETS, Client, run, stateful_set


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("tailLines=-1", 422, "tailLines: Invalid value: -1: must be greater than or equal to 0"),
        ("limitBytes=0", 422, "limitBytes: Invalid value: 0: must be greater than 0"),
        ("sinceSeconds=0", 422, "sinceSeconds: Invalid value: 0: must be greater than 0"),
        (
            "sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z",
            422,
            "at most one of `sinceTime` or `sinceSeconds` may be specified",
        ),
        ("sinceTime=soon", 400, 'parsing time "soon" as "2006-01-02T15:04:05Z07:00"'),
        ("tailLines=two", 400, 'strconv.ParseInt: parsing "two": invalid syntax'),
    ],
)
def test_logs_are_asked_for_with_care(query: str, code: int, words: str) -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        client.settle()
        reply = await client.ask("GET", f"{PODS}/web-0/log?{query}")
        assert reply.status == code
        assert words in reply.json["message"]
        if code == 422:
            assert reply.json["details"]["kind"] == "PodLogOptions"

    run(asked())


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("", 2),
        ("tailLines=0", 0),
        ("sinceSeconds=100000", 2),
        ("sinceTime=2999-01-01T00:00:00Z", 0),
    ],
)
def test_logs_since_a_moment(query: str, lines: int) -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        client.settle()
        reply = await client.ask("GET", f"{PODS}/web-0/log?{query}")
        assert len(reply.text.splitlines()) == lines

    run(asked())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "couldn't get version/kind; json parse error: unexpected end of JSON input"),
        (b'{"kind": "Pod", "apiVersion": "v1"}', 'no kind "Pod" is registered for version "v1"'),
        (b'{"gracePeriodSeconds": "x"}', "json: cannot unmarshal string into Go struct field"),
    ],
)
def test_options_of_a_deletion_that_cannot_be_read(body: bytes, words: str) -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        client.settle()
        reply = await client.ask("DELETE", f"{PODS}/web-0", body)
        assert reply.status == 500
        assert reply.json["message"].startswith(words)
        assert "reason" not in reply.json
        kept = await client.ask("GET", f"{PODS}/web-0")
        assert "deletionTimestamp" not in kept.json["metadata"]

    run(asked())


def test_options_of_a_deletion_in_yaml() -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        client.settle()
        reply = await client.ask(
            "DELETE", f"{PODS}/web-0", b"gracePeriodSeconds: 7", content_type="application/yaml"
        )
        assert reply.json["metadata"]["deletionGracePeriodSeconds"] == 7

    run(asked())


@pytest.mark.parametrize("version", ["policy/v1", "policy/v1beta1"])
def test_evictions_are_taken_in_both_versions(version: str) -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        client.settle()
        body = {"kind": "Eviction", "apiVersion": version, "metadata": {"name": "web-0"}}
        reply = await client.ask("POST", f"{PODS}/web-0/eviction", body)
        assert reply.status == 201, reply.text

    run(asked())


@pytest.mark.parametrize("method", ["HEAD", "POST", "GET"])
def test_health_is_told_whatever_the_method(method: str) -> None:
    assert run(Client().ask(method, "/readyz")).status == 200


@pytest.mark.parametrize(
    ("query", "agent", "lines"),
    [
        ("", "kubectl/v1.36", False),
        ("", "curl/8.5.0", True),
        ("", "Mozilla/5.0 (X11)", True),
        ("?pretty=true", "kubectl/v1.36", True),
        ("?pretty=0", "curl/8.5.0", False),
        ("?pretty=false", "curl/8.5.0", False),
    ],
)
@pytest.mark.parametrize("path", [SETS, f"{SETS}/nosuch", "/api"])
def test_people_get_many_lines(path: str, query: str, agent: str, lines: bool) -> None:
    reply = run(Client().ask("GET", f"{path}{query}", user_agent=agent))
    assert (len(reply.text.splitlines()) > 1) is lines
    assert reply.json


def test_a_refusal_comes_in_the_form_that_was_asked_for() -> None:
    reply = run(Client().ask("GET", f"{SETS}/nosuch", accept="application/yaml"))
    assert (reply.status, reply.header("content-type")) == (404, "application/yaml")
    assert "reason: NotFound" in reply.text
