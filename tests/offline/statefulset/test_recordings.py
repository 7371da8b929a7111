"""The controller against recordings of a real control plane, user request by user request.

The requests are played on a fake cluster whose kubelet takes the times of the recordings'. What a
request made of a StatefulSet is taken from the recording itself, so that nothing of admission is
needed here. Compared after each request: which Pods, claims and revisions came and went, in which
order; the final status; the Events of the controller.

Left out, because other controllers decide there: a22 and a37 (foreground and namespace deletion),
d08 and d13 (claims that cannot be bound), d11 (nothing happens).
"""

import gzip
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.offline.statefulset.fake import Cluster, story
from tests.offline.statefulset.samples import CLAIMS, NS, PODS, SETS
from tutor.offline.controllers.revisions import REVISIONS
from tutor.offline.objects import Obj, copy_of, dig, labels_of, meta, name_of

CLUSTERS = Path(__file__).parents[3] / "fixtures" / "clusters"
RESOURCES = {
    "Pod": PODS,
    "PersistentVolumeClaim": CLAIMS,
    "ControllerRevision": REVISIONS,
    "StatefulSet": SETS,
}
ELSEWHERE = ("a22", "a37", "d08", "d11", "d13")
PLAYED = sorted(
    path
    for path in CLUSTERS.glob("[abcdg]*.json.gz")
    if not path.name.startswith(ELSEWHERE) and not path.name.startswith("g06")
)
COMBINED = "(combined from similar events): "
# The real controller reads claims from a cache that may be behind: it says so, and tries again.
RACE = "the object has been modified"
# Which status is seen in between depends on how two deletions mesh, on whether a sync comes between
# the two writes of an immediate deletion, or on the garbage collector.
VARIES = ("a15", "a16", "a23", "a25", "a33", "g01")


def merged(value: Any, patch: Any) -> Any:
    """RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    found = dict(value) if isinstance(value, dict) else {}
    for key, item in patch.items():
        if item is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), item)
    return found


class Player:
    """Plays one recording."""

    def __init__(self, path: Path) -> None:
        with gzip.open(path) as file:
            self.recording = json.load(file)
        gates = {"MaxUnavailableStatefulSet": path.name.startswith("g")}
        self.cluster = Cluster(gates)
        self.parallel = False
        # Templates that carry a time make other revision names each time.
        self.stamped = path.name.startswith("b12")
        self.varies = path.name.startswith(VARIES)

    def play(self) -> None:
        steps = self.recording["steps"]
        since, events = 0, 0
        recorded: list[dict[str, Any]] = []
        for step in steps:
            self.request(step)
            recorded += step.get("watch_events") or []
            if step["op"]["verb"] == "wait":
                self.cluster.run(step["op"]["seconds"])
            if "state" not in step:
                continue
            self.cluster.settle()
            self.compare(step, recorded, since, events)
            since, events, recorded = len(self.cluster.log), len(self.cluster.events), []

    # Requests

    def request(self, step: dict[str, Any]) -> None:
        """Do what the user did, seen from what the recording shows to have changed."""
        op = step["op"]
        if (step["result"].get("status") or 200) >= 300:
            return
        path, method = op.get("path", "").partition("?")[0], op.get("http", "")
        self.sets(step)
        if "/pods" in path or op["verb"] == "kubectl":
            self.pods(step, path, method)
        elif method == "DELETE" and "/persistentvolumeclaims/" in path:
            self.cluster.delete(CLAIMS, path.rpartition("/")[2])
        elif method == "POST" and path.endswith("/persistentvolumeclaims"):
            self.create(step, "PersistentVolumeClaim")

    def sets(self, step: dict[str, Any]) -> None:
        for event in step.get("watch_events") or ():
            if event["kind"] != "StatefulSet":
                continue
            name = event["name"]
            if event["watch"] == "ADDED":
                obj = {**event["object"], "apiVersion": "apps/v1", "kind": "StatefulSet"}
                self.parallel = obj["spec"]["podManagementPolicy"] == "Parallel"
                self.cluster.create(SETS, {**obj, "metadata": self.plain(obj)})
            elif event["watch"] == "DELETED":
                how = dig(step["op"], "body", "propagationPolicy", default="")
                self.cluster.delete(SETS, name, how=how)
            else:
                diff = {key: value for key, value in event["diff"].items() if key != "status"}
                if diff:
                    self.cluster.change(SETS, name, partial(self.merge, diff))

    @staticmethod
    def merge(diff: Obj, obj: Obj) -> None:
        diff = copy_of(diff)
        diff.get("metadata", {}).pop("generation", None)
        after = merged(obj, diff)
        obj.clear()
        obj.update(after)

    @staticmethod
    def plain(obj: Obj) -> Obj:
        keep = ("name", "namespace", "labels", "annotations")
        return {**{key: meta(obj)[key] for key in keep if key in meta(obj)}, "namespace": NS}

    def create(self, step: dict[str, Any], kind: str) -> None:
        body = step["result"]["body"]
        api = {"apiVersion": "v1", "kind": kind}
        self.cluster.create(RESOURCES[kind], {**body, **api, "metadata": self.plain(body)})

    def pods(self, step: dict[str, Any], path: str, method: str) -> None:
        name = path.rpartition("/")[2]
        op = step["op"]
        if method == "POST" and path.endswith("/pods"):
            self.create(step, "Pod")
        elif method == "DELETE":
            force = dig(op, "body", "gracePeriodSeconds") == 0
            names = self.cluster.names(PODS) if name == "pods" else [name]
            for one in names:
                self.cluster.delete(PODS, one, force=force)
        elif method in ("PATCH", "PUT"):
            first = next(
                event
                for event in step["watch_events"]
                if event["kind"] == "Pod" and event["name"] == name
            )
            self.cluster.change(PODS, name, partial(self.merge, first["diff"]))
            self.cluster.kubelet.look_again(name)

    # Comparisons

    def name(self, kind: str, name: str) -> str:
        return "revision" if kind == "ControllerRevision" and self.stamped else name

    def compare(
        self, step: dict[str, Any], recorded: list[dict[str, Any]], since: int, events: int
    ) -> None:
        where = f"step {step['n']} ({step['op']['verb']})"
        by_collector = any(
            event["kind"] == "StatefulSet" and event["watch"] == "DELETED" for event in recorded
        )
        many = step["op"]["verb"] == "deletecollection"
        for kind in ("Pod", "PersistentVolumeClaim", "ControllerRevision"):
            theirs = list(self.happened(recorded, kind))
            ours = [
                (what, self.name(kind, name))
                for what, name in story(self.cluster, since, RESOURCES[kind])
            ]
            if self.parallel or by_collector or many:
                theirs, ours = sorted(theirs), sorted(ours)
            assert ours == theirs, f"{where}: {kind}"
        together = self.parallel or by_collector or many
        if not together:
            assert self.interleaved(since) == list(self.interleaving(recorded)), where
            if not self.varies:
                self.compare_statuses(where, recorded)
        self.cluster.statuses.clear()
        self.compare_events(where, recorded, events)
        self.compare_state(where, step["state"])

    def happened(self, recorded: list[dict[str, Any]], kind: str) -> Iterator[tuple[str, str]]:
        for event in recorded:
            if event["kind"] != kind:
                continue
            going = event["watch"] == "MODIFIED" and dig(
                event, "diff", "metadata", "deletionTimestamp"
            )
            if event["watch"] != "MODIFIED" or going:
                what = "TERMINATING" if going else event["watch"]
                yield what, self.name(kind, event["name"])

    def interleaving(self, recorded: list[dict[str, Any]]) -> Iterator[str]:
        """Claims before their Pods, and one Pod after another."""
        for event in recorded:
            if event["kind"] in ("Pod", "PersistentVolumeClaim") and event["watch"] == "ADDED":
                yield event["name"]

    def interleaved(self, since: int) -> list[str]:
        return [name for what, name in story(self.cluster, since, PODS, CLAIMS) if what == "ADDED"]

    def compare_statuses(self, where: str, recorded: list[dict[str, Any]]) -> None:
        """Every status that was written, in order."""
        theirs = [
            event["status"]
            for event in recorded
            if event["kind"] == "StatefulSet" and "status" in event.get("diff", ())
        ]
        if not self.stamped:
            assert self.cluster.statuses == theirs, where

    def compare_events(self, where: str, recorded: list[dict[str, Any]], events: int) -> None:
        theirs = {
            (one["type"], one["reason"], one["message"].removeprefix(COMBINED))
            for one in (event["event"] for event in recorded if event["kind"] == "Event")
            if dig(one, "source", "component") == "statefulset-controller"
        }
        lost = {
            f"Create Pod {found[1]} in StatefulSet {found[2]} successful"
            for _, _, message in theirs
            if RACE in message
            and (found := re.search(r"Update Pod (\S+) in StatefulSet (\S+) ", message))
        }
        theirs = {one for one in theirs if RACE not in one[2] and one[2] not in lost}
        ours = {one for one in self.cluster.events[events:] if one[2] not in lost}
        assert ours == theirs, where

    def compare_state(self, where: str, state: dict[str, list[Obj]]) -> None:
        theirs = {name_of(obj): obj for obj in state.get("StatefulSet", ())}
        ours = {name_of(obj): obj for obj in self.cluster.list(SETS, NS)}
        assert set(ours) == set(theirs), where
        for name, obj in theirs.items():
            assert self.status(ours[name]) == self.status(obj), where
        revisions = {
            (self.name("ControllerRevision", name_of(obj)), obj["revision"])
            for obj in self.cluster.list(REVISIONS, NS)
        }
        assert revisions == {
            (self.name("ControllerRevision", name_of(obj)), obj["revision"])
            for obj in state.get("ControllerRevision", ())
        }, where
        assert self.pods_of(list(self.cluster.list(PODS, NS))) == self.pods_of(
            state.get("Pod", [])
        ), where
        assert self.claims_of(list(self.cluster.list(CLAIMS, NS))) == self.claims_of(
            state.get("PersistentVolumeClaim", [])
        ), where

    def status(self, obj: Obj) -> Obj:
        status = dict(obj["status"])
        if self.stamped:
            status.pop("currentRevision"), status.pop("updateRevision")
        return status

    def pods_of(self, pods: list[Obj]) -> dict[str, Any]:
        found = {}
        for pod in pods:
            labels = {key: value for key, value in labels_of(pod).items() if "topology" not in key}
            if self.stamped:
                labels.pop("controller-revision-hash")
            spec = pod["spec"]
            volumes = [
                volume["persistentVolumeClaim"]["claimName"]
                for volume in spec.get("volumes", ())
                if "persistentVolumeClaim" in volume
            ]
            found[name_of(pod)] = (
                labels,
                dig(pod, "status", "phase"),
                spec.get("hostname"),
                spec.get("subdomain"),
                [one["image"] for one in spec["containers"]],
                sorted(volumes),
                meta(pod).get("generateName"),
                self.owners(pod),
            )
        return found

    def claims_of(self, claims: list[Obj]) -> dict[str, Any]:
        return {name_of(obj): (labels_of(obj), self.owners(obj)) for obj in claims}

    @staticmethod
    def owners(obj: Obj) -> list[Obj]:
        return [
            {key: value for key, value in owner.items() if key != "uid"}
            for owner in meta(obj).get("ownerReferences") or ()
        ]


@pytest.mark.parametrize("path", PLAYED, ids=lambda path: path.name.removesuffix(".json.gz"))
def test_the_controller_does_what_was_recorded(path: Path) -> None:
    Player(path).play()


def test_there_are_recordings_to_play() -> None:
    assert len(PLAYED) > 50
