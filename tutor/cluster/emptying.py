"""One namespace emptied, for a scenario that begins afresh; what comes back by itself stays.

Other people's controllers put objects into every namespace: a mesh its root certificate, a policy
engine its pull secret. What one of them puts back is neither fought over nor waited for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tutor.cluster.api import Api, Refused
from tutor.cluster.cancelling import Cancel, Deadline
from tutor.cluster.kinds import ALLOWED, KINDS, ORDER
from tutor.cluster.namespaces import MANAGER
from tutor.model.applying import Leftover
from tutor.model.errors import ExitCode, TutorError
from tutor.model.timeline import Obj

Key = tuple[str, str]
"""Kind and name."""
EVERYWHERE = frozenset({("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")})
"""What Kubernetes itself puts into every namespace."""
_FOREIGN = frozenset(
    {
        ("ConfigMap", "istio-ca-root-cert"),
        ("ConfigMap", "openshift-service-ca.crt"),
        ("ServiceAccount", "builder"),
        ("ServiceAccount", "deployer"),
    }
)
"""What Istio and OpenShift put into every namespace. It would come back; it is not tried."""
_SETS = ("StatefulSet", "Deployment", "ReplicaSet")
_EMPTIED = tuple(sorted({*ALLOWED, "EndpointSlice"}, key=lambda kind: -ORDER[kind]))
_MADE_BY_SETS = frozenset({"Pod", "PersistentVolumeClaim", "ReplicaSet", "EndpointSlice"})
"""Kinds of which controllers may make one more after their object was deleted."""
_WRITTEN = frozenset({"ConfigMap", "Secret", "ServiceAccount"})
"""Kinds that only people and other people's controllers write."""
_OWN_HAND = (MANAGER, "kubectl")
"""How the field managers of a learner begin."""
_LATE = 5
"""Rounds after which the controllers of Kubernetes have seen every deletion."""
GONE_IN = 60.0
"""Seconds for everything to be gone."""
_LOOK = 0.05
_LOOK_AT_REAL = 0.4
_NAMED = 3
"""Objects that a message names."""


class Memory:
    """What came back in a namespace, remembered from one emptying to the next.

    Attributes:
        left: What is left alone.
        removed: What was removed earlier.
    """

    def __init__(self) -> None:
        self.left: dict[Key, Leftover] = {}
        self.removed: set[Key] = set()

    def leave(self, key: Key) -> None:
        """Leave something alone from now on."""
        self.left[key] = Leftover(*key)


class Emptier:
    """Empties one namespace once.

    Args:
        api: The server.
        namespace: Which.
        memory: Of the emptyings before.
        offline: It is the tutor's own cluster.
    """

    def __init__(self, api: Api, namespace: str, memory: Memory, *, offline: bool) -> None:
        self._api = api
        self._namespace = namespace
        self._memory = memory
        self._offline = offline
        self._look = _LOOK if offline else _LOOK_AT_REAL
        self._ours: set[str] = set()
        self._left: set[str] = set()
        self._listed: set[str] = set()
        self._deleted: set[Key] = set()
        self._round = 0

    def empty(self, cancel: Cancel, volumes: Callable[[], Iterable[Leftover]]) -> None:
        """Remove everything, and wait until that is so.

        Args:
            cancel: Cuts it short.
            volumes: Tells which volumes of the namespace are still to go.

        Raises:
            Refused: The cluster refuses.
            TutorError: It does not answer as it should, or something does not go away.
        """
        self._leave_pull_secrets(cancel)
        end = Deadline(GONE_IN)
        while rest := self._delete_all(cancel, _SETS):
            self._wait(cancel, end, rest)
        while rest := [
            *self._delete_all(cancel, _EMPTIED),
            *(f"{one.kind} {one.name}" for one in volumes()),
        ]:
            self._wait(cancel, end, rest)
        self._memory.removed |= self._deleted
        for row in self._rows(cancel, "Event"):
            self._delete(cancel, "Event", row["metadata"])

    def _wait(self, cancel: Cancel, end: Deadline, rest: list[str]) -> None:
        if end.passed:
            shown = ", ".join(rest[:_NAMED]) + (" …" if len(rest) > _NAMED else "")
            raise TutorError(
                "namespace-not-empty",
                ExitCode.CLUSTER,
                namespace=self._namespace,
                objects=shown,
            )
        self._round += 1
        cancel.wait(self._look)

    def _leave_pull_secrets(self, cancel: Cancel) -> None:
        """Leave the Secrets that every Pod of the namespace is given by its service account."""
        account = self._api.get(cancel, KINDS["ServiceAccount"].path(self._namespace, "default"))
        for field in ("imagePullSecrets", "secrets"):
            rows = (account or {}).get(field)
            for row in rows if isinstance(rows, list) else ():
                name = row.get("name") if isinstance(row, Mapping) else None
                if isinstance(name, str):
                    self._memory.leave(("Secret", name))

    def _rows(self, cancel: Cancel, kind: str) -> Iterator[Obj]:
        rows, _ = self._api.items(cancel, KINDS[kind].path(self._namespace))
        yield from rows

    def _delete_all(self, cancel: Cancel, kinds: Iterable[str]) -> list[str]:
        """Ask for the end of everything of some kinds; what there is still."""
        rest: list[str] = []
        for kind in kinds:
            for row in self._rows(cancel, kind):
                about = row["metadata"]
                if self._stays(kind, row):
                    continue
                rest.append(f"{kind} {about['name']}")
                if not about.get("deletionTimestamp") or _slow(kind, about):
                    self._delete(cancel, kind, about)
                    self._deleted.add((kind, str(about["name"])))
            self._listed.add(kind)
        return rest

    # -- what stays

    def _stays(self, kind: str, row: Obj) -> bool:
        about = row["metadata"]
        key, uid = (kind, str(about["name"])), str(about.get("uid"))
        if key in EVERYWHERE or key in self._memory.left:
            self._left.add(uid)
            return True
        if uid in self._ours:
            return False
        if key in _FOREIGN or self._came_by_itself(key, row):
            self._memory.leave(key)
            self._left.add(uid)
            return True
        self._ours.add(uid)
        return False

    def _came_by_itself(self, key: Key, row: Obj) -> bool:
        """Whether somebody else makes this: now, or since the last time it was removed."""
        kind = key[0]
        owners = [one for one in row["metadata"].get("ownerReferences") or () if _is_owner(one)]
        if any(one["uid"] in self._left for one in owners):
            return True
        if kind not in self._listed:
            return kind in _WRITTEN and key in self._memory.removed and _by_others(row)
        if any(one["uid"] in self._ours or one.get("kind") in _SETS for one in owners):
            return False  # it goes with its owner
        return bool(owners) or kind not in _MADE_BY_SETS or self._round >= _LATE

    def _delete(self, cancel: Cancel, kind: str, about: Mapping[str, Any]) -> None:
        body: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": about.get("uid")},
            "propagationPolicy": "Background",
        }
        if kind == "Pod":
            # A real kubelet has containers to stop; one second lets it say when they have.
            body["gracePeriodSeconds"] = 0 if self._offline else 1
        try:
            path = KINDS[kind].path(self._namespace, str(about["name"]))
            self._api.ask(cancel, "DELETE", path, body)
        except Refused as refused:
            if refused.code not in (404, 409):  # gone, or another one by now
                raise


def _is_owner(found: object) -> bool:
    return isinstance(found, Mapping) and isinstance(found.get("uid"), str)


def _by_others(row: Obj) -> bool:
    """Whether the fields of an object tell that no learner wrote any of them."""
    rows = row["metadata"].get("managedFields") or ()
    managers = [str(one.get("manager") or "") for one in rows if isinstance(one, Mapping)]
    return bool(managers) and not any(one.startswith(_OWN_HAND) for one in managers)


def _slow(kind: str, about: Mapping[str, Any]) -> bool:
    """Whether an object that is going was given more time than it gets here."""
    return kind == "Pod" and (about.get("deletionGracePeriodSeconds") or 0) > 1
