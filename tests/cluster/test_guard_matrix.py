"""Nothing but a cluster of this machine is touched without being named and typed.

Every context with every address, way to sign in, option, answer, namespace and kind; and after
each, what left the program: through the transport, a socket, or another program.
"""

import itertools
import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.support import FILE, OWN, Recorder, config
from tutor.cluster.contexts import Context, Verdict, contexts
from tutor.cluster.guard import Target, choose, namespace_of
from tutor.cluster.kinds import ALLOWED, KINDS, OFFLINE_ONLY
from tutor.cluster.kubeconfig import merge
from tutor.cluster.live import Live
from tutor.model.applying import ClusterKind, Fate
from tutor.model.errors import TutorError

NAMES = (
    "kind-kind",
    "k3d-dev",
    "minikube",
    "docker-desktop",
    "rancher-desktop",
    "colima",
    "orbstack",
    "microk8s",
    "k3s",
    "default",
    "sts-tutor",
    "offline",
    "prod",
    "arn:aws:eks:eu-west-1:1:cluster/shop",
    "my-cluster",
    "",
    " ",
)
HERE = ("https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:6443")
THERE = (
    "https://api.example.com",
    "https://203.0.113.7:6443",
    "https://10.0.0.5:6443",
    "https://127.0.0.1.nip.io",
    "https://localhost.example.com:6443",
    "https://[2001:db8::1]:6443",
)
WAYS: dict[str, dict[str, Any]] = {
    "token": {},
    "program": {"user": {"exec": {"apiVersion": "v1", "command": "/bin/sh", "args": ["-c", "id"]}}},
    "proxy": {"cluster": {"proxy-url": "http://proxy.example.com:3128"}},
    "tunnel": {"cluster": {"tls-server-name": "api.example.com"}},
}
ASKED = ("", "its own", "another")
TYPED = ("", "its own", "another", "yes", " ")
NAMESPACE = namespace_of("identity/headless-service")


class Left(Exception):  # noqa: N818
    """Something left the program."""


@pytest.fixture(autouse=True)
def nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Left

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)


def cases() -> Iterator[tuple[str, str, str]]:
    yield from itertools.product(NAMES, HERE + THERE, WAYS)


def one(name: str, server: str, way: str) -> Context:
    (found,) = contexts(merge([(FILE, config(name, server, **WAYS[way]))]), OWN)
    return found


@pytest.mark.parametrize("way", WAYS)
def test_only_what_is_here_or_named_and_typed_is_reached(way: str) -> None:
    tried = reached = 0
    for name, server in itertools.product(NAMES, HERE + THERE):
        context = one(name, server, way)
        for asked, typed in itertools.product(ASKED, TYPED):
            given = {"its own": name, "another": "kind-other"}.get(asked, "")
            answer = {"its own": name, "another": "kind-other"}.get(typed, typed)
            recorder = Recorder()
            tried += 1
            try:
                target = Target(choose([context], given), NAMESPACE, given, answer)
                Live(target, reach=recorder.reach).close()
            except TutorError:
                assert recorder.reached == 0
                continue
            reached += 1
            assert recorder.reached == 1
            here = server in HERE and way == "token" and context.verdict is Verdict.LOCAL
            assert here or (name and asked == "its own" and answer == name)
            assert asked != "another"
    assert tried == len(NAMES) * len(HERE + THERE) * len(ASKED) * len(TYPED)
    assert 0 < reached < tried / 2


def test_an_address_elsewhere_is_never_taken_for_one_here() -> None:
    for name, server, way in cases():
        if server in THERE or way != "token":
            assert one(name, server, way).verdict is Verdict.NAMED, (name, server, way)


def test_a_target_cannot_be_made_in_passing() -> None:
    far = one("prod", "https://api.example.com", "token")
    for named, typed in (("", ""), ("prod", ""), ("", "prod"), ("prod", "Prod"), ("prod", "prod ")):
        with pytest.raises(TutorError):
            Target(far, NAMESPACE, named, typed)
    assert not Target(far, NAMESPACE, "prod", "prod").local


@pytest.mark.parametrize(
    "namespace",
    ["", "default", "kube-system", "sts-tutor", "sts-tutor-", "sts-tutor-A", "sts-tutor-a/b",
     "sts-tutor-../default", "x-sts-tutor-a", "sts-tutor-" + "a" * 60],
)  # fmt: skip
def test_no_namespace_but_the_tutors_own(namespace: str) -> None:
    with pytest.raises(ValueError, match="namespace"):
        Target(one("kind-kind", HERE[0], "token"), namespace)


@pytest.mark.parametrize(
    "lesson", ["", "identity/headless-service", "a/" + "b" * 90, "日本/語", "../x"]
)
def test_every_lesson_has_a_namespace(lesson: str) -> None:
    Target(one("kind-kind", HERE[0], "token"), namespace_of(lesson))


KINDS_TRIED = sorted({*KINDS, "Job", "ClusterRole", "Role", "CustomResourceDefinition", "Widget"})
SAID = (None, "", NAMESPACE, "default", "kube-system", "sts-tutor-other")


@pytest.mark.parametrize("place", ["offline", "kind-kind"])
@pytest.mark.parametrize("kind", KINDS_TRIED)
def test_only_the_courses_kinds_in_the_tutors_namespace_are_sent(place: str, kind: str) -> None:
    if place == "offline":
        (context,) = contexts(merge([(OWN, config("sts-tutor", HERE[0]))]), OWN)
        assert context.kind is ClusterKind.OFFLINE
    else:
        context = one(place, HERE[0], "token")
    version = KINDS[kind].api_version if kind in KINDS else "example.com/v1"
    for said in SAID:
        recorder = Recorder()
        live = Live(Target(context, NAMESPACE), reach=recorder.reach).open()
        before = len(recorder.requests)
        where = "" if said is None else f", namespace: {said!r}"
        text = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: web{where}}}\n"
        (item,) = live.plan(text).items
        sent = recorder.requests[before:]
        fine = kind in ALLOWED or (place == "offline" and kind in OFFLINE_ONLY)
        if fine and said in (None, "", NAMESPACE):
            assert item.fate is not Fate.BARRED
            assert all(("dryRun", "All") in one.query for one in sent if one.method != "GET")
            inside = f"/namespaces/{NAMESPACE}/"
            assert kind in OFFLINE_ONLY or all(inside in one.path for one in sent)
        else:
            assert item.fate is Fate.BARRED
            assert item.code.startswith("barred-")
            assert sent == []
        live.close()


@pytest.mark.parametrize(
    "name", ["..", ".", "a/b", "web/status", "../../default/pods/x", "%2e%2e", "a?b", "a#b", "WEB"]
)
def test_a_name_never_leads_out_of_its_path(name: str) -> None:
    recorder = Recorder()
    live = Live(Target(one("kind-kind", HERE[0], "token"), NAMESPACE), reach=recorder.reach).open()
    before = len(recorder.requests)
    live.plan(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name!r}}}\n")
    paths = {request.path for request in recorder.requests[before:]}
    assert paths == {f"/api/v1/namespaces/{NAMESPACE}/pods"}
    live.close()


def test_a_namespace_of_somebody_else_is_left_alone() -> None:
    for labels in ({}, {"app.kubernetes.io/managed-by": "Helm"},
                   {"app.kubernetes.io/managed-by": "sts-tutor"},
                   {"sts-tutor.dev/namespace": NAMESPACE}):  # fmt: skip
        recorder = Recorder()
        recorder.namespaces[NAMESPACE] = {"metadata": {"name": NAMESPACE, "labels": labels}}
        live = Live(Target(one("kind-kind", HERE[0], "token"), NAMESPACE), reach=recorder.reach)
        with pytest.raises(TutorError) as caught:
            live.open()
        assert caught.value.code == "namespace-foreign"
        assert list(recorder.touched()) == []
        live.close()
