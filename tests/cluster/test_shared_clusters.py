"""A cluster that others use as well: their controllers, their namespaces, their backups."""

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.shared import (
    Controller,
    config_map,
    context,
    create,
    namespace,
    secret,
    set_provider,
)
from tests.cluster.support import BOTH, NAMESPACE, SET
from tutor.cluster.contexts import contexts
from tutor.cluster.guard import Target
from tutor.cluster.identity import MADE, Maker
from tutor.cluster.kubeconfig import load
from tutor.cluster.live import Live
from tutor.model.applying import Leftover
from tutor.model.errors import TutorError
from tutor.model.scenario import Apply, Scenario
from tutor.offline.api.embedded import Embedded
from tutor.offline.api.house import Settings

pytestmark = pytest.mark.usefixtures("quick")
OURS, THEIRS = Maker(b"o" * 32), Maker(b"t" * 32)
START = Scenario("x", (Apply("store.yaml", SET),), (), offline_only=False, expect=())


def reach(cluster: Embedded, maker: Maker = OURS, told: Any = None) -> Live:
    return Live(Target(context(cluster), NAMESPACE), maker=maker, told=told)


@pytest.fixture
def live(offline: Embedded) -> Iterator[Live]:
    with reach(offline) as made:
        yield made.open()


def names(cluster: Embedded, resource: str) -> list[str]:
    return cluster.ask(
        lambda house: sorted(
            one["metadata"]["name"] for one in house.runner.store.list(resource, NAMESPACE)
        )
    )


def get(cluster: Embedded, resource: str, key: str) -> Any:
    return cluster.ask(lambda house: house.runner.store.get(resource, key))


# -- what comes back by itself


@pytest.mark.parametrize(
    ("resource", "body"),
    [
        ("configmaps", config_map("istio-ca-root-cert")),
        ("configmaps", config_map("openshift-service-ca.crt")),
        ("configmaps", config_map("company-bundle")),
        ("secrets", secret("registry-credentials")),
    ],
)
def test_what_a_controller_puts_back_is_left_alone_and_told_once(
    live: Live, offline: Embedded, resource: str, body: dict[str, Any]
) -> None:
    live.apply(live.plan(BOTH))
    kind, name = body["kind"], body["metadata"]["name"]
    with Controller(lambda: create(offline, resource, NAMESPACE, body)):
        told = [live.reset(START) for _ in range(3)]
        assert name in names(offline, resource)
    assert [one for each in told for one in each] == [Leftover(kind, name)]
    assert names(offline, "statefulsets.apps") == ["web"]
    assert names(offline, "services") == []


def test_names_that_are_new_each_time_do_not_keep_it_busy(live: Live, offline: Embedded) -> None:
    numbers = itertools.count()

    def put_back() -> None:
        if not names(offline, "secrets"):
            create(offline, "secrets", NAMESPACE, secret(f"default-dockercfg-{next(numbers)}"))

    with Controller(put_back):
        told = live.reset(START)
        assert len(names(offline, "secrets")) == 1
        assert live.reset(START) == ()
    assert [one.kind for one in told] == ["Secret"]


def test_what_comes_back_after_a_while_is_noticed_the_next_time(
    live: Live, offline: Embedded
) -> None:
    create(offline, "configmaps", NAMESPACE, config_map("bundle"))
    assert live.reset(START) == ()
    assert "bundle" not in names(offline, "configmaps")
    create(offline, "configmaps", NAMESPACE, config_map("bundle"))
    assert live.reset(START) == (Leftover("ConfigMap", "bundle"),)
    assert "bundle" in names(offline, "configmaps")


def test_what_a_learner_makes_again_goes_each_time(live: Live, offline: Embedded) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bundle}\ndata: {a: b}\n"
    for _ in range(3):
        live.apply(live.plan(text))
        create(offline, "configmaps", NAMESPACE, config_map("mine"), "kubectl-create")
        assert live.reset(START) == ()
        assert names(offline, "configmaps") == ["kube-root-ca.crt"]


def test_the_secrets_that_pull_images_are_not_touched(live: Live, offline: Embedded) -> None:
    create(offline, "secrets", NAMESPACE, secret("pull"))

    def give(house: Any) -> None:
        from tutor.offline.requests import Request
        from tutor.offline.resources import named

        request = Request(
            "patch", named("serviceaccounts"), NAMESPACE, "default", patch_type="merge"
        )
        house.runner.registry.patch(request, {"imagePullSecrets": [{"name": "pull"}]})

    offline.ask(give)
    uid = get(offline, "secrets", f"{NAMESPACE}/pull")["metadata"]["uid"]
    assert live.reset(START) == (Leftover("Secret", "pull"),)
    assert get(offline, "secrets", f"{NAMESPACE}/pull")["metadata"]["uid"] == uid


def test_a_set_that_somebody_puts_back_keeps_its_pods(live: Live, offline: Embedded) -> None:
    theirs = {
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "agent"},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "serviceName": "agent",
                 "template": {"metadata": {"labels": {"app": "agent"}},
                              "spec": {"containers": [{"name": "a", "image": "nginx:1.29"}]}}},
    }  # fmt: skip
    with Controller(lambda: create(offline, "statefulsets.apps", NAMESPACE, theirs, "argocd")):
        told = live.reset(START)
        assert live.reset(START) == ()
    assert Leftover("StatefulSet", "agent") in told
    assert "agent-0" in names(offline, "pods")


def test_it_is_told_once_in_all_lessons(offline: Embedded) -> None:
    told: set[tuple[str, str, str]] = set()
    body = config_map("istio-ca-root-cert")
    with Controller(lambda: create(offline, "configmaps", NAMESPACE, body)):
        for count in (1, 0):
            with reach(offline, told=told) as one:
                assert len(one.open().reset(START)) == count


# -- whose a namespace is


def labels(name: str = NAMESPACE) -> dict[str, str]:
    return {"app.kubernetes.io/managed-by": "sts-tutor", "sts-tutor.dev/namespace": name}


def refused(live: Live) -> str:
    with pytest.raises(TutorError) as caught:
        live.open()
    return caught.value.code


def test_labels_make_no_namespace_ours(offline: Embedded) -> None:
    forged = "sts-tutor-forged"
    namespace(offline, forged, labels=labels(forged))
    namespace(offline, "payments", labels=labels("payments"))
    namespace(offline, "sts-tutor-plain")
    namespace(offline, NAMESPACE, labels=labels())
    with reach(offline) as live:
        live.look()
        cleaning = live.cleaning()
        assert (cleaning.namespaces, cleaning.removed) == ((), ())
        assert [one.name for one in cleaning.foreign] == [
            "payments",
            forged,
            NAMESPACE,
            "sts-tutor-plain",
        ]
        live.clean(cleaning)
        assert refused(live) == "namespace-unproven"
    assert get(offline, "namespaces", NAMESPACE) is not None
    with reach(offline) as live:
        live.look()
        with pytest.raises(TutorError):
            live.clean(replace(cleaning, namespaces=(forged,)))
    assert get(offline, "namespaces", forged) is not None


def test_a_mark_that_was_copied_or_restored_does_not_fit(live: Live, offline: Embedded) -> None:
    mark = get(offline, "namespaces", NAMESPACE)["metadata"]["annotations"][MADE]
    other = "sts-tutor-copied"
    namespace(offline, other, labels=labels(other), annotations={MADE: mark})
    assert live.cleaning().namespaces == (NAMESPACE,)
    live.clean(live.cleaning())
    assert get(offline, "namespaces", NAMESPACE) is None
    # A backup brings everything back but the uid.
    namespace(offline, NAMESPACE, labels=labels(), annotations={MADE: mark})
    assert live.cleaning().namespaces == ()
    with reach(offline) as again:
        assert refused(again) == "namespace-unproven"


def test_another_installation_leaves_ours_alone(live: Live, offline: Embedded) -> None:
    with reach(offline, THEIRS) as other:
        other.look()
        assert other.cleaning().namespaces == ()
        assert [one.name for one in other.cleaning().foreign] == [NAMESPACE]
        assert refused(other) == "namespace-unproven"
    with reach(offline) as again:
        assert not again.open().made
        assert again.cleaning().foreign == ()


def test_one_that_was_made_anew_in_between_is_not_removed(live: Live, offline: Embedded) -> None:
    cleaning = live.cleaning()
    live.clean(cleaning)
    namespace(offline, NAMESPACE, labels=labels())
    with pytest.raises(TutorError) as caught:
        live.clean(cleaning)
    assert caught.value.code == "namespace-unproven"
    assert get(offline, "namespaces", NAMESPACE) is not None


def test_nothing_is_known_of_an_object_without_a_uid() -> None:
    about = {"name": NAMESPACE, "annotations": {MADE: ""}}
    for uid in ({}, {"uid": ""}, {"uid": None}, {"uid": 7}):
        assert not OURS.made({"metadata": {**about, **uid}})
    assert not OURS.made({})
    one = {"metadata": {"name": "a", "uid": "u"}}
    assert not OURS.made({"metadata": {**one["metadata"], "annotations": {MADE: "ü"}}})
    assert OURS.made({"metadata": {**one["metadata"], "annotations": {MADE: OURS.mark(one)}}})
    assert not THEIRS.made({"metadata": {**one["metadata"], "annotations": {MADE: OURS.mark(one)}}})


# -- where a tunnel ends


@pytest.mark.parametrize("provider", ["aws:///eu-west-1a/i-0", "gce://p/z/n", "openstack:///x"])
def test_nodes_of_a_cloud_are_no_cluster_of_this_machine(offline: Embedded, provider: str) -> None:
    set_provider(offline, provider)
    with reach(offline) as live, pytest.raises(TutorError) as caught:
        live.open()
    assert caught.value.code == "context-leads-on"
    assert get(offline, "namespaces", NAMESPACE) is None
    typed = Target(context(offline), NAMESPACE, "kind-lab", "kind-lab")
    with Live(typed, maker=OURS) as live:
        live.open()


@pytest.mark.parametrize("provider", ["kind://docker/lab/lab-control-plane", "k3s://lab"])
def test_nodes_of_local_tools_are(offline: Embedded, provider: str) -> None:
    set_provider(offline, provider)
    with reach(offline) as live:
        live.open()


# -- what stands beside the namespaces, in the offline cluster


def test_a_label_makes_no_volume_ours(tmp_path: Path) -> None:
    volume = {
        "apiVersion": "v1", "kind": "PersistentVolume",
        "metadata": {"name": "theirs", "labels": {"app.kubernetes.io/managed-by": "sts-tutor"}},
        "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"],
                 "hostPath": {"path": "/y"}},
    }  # fmt: skip
    with Embedded(tmp_path / "cluster", Settings(speed=math.inf, seed=1)) as cluster:
        own = str(cluster.kubeconfig)
        (place,) = contexts(load([own]), own)
        with Live(Target(place, NAMESPACE), maker=OURS) as live:
            live.open()
            create(cluster, "persistentvolumes", "", volume)
            ours = {**volume, "metadata": {"name": "ours"}}
            live.apply(live.plan(json.dumps(ours)))
            cleaning = live.cleaning()
            assert [one.name for one in cleaning.foreign] == ["theirs"]
            assert "ours" in [one.name for one in cleaning.removed]
            assert live.plan(json.dumps(ours)).changes_nothing
            live.reset(START)
            assert get(cluster, "persistentvolumes", "ours") is None
            # Applied to somebody else's, it stays somebody else's.
            live.apply(
                live.plan(json.dumps({**volume, "metadata": {"name": "theirs"}})), force=True
            )
            live.clean(live.cleaning())
        assert get(cluster, "persistentvolumes", "theirs") is not None
