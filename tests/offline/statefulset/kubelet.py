"""The kubelet of the fake cluster, with the times and the knobs of the recordings' one."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from tests.offline.statefulset.samples import NS, PODS, set_ready, stamp
from tutor.offline.objects import Obj, copy_of, dig, meta, name_of, terminating, uid_of

SCHEDULED, CREATING, READY, STOPPING, REMOVING = 0.02, 0.03, 0.1, 0.2, 0.03
PROTECTION = 0.01


class Machine(Protocol):
    """What the kubelet needs of the cluster."""

    now: float

    def get(self, resource: str, namespace: str, name: str) -> Obj | None: ...

    def list(self, resource: str, namespace: str = "") -> Iterable[Obj]: ...

    def put(self, resource: str, before: Obj | None, after: Obj | None) -> None: ...

    def protect(self) -> None: ...

    def later(self, seconds: float, do: Callable[[], None]) -> None: ...


class Kubelet:
    """Starts Pods and stops them."""

    def __init__(self, cluster: Machine) -> None:
        self._cluster = cluster

    def start(self, pod: Obj) -> None:
        uid = uid_of(pod)
        spec, notes = pod["spec"], meta(pod).get("annotations") or {}
        if spec.get("nodeSelector"):
            return
        delay = int(notes.get("fake/ready-ms", READY * 1000)) / 1000
        broken = any(one["image"].endswith(":broken") for one in spec["containers"])

        def bind() -> None:
            def change(obj: Obj) -> None:
                obj["spec"]["nodeName"] = "node"

            self._change_if(uid, change)

        def creating() -> None:
            self._change_if(
                uid, lambda obj: obj["status"].update(startTime=stamp(self._cluster.now))
            )

        def run() -> None:
            found = self._by_uid(uid)
            if found is None or terminating(found):
                return
            held = self._held(found)
            crashed = (meta(found).get("annotations") or {}).get("fake/crash") == "true"
            self._change_if(
                uid,
                lambda obj: set_ready(
                    obj, self._cluster.now, "False" if held or crashed else "True"
                ),
            )

        self._cluster.later(SCHEDULED, bind)
        self._cluster.later(SCHEDULED + CREATING, creating)
        if not broken:
            self._cluster.later(SCHEDULED + CREATING + delay, run)

    @staticmethod
    def _held(pod: Obj) -> bool:
        notes = meta(pod).get("annotations") or {}
        ordinal = name_of(pod).rpartition("-")[2]
        if notes.get("fake/hold") == "true":
            return True
        held = ordinal in notes.get("fake/hold-ordinals", "").split(",")
        return held and notes.get("fake/release") != "true"

    def look_again(self, name: str) -> None:
        """The kubelet notices annotations that were changed."""
        pod = self._cluster.get(PODS, NS, name)
        if pod is None or terminating(pod):
            return
        phase = (meta(pod).get("annotations") or {}).get("fake/phase")
        uid = uid_of(pod)
        if phase:
            self._change_if(uid, lambda obj: set_ready(obj, self._cluster.now, "False", phase))
        elif dig(pod, "status", "phase") == "Running":
            wanted = "False" if self._held(pod) else "True"
            self._change_if(uid, lambda obj: set_ready(obj, self._cluster.now, wanted))

    def stop(self, pod: Obj) -> None:
        uid = uid_of(pod)
        ran = dig(pod, "status", "phase") == "Running"
        notes = meta(pod).get("annotations") or {}
        wait = int(notes.get("fake/term-ms", STOPPING * 1000)) / 1000

        def stop() -> None:
            self._change_if(
                uid,
                lambda obj: set_ready(
                    obj, self._cluster.now, "False", "Succeeded" if ran else "Failed"
                ),
            )

        self._cluster.later(wait, stop)
        self._cluster.later(wait + REMOVING, self.removing(uid))

    def removing(self, uid: str) -> Callable[[], None]:
        """The last step of a Pod's deletion."""

        def remove() -> None:
            found = self._by_uid(uid)
            if found is not None:
                self._cluster.put(PODS, found, None)
                self._cluster.later(PROTECTION, self._cluster.protect)

        return remove

    def _by_uid(self, uid: str) -> Obj | None:
        return next((pod for pod in self._cluster.list(PODS) if uid_of(pod) == uid), None)

    def _change_if(self, uid: str, change: Callable[[Obj], Any]) -> None:
        pod = self._by_uid(uid)
        if pod is not None:
            generation = meta(pod).get("generation", 1)
            after = copy_of(pod)
            change(after)
            meta(after)["generation"] = generation
            if after != pod:
                self._cluster.put(PODS, pod, after)
