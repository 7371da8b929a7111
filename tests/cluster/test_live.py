"""The real client against the offline cluster: everything a session does in a cluster."""

import json
import math
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.support import BOTH, NAMESPACE, SERVICE, SET
from tests.cluster.test_odd_watches import Ear, kind
from tutor.cluster.contexts import contexts
from tutor.cluster.guard import Target, namespace_of
from tutor.cluster.kubeconfig import load, merge
from tutor.cluster.live import Live
from tutor.cluster.steps import RESTARTED_AT
from tutor.model.applying import ClusterKind, Fate
from tutor.model.checks import Target as Of
from tutor.model.errors import TutorError
from tutor.model.scenario import (
    Apply,
    Cascade,
    Image,
    Mark,
    Node,
    Patch,
    Remove,
    Restart,
    Scale,
    Scenario,
    Step,
    Undo,
    Wait,
)
from tutor.model.timeline import What
from tutor.offline.api.embedded import Embedded
from tutor.timeline.tape import Tape

pytestmark = pytest.mark.usefixtures("quick")
STS = Of("StatefulSet", "web")


def target(cluster: Embedded, lesson: str = "identity/headless-service") -> Target:
    own = str(cluster.kubeconfig)
    (context,) = contexts(load([own]), own)
    return Target(context, namespace_of(lesson))


@pytest.fixture
def live(offline: Embedded) -> Iterator[Live]:
    with Live(target(offline)) as made:
        yield made.open()


def pods(cluster: Embedded) -> list[str]:
    return cluster.ask(
        lambda house: [
            one["metadata"]["name"] for one in house.runner.store.list("pods", NAMESPACE)
        ]
    )


def in_store(cluster: Embedded, resource: str, key: str) -> Any:
    return cluster.ask(lambda house: house.runner.store.get(resource, key))


def test_what_it_is(live: Live, offline: Embedded) -> None:
    where = live.where
    assert (where.context, where.kind, where.offline) == ("offline", ClusterKind.OFFLINE, True)
    assert (where.version, where.provisions, where.namespace) == ("v1.36.2", True, NAMESPACE)
    namespace = in_store(offline, "namespaces", NAMESPACE)
    labels = namespace["metadata"]["labels"]
    assert labels["app.kubernetes.io/managed-by"] == "sts-tutor"
    assert labels["pod-security.kubernetes.io/enforce"] == "baseline"
    quota = in_store(offline, "resourcequotas", f"{NAMESPACE}/sts-tutor")
    assert quota["spec"]["hard"]["services.loadbalancers"] == "0"
    assert live.made


def test_a_plan_changes_nothing(live: Live, offline: Embedded) -> None:
    before = offline.ask(lambda house: house.runner.store.count("statefulsets.apps"))
    plan = live.plan(BOTH)
    assert [(item.fate, item.kind, item.line) for item in plan.items] == [
        (Fate.CREATE, "Service", BOTH[: BOTH.index("kind: Service")].count("\n")),
        (Fate.CREATE, "StatefulSet", 1),
    ]
    assert plan.possible
    assert offline.ask(lambda house: house.runner.store.count("statefulsets.apps")) == before
    assert in_store(offline, "services", f"{NAMESPACE}/web") is None


def test_a_plan_says_that_the_namespace_will_refuse_the_pods(live: Live) -> None:
    assert not any(item.forbidden for item in live.plan(BOTH).items)
    host = BOTH.replace("{containers:", "{hostNetwork: true, containers:", 1)
    assert host != BOTH
    plan = live.plan(host)
    found = {item.kind: item.forbidden for item in plan.items}
    assert found == {"Service": "", "StatefulSet": "host namespaces (hostNetwork=true)"}


def test_applied_changed_and_unchanged(live: Live) -> None:
    done = live.apply(live.plan(BOTH))
    assert {item.fate for item in done.items} == {Fate.CREATE}
    again = live.plan(BOTH)
    assert again.changes_nothing
    other = BOTH.replace("replicas: 2", "replicas: 4").replace("nginx:1.29", "nginx:1.30")
    (item,) = (one for one in live.plan(other).items if one.kind == "StatefulSet")
    assert [(one.path, one.before, one.after) for one in item.changes] == [
        ("spec.replicas", "2", "4"),
        ("spec.template.spec.containers[0].image", "nginx:1.29", "nginx:1.30"),
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("serviceName: web", "serviceName: other"), "MSG101"),
        (("storage: 1Gi", "storage: 2Gi"), "MSG101"),
        (("app: web}}\n  template", "app: x}}\n  template"), "MSG102"),
    ],
)
def test_the_servers_refusal_is_explained(live: Live, change: tuple[str, str], code: str) -> None:
    live.apply(live.plan(BOTH))
    assert change[0] in SET
    (item,) = live.plan(SET.replace(*change)).items
    assert (item.fate, item.code) == (Fate.REFUSED, code)
    assert item.reason.startswith("StatefulSet.apps")


def test_a_slip_is_refused_and_not_ignored(live: Live) -> None:
    (item,) = live.plan(SET.replace("replicas: 2", "replcas: 2")).items
    assert item.fate is Fate.REFUSED
    assert "replcas" in item.reason


@pytest.mark.parametrize("text", ["", "# nothing\n", "a: [\n", "kind: Pod\n  x: 1\n"])
def test_what_is_no_manifest(live: Live, text: str) -> None:
    with pytest.raises(TutorError) as caught:
        live.plan(text)
    assert caught.value.code in ("manifest-empty", "manifest-broken")


def test_what_was_planned_elsewhere_is_not_applied_here(live: Live, offline: Embedded) -> None:
    plan = live.plan(BOTH)
    with Live(target(offline, "volumes/what-survives")) as other:
        other.open()
        with pytest.raises(TutorError) as caught:
            other.apply(plan)
    assert caught.value.code == "plan-elsewhere"


def test_a_conflict_and_its_taking_over(live: Live) -> None:
    live.apply(live.plan(BOTH))
    assert live.kubectl(["scale", "sts/web", "--replicas=5"]).code == 0
    plan = live.plan(BOTH)
    (item,) = (one for one in plan.items if one.kind == "StatefulSet")
    assert item.fate is Fate.CONFLICT
    assert [path for path, _ in item.owners] == ["spec.replicas"]
    live.apply(plan, force=True)
    assert live.plan(BOTH).changes_nothing


# -- steps


STEPS: Sequence[tuple[Step, tuple[str, ...]]] = (
    (Scale(STS, 3), ("scale", "sts/web", "--replicas=3")),
    (Image(STS, "web", "nginx:1.30"), ("set", "image", "sts/web", "web=nginx:1.30")),
    (Restart(STS), ("rollout", "restart", "sts/web")),
    (Undo(STS), ("rollout", "undo", "sts/web")),
    (
        Patch(STS, {"spec": {"replicas": 1}}),
        ("patch", "sts/web", "--type=merge", "-p", '{"spec":{"replicas":1}}'),
    ),
    (
        Mark(Of("Pod", "web-0"), "labels", {"app": None, "was": "web"}),
        ("label", "po/web-0", "app-", "was=web", "--overwrite"),
    ),
    (
        Mark(Of("Pod", "web-0"), "annotations", {"sts-tutor.dev/release": "true"}),
        ("annotate", "po/web-0", "sts-tutor.dev/release=true", "--overwrite"),
    ),
    (Remove(Of("Pod", "web-0")), ("delete", "po/web-0")),
    (
        Remove(Of("Pod", "web-0"), grace=0),
        ("delete", "po/web-0", "--grace-period=0", "--force"),
    ),
    (Remove(STS, Cascade.ORPHAN), ("delete", "sts/web", "--cascade=orphan")),
    (Remove(STS, Cascade.FOREGROUND), ("delete", "sts/web", "--cascade=foreground")),
)


def state(cluster: Embedded) -> Any:
    """What a step has come to: what people wrote, and which Pods there are."""

    def look(house: Any) -> Any:
        store = house.runner.store
        set_ = store.get("statefulsets.apps", f"{NAMESPACE}/web")
        spec = json.loads(json.dumps(set_["spec"])) if set_ else None
        if spec:
            about = spec["template"]["metadata"].get("annotations", {})
            about.pop(RESTARTED_AT, None)
        found = [
            (
                one["metadata"]["name"],
                one["metadata"].get("labels", {}).get("app"),
                sorted(set(one["metadata"].get("annotations", {})) - {RESTARTED_AT}),
                [owner["kind"] for owner in one["metadata"].get("ownerReferences", ())],
                [box["image"] for box in one["spec"]["containers"]],
            )
            for one in store.list("pods", NAMESPACE)
        ]
        return spec, sorted(found)

    return cluster.ask(look)


@pytest.mark.kubectl
@pytest.mark.parametrize(("step", "words"), STEPS, ids=lambda value: type(value).__name__)
def test_a_step_does_what_its_command_does(
    tmp_path: Path, step: Step, words: tuple[str, ...]
) -> None:
    ends = []
    for by_kubectl in (False, True):
        from tutor.offline.api.house import Settings

        with (
            Embedded(tmp_path / str(by_kubectl), Settings(math.inf, seed=1)) as cluster,
            Live(target(cluster)) as live,
        ):
            live.open()
            live.do(Apply("answer"), BOTH)
            live.do(Wait())
            if isinstance(step, Undo):
                live.do(Image(STS, "web", "nginx:1.30"))
                live.do(Wait())
            assert live.command(step) == ("kubectl", *words)
            if by_kubectl:
                said = live.kubectl(live.command(step))
                assert said.code == 0, said.error
            else:
                live.do(step)
            live.do(Wait())
            ends.append(state(cluster))
    assert ends[0] == ends[1]


def test_steps_that_cannot_be_taken(live: Live) -> None:
    for step, code in (
        (Scale(STS, 3), "cluster-said-no"),
        (Undo(STS), "cluster-said-no"),
        (Scale(Of("Node", "node-1"), 3), "step-target"),
        (Node("web-0", down=True), "step-node"),
        (Apply("answer", ""), "manifest-empty"),
    ):
        with pytest.raises(TutorError) as caught:
            live.do(step)
        assert caught.value.code == code, step
    assert live.command(Wait()) == ()


# -- kubectl


@pytest.mark.kubectl
def test_kubectl_is_in_the_namespace_and_tells_as_it_goes(live: Live) -> None:
    live.do(Apply("answer"), BOTH)
    live.do(Wait())
    heard: list[str] = []
    said = live.kubectl(["get", "pods", "-o", "name"], heard.append)
    assert said.out.split() == ["pod/web-0", "pod/web-1"]
    assert "".join(heard) == said.out
    assert live.kubectl(["apply", "-f", "answer.yaml"]).code == 0
    assert "NotFound" in live.kubectl(["get", "pod", "web-9"]).error


@pytest.mark.kubectl
def test_kubectl_is_cut_short(live: Live) -> None:
    live.do(Apply("answer"), BOTH)
    live.do(Wait())
    with pytest.raises(TutorError) as caught:
        live.kubectl(["get", "pods", "-w"], lambda _: live.cancel())
    assert caught.value.code == "cancelled"


# -- watching


def test_a_watch_tells_the_whole_story_in_order(live: Live) -> None:
    ear = Ear()
    live.watch(ear.hear, ear.trouble)
    live.do(Apply("answer"), BOTH)
    live.do(Wait())
    ear.until(lambda: any(one.name == "web-1" for batch in ear.batches for one in batch))
    tape = Tape.starting(ear.batches[0])
    ear.until(lambda: len(ready(tape, ear)) == 2)
    versions = [version for _, _, version in ear.seen]
    assert versions == sorted(versions)
    assert ready(tape, ear) == ["web-0", "web-1"]
    assert ear.troubles == []


def ready(tape: Tape, ear: Ear) -> list[str]:
    for batch in list(ear.batches[1:]):
        tape = tape.after(batch)
    return [one.name for one in tape.entries if (one.what, one.kind) == (What.READY, "Pod")]


def test_nodes_that_only_beat_are_not_told(live: Live, offline: Embedded) -> None:
    ear = Ear()
    live.watch(ear.hear)
    ear.until(lambda: ear.batches)
    assert {one.name for one in ear.batches[0] if one.kind == "Node"} == {
        "node-1",
        "node-2",
        "node-3",
    }
    live.do(Apply("answer"), SERVICE)
    ear.until(lambda: ear.seen)
    assert all(one.kind != "Node" or kind(one) != "~" for batch in ear.batches for one in batch)


# -- beginning again, and cleaning


def test_a_scenario_begins_afresh(live: Live, offline: Embedded) -> None:
    live.do(Apply("answer"), BOTH)
    live.do(Wait())
    uids = {one["metadata"]["uid"] for one in claims(offline)}
    assert len(uids) == 2
    live.reset(Scenario("x", (Apply("store.yaml", SET),), (), offline_only=False, expect=()))
    assert pods(offline) == ["web-0", "web-1"]
    assert uids.isdisjoint(one["metadata"]["uid"] for one in claims(offline))
    assert in_store(offline, "services", f"{NAMESPACE}/web") is None
    live.reset(Scenario("y", (), (), offline_only=False, expect=()))
    assert pods(offline) == []
    assert claims(offline) == []


def claims(cluster: Embedded) -> list[Any]:
    return cluster.ask(
        lambda house: list(house.runner.store.list("persistentvolumeclaims", NAMESPACE))
    )


def test_cleaning_lists_and_removes_what_is_ours(live: Live, offline: Embedded) -> None:
    live.do(Apply("answer"), BOTH)
    live.do(Wait())
    volume = (
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: spare}\n"
        "spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /x},"
        " storageClassName: none}\n"
    )
    live.do(Apply("pv.yaml", volume))
    offline.ask(lambda house: foreign(house.runner))
    cleaning = live.cleaning()
    assert cleaning.namespaces == (NAMESPACE,)
    rows = {(one.kind, one.name, one.size, one.holds_data) for one in cleaning.removed}
    assert ("PersistentVolumeClaim", "data-web-0", "1Gi", True) in rows
    assert ("PersistentVolume", "spare", "1Gi", True) in rows
    assert ("StatefulSet", "web", "", False) in rows
    assert not {name for _, name, _, _ in rows} & {"kube-root-ca.crt", "default"}
    live.clean(cleaning)
    left = live.cleaning()
    assert (left.namespaces, left.removed) == ((), ())
    for name in ("default", "kube-system", "sts-tutor-of-somebody"):
        assert in_store(offline, "namespaces", name) is not None
    assert in_store(offline, "persistentvolumes", "spare") is None
    assert in_store(offline, "persistentvolumes", "theirs") is not None


def foreign(runner: Any) -> None:
    """A namespace that is only called like one of ours, and a volume of nobody's."""
    from tutor.offline.requests import Request
    from tutor.offline.resources import named

    name = "sts-tutor-of-somebody"
    about = {"name": name, "labels": {"app.kubernetes.io/managed-by": "sts-tutor"}}
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": about}
    runner.registry.create(Request("create", named("namespaces"), "", name), body)
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "theirs"},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/y"},
        },
    }
    runner.registry.create(Request("create", named("persistentvolumes"), "", "theirs"), volume)


def test_retained_volumes_stay_and_are_named(live: Live, offline: Embedded) -> None:
    live.do(Apply("answer"), BOTH)
    live.do(Wait())
    name = claims(offline)[0]["spec"]["volumeName"]

    def retain(house: Any) -> None:
        from tutor.offline.requests import Request
        from tutor.offline.resources import named

        request = Request("patch", named("persistentvolumes"), "", name, patch_type="merge")
        house.runner.registry.patch(request, {"spec": {"persistentVolumeReclaimPolicy": "Retain"}})

    offline.ask(retain)
    cleaning = live.cleaning()
    assert [(one.kind, one.name) for one in cleaning.stays] == [("PersistentVolume", name)]
    live.clean(cleaning)
    assert [one.name for one in live.cleaning().stays] == [name]
    assert in_store(offline, "persistentvolumes", name) is not None


def test_a_namespace_made_for_a_plan_goes_again(live: Live, offline: Embedded) -> None:
    live.plan(BOTH)
    live.withdraw()
    live.do(Wait(0.5))
    with Live(target(offline)) as again:
        again.look()
        assert again.cleaning().namespaces in ((), (NAMESPACE,))
        again.prepare()  # waits until the one that goes is gone
        assert again.made


# -- how it is reached


def test_no_proxy_stands_between_this_machine_and_itself(
    offline: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        address = f"http://127.0.0.1:{trap.getsockname()[1]}"
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, address)
        monkeypatch.setenv("NO_PROXY", "")
        with Live(target(offline)) as live:
            assert live.open().plan(SERVICE).possible
        with pytest.raises(TimeoutError):
            trap.accept()


def as_kind(cluster: Embedded) -> str:
    """Its kubeconfig as kind would have written it."""
    return cluster.kubeconfig.read_text().replace("sts-tutor", "kind-lab")


def test_another_authority_is_not_trusted(offline: Embedded, tmp_path: Path) -> None:
    with Embedded(tmp_path / "other") as other:
        text = as_kind(offline).replace(str(offline.note.port), str(other.note.port))
    (context,) = contexts(merge([("/k", text.encode())]))
    with Embedded(tmp_path / "third", port=other.note.port) as third:
        with Live(Target(context, NAMESPACE)) as live, pytest.raises(TutorError) as caught:
            live.open()
        assert caught.value.code == "cluster-untrusted"
        assert third.version


def test_a_wrong_token_is_told(offline: Embedded) -> None:
    text = as_kind(offline).replace(offline.note.token, "wrong")
    (context,) = contexts(merge([("/k", text.encode())]))
    with Live(Target(context, NAMESPACE)) as live, pytest.raises(TutorError) as caught:
        live.open()
    assert caught.value.code == "cluster-unauthorized"


def test_what_is_written_to_the_disk_is_private_and_goes(offline: Embedded) -> None:
    with Live(target(offline)) as live:
        path = Path(live.open().where.kubeconfig)
        assert path.stat().st_mode & 0o077 == 0
        found = json.loads(path.read_text())
        assert found["contexts"][0]["context"]["namespace"] == NAMESPACE
    assert not path.exists()
    assert not path.parent.exists()
