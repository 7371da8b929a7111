"""Whatever a server does: words, a way on, and an end."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cluster.odd import (
    Fault,
    Got,
    Odd,
    close,
    drip,
    hang,
    raw,
    refuse,
    reply,
    serving,
    target,
)
from tests.cluster.support import BOTH, NAMESPACE, SERVICE, judged
from tutor.cluster import api, transport
from tutor.cluster.cancelling import Cancel
from tutor.cluster.guard import Target
from tutor.cluster.live import Live
from tutor.i18n.errors import error_text
from tutor.i18n.translator import translator
from tutor.model.applying import Fate
from tutor.model.errors import TutorError

pytestmark = pytest.mark.usefixtures("impatient")


@contextmanager
def told(code: str) -> Iterator[None]:
    """It ends in these words, in both languages."""
    with pytest.raises(TutorError) as caught:
        yield
    assert caught.value.code == code
    for language in ("en", "ja"):
        assert "{" not in error_text(caught.value, translator(language))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (hang, "cluster-no-answer"),
        (drip, "cluster-no-answer"),
        (close, "cluster-unreachable"),
        (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "cluster-unreachable"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), "cluster-unreachable"),
        (refuse(401), "cluster-unauthorized"),
        (reply(401, b"who?"), "cluster-unauthorized"),
        (refuse(403, "no entry"), "cluster-forbidden"),
        (refuse(500, "etcdserver: no leader"), "cluster-failed"),
        (refuse(503), "cluster-busy"),
        (refuse(429), "cluster-busy"),
        (refuse(429, Retry_After="3600"), "cluster-busy"),
        (refuse(429, Retry_After="x"), "cluster-busy"),
        (reply(502, b"<h1>Bad Gateway</h1>"), "cluster-busy"),
        (reply(200, b"<html>It works!</html>"), "cluster-strange"),
        (reply(200, b"[1]"), "cluster-strange"),
        (reply(200, b""), "cluster-strange"),
        (reply(200, b"[" * 200_000), "cluster-strange"),
        (reply(200, {"hello": "world"}), "cluster-strange"),
        (reply(404, b"nginx"), "cluster-strange"),
        (reply(418, b"teapot"), "cluster-strange"),
    ],
)
def test_the_first_question(answer: object, code: str) -> None:
    with serving(Fault(answer)) as (odd, live):  # type: ignore[arg-type]
        with told(code):
            live.open()
        assert len(odd.got) <= api.ATTEMPTS


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Live(target(port)) as live, told("cluster-unreachable"):
        live.open()


@pytest.mark.parametrize(
    "answer", [close, refuse(429, Retry_After="0"), refuse(503), reply(504, b"")]
)
def test_what_passes_is_waited_for(answer: object) -> None:
    with serving(Fault(answer, times=2)) as (odd, live):  # type: ignore[arg-type]
        assert live.open().where.version == "v1.36.2"
        assert len(odd.asked("/version")) == 3


def test_a_server_says_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(Cancel, "wait", lambda _, seconds: waited.append(seconds))
    with serving(Fault(refuse(429, Retry_After="1"), times=1)) as (_, live):
        live.look()
        assert waited == [1.0]


def test_a_redirect_is_not_followed_with_the_token() -> None:
    other = Odd()
    try:
        for status in (301, 302, 303, 307, 308):
            leads = reply(status, b"", Location=f"{other.address}/version")
            with serving(Fault(leads)) as (_, live), told("cluster-redirects"):
                live.open()
        assert other.got == []
    finally:
        other.end()


def test_an_answer_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST", 10_000)
    with serving(Fault(reply(200, b" " * 20_000))) as (_, live), told("cluster-strange"):
        live.open()


def test_a_certificate_of_somebody_else() -> None:
    """Plain bytes where TLS is expected, and the other way round."""
    odd = Odd()
    try:
        with Live(target(odd.port, "https")) as live, told("cluster-untrusted"):
            live.open()
    finally:
        odd.end()


def test_what_is_named_at_this_machine_is_reached_straight_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proxy = Odd()
    try:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        with serving() as (odd, live):
            assert live.open().plan(SERVICE).possible
            assert odd.got
        assert proxy.got == []
    finally:
        proxy.end()


def test_a_proxy_of_the_kubeconfig_is_used_where_it_was_named() -> None:
    proxy = Odd()
    try:
        context = judged("odd", "http://api.example.com:6443", cluster={"proxy-url": proxy.address})
        with Live(Target(context, NAMESPACE, "odd", "odd")) as live:
            live.look()
        assert proxy.got[0].headers["host"] == "api.example.com:6443"
    finally:
        proxy.end()


# -- in the middle of things


def test_a_post_is_not_sent_twice_when_its_answer_is_lost() -> None:
    lost = Fault(close, "/api/v1/namespaces", "POST")
    with serving(lost) as (odd, live), told("cluster-unreachable"):
        live.open()
    assert len([got for got in odd.got if got.method == "POST"]) == 1


def test_refusals_belong_to_their_objects() -> None:
    reason = 'StatefulSet.apps "web" is invalid: spec.selector: Required value'
    with serving(Fault(refuse(422, reason), "/statefulsets/web", "PATCH")) as (_, live):
        plan = live.open().plan(BOTH)
        fates = {item.kind: item.fate for item in plan.items}
        assert fates == {"Service": Fate.CREATE, "StatefulSet": Fate.REFUSED}
        refused = plan.items[-1]
        assert (refused.reason, refused.code) == (reason, "MSG103")
        assert not plan.possible
        with told("plan-impossible"):
            live.apply(plan)


def test_a_conflict_says_who_owns_what() -> None:
    causes = [
        {
            "reason": "FieldManagerConflict",
            "field": ".spec.replicas",
            "message": 'conflict with "kubectl-scale" using apps/v1',
        }
    ]
    fault = Fault(refuse(409, "Apply failed with 1 conflict", causes), "/services/web", "PATCH")
    with serving(fault) as (odd, live):
        plan = live.open().plan(SERVICE)
        (item,) = plan.items
        assert (item.fate, item.owners) == (Fate.CONFLICT, (("spec.replicas", "kubectl-scale"),))
        with told("plan-conflict"):
            live.apply(plan)
        odd.faults.clear()
        live.apply(plan, force=True)
        assert odd.got[-1].query["force"] == "true"
        assert all("force" not in got.query for got in odd.asked("/services/web")[:-1])


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (hang, "cluster-no-answer"),
        (close, "cluster-unreachable"),
        (refuse(401), "cluster-unauthorized"),
        (refuse(429), "cluster-busy"),
        (refuse(500, "no"), "cluster-failed"),
        (reply(200, b"nonsense"), "cluster-strange"),
    ],
)
def test_a_cluster_that_goes_while_planning(answer: object, code: str) -> None:
    fault = Fault(answer, "/services/web", "PATCH")  # type: ignore[arg-type]
    with serving(fault) as (odd, live):
        live.open()
        with told(code):
            live.plan(SERVICE)
        odd.faults.clear()
        assert live.plan(SERVICE).possible  # a way on: as if nothing had been


def test_dry_runs_alone_until_it_is_applied() -> None:
    with serving() as (odd, live):
        plan = live.open().plan(BOTH)
        changes = [got for got in odd.got if got.method != "GET" and "/web" in got.path]
        assert changes
        assert all(got.query["dryRun"] == "All" for got in changes)
        live.apply(plan)
        assert "dryRun" not in odd.got[-1].query
        order = [got.path.split("/")[-2] for got in odd.got[-4:] if got.method == "PATCH"]
        assert order == ["services", "statefulsets"]
        assert odd.got[-1].query["fieldManager"] == "sts-tutor"


def test_warnings_are_kept() -> None:
    body = {"metadata": {"name": "web"}}
    fault = Fault(reply(200, body, Warning='299 - "would violate PodSecurity \\"baseline\\""'),
                  "/services/web", "PATCH")  # fmt: skip
    with serving(fault) as (_, live):
        assert live.open().plan(SERVICE).warnings == ('would violate PodSecurity "baseline"',)


def test_a_namespace_that_does_not_go_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from tutor.cluster import namespaces

    monkeypatch.setattr(namespaces, "GONE_IN", 0.5)
    about = {
        "name": NAMESPACE,
        "deletionTimestamp": "2026-01-01T00:00:00Z",
        "labels": {
            "app.kubernetes.io/managed-by": "sts-tutor",
            "sts-tutor.dev/namespace": NAMESPACE,
        },
    }
    fault = Fault(reply(200, {"metadata": about}), f"/namespaces/{NAMESPACE}", "GET")
    with serving(fault) as (_, live), told("namespace-terminating"):
        live.open()


# -- cancelling


def test_cancelling_is_prompt_and_leaves_the_rest_as_it_was() -> None:
    def answer(to: socket.socket, got: Got) -> None:
        live.cancel()
        hang(to, got)

    with serving(Fault(answer, "/services/web", "PATCH", times=1)) as (_, live):
        live.open()
        with told("cancelled"):
            live.plan(SERVICE)
        assert live.plan(SERVICE).possible


def test_closing_ends_what_is_under_way() -> None:
    def answer(to: socket.socket, got: Got) -> None:
        live.close()
        hang(to, got)

    with serving(Fault(answer, "/services/web", "PATCH")) as (odd, live):
        live.open()
        with told("cancelled"):
            live.plan(SERVICE)
        asked = len(odd.got)
        with told("cancelled"):
            live.plan(SERVICE)
        live.cancel()
        with told("cancelled"):
            live.cleaning()
        assert len(odd.got) == asked
