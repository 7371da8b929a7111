"""What the tutor made, listed; and taken away, that and nothing else."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tutor.cluster import namespaces
from tutor.cluster.api import Api, Refused, in_words
from tutor.cluster.cancelling import Cancel, Deadline
from tutor.cluster.guard import PREFIX
from tutor.cluster.kinds import ALLOWED, KINDS, OFFLINE_ONLY, ORDER
from tutor.cluster.namespaces import MANAGED_BY, MANAGER, mine, ours
from tutor.model.applying import Cleaning, Leftover, Where
from tutor.model.errors import ExitCode, TutorError
from tutor.model.timeline import Obj

_SELECTOR = f"{MANAGED_BY}={MANAGER}"
_EVERYWHERE = frozenset({("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")})
"""What every namespace has."""
_OWNERS = ("StatefulSet", "Deployment", "ReplicaSet")
_EMPTIED = tuple(sorted({*ALLOWED, "EndpointSlice"}, key=lambda kind: -ORDER[kind]))
_LOOK = 0.05
_LOOK_AT_REAL = 0.4
VOLUMES_GONE_IN = 60.0
"""Seconds for volumes to be gone after their claims."""


class Cleaner:
    """Lists and removes.

    Args:
        api: The server.
        where: For the lists.
    """

    def __init__(self, api: Api, where: Where) -> None:
        self._api = api
        self._where = where

    def listed(self, cancel: Cancel) -> Cleaning:
        """What would be removed, and what would stay.

        Raises:
            TutorError: The cluster does not answer as it should.
        """
        try:
            names = self._namespaces(cancel)
            removed = [one for name in names for one in self._contents(cancel, name, names)]
            goes, stays = self._volumes(cancel, names)
            outside = list(self._outside(cancel)) if self._where.offline else []
        except Refused as refused:
            raise in_words(refused) from refused
        known = {(one.kind, one.name) for one in goes}
        removed += goes + [one for one in outside if (one.kind, one.name) not in known]
        return Cleaning(self._where, tuple(names), tuple(removed), tuple(stays))

    def remove(self, cancel: Cancel, cleaning: Cleaning) -> None:
        """Remove what was listed, as far as it still is the tutor's, and wait until it is gone.

        Raises:
            TutorError: The cluster refuses, or it does not go away.
        """
        for name in cleaning.namespaces:
            namespaces.remove(self._api, cancel, name, wait=False)
        for name in cleaning.namespaces:
            namespaces.remove(self._api, cancel, name)
        try:
            if self._where.offline:
                for one in cleaning.removed:
                    if one.kind in OFFLINE_ONLY:
                        self._remove_outside(cancel, one)
            end = Deadline(VOLUMES_GONE_IN)
            while not end.passed and self._volumes(cancel, list(cleaning.namespaces))[0]:
                cancel.wait(0.2)
        except Refused as refused:
            raise in_words(refused) from refused

    def empty(self, cancel: Cancel, name: str) -> None:
        """Empty one namespace at once, and wait until that is so; the namespace itself stays.

        Raises:
            Refused: The cluster refuses.
            TutorError: It does not answer as it should, or something does not go away.
        """
        look = _LOOK if self._where.offline else _LOOK_AT_REAL
        while self._delete_all(cancel, name, _OWNERS):
            cancel.wait(look)
        end = Deadline(VOLUMES_GONE_IN)
        while self._delete_all(cancel, name, _EMPTIED) or self._volumes(cancel, [name])[0]:
            if end.passed:
                raise TutorError("namespace-not-empty", ExitCode.CLUSTER, namespace=name)
            cancel.wait(look)
        self._delete_all(cancel, name, ("Event",))
        if self._where.offline:
            for one in self._outside(cancel):
                self._remove_outside(cancel, one)

    def _delete_all(self, cancel: Cancel, name: str, kinds: Iterable[str]) -> int:
        """Ask for the end of everything of some kinds; how much there was."""
        count = 0
        for kind in kinds:
            rows, _ = self._api.items(cancel, KINDS[kind].path(name))
            for row in rows:
                about = row["metadata"]
                if (kind, about["name"]) in _EVERYWHERE:
                    continue
                count += 1
                if not about.get("deletionTimestamp") or _slow(kind, about):
                    path = KINDS[kind].path(name, str(about["name"]))
                    self._delete(cancel, path, about.get("uid"), at_once=kind == "Pod")
        return count

    def _delete(self, cancel: Cancel, path: str, uid: Any, *, at_once: bool = False) -> None:  # noqa: ANN401
        body: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": uid},
            "propagationPolicy": "Background",
        }
        if at_once:
            # A real kubelet has containers to stop; one second lets it say when they have.
            body["gracePeriodSeconds"] = 0 if self._where.offline else 1
        try:
            self._api.ask(cancel, "DELETE", path, body)
        except Refused as refused:
            if refused.code not in (404, 409):  # gone, or another one by now
                raise

    # -- looking

    def _namespaces(self, cancel: Cancel) -> list[str]:
        rows, _ = self._api.items(cancel, KINDS["Namespace"].path(), labelSelector=_SELECTOR)
        names = [str(row["metadata"]["name"]) for row in rows if mine(row)]
        return sorted(names)

    def _contents(self, cancel: Cancel, name: str, names: list[str]) -> Iterator[Leftover]:
        for kind in sorted(ALLOWED, key=ORDER.__getitem__):
            try:
                rows, _ = self._api.items(cancel, KINDS[kind].path(name))
            except Refused as refused:
                if refused.code not in (403, 404):
                    raise
                continue
            for row in rows:
                own = str(row["metadata"]["name"])
                if (kind, own) in _EVERYWHERE:
                    continue
                shown = own if len(names) == 1 else f"{name}/{own}"
                claim = kind == "PersistentVolumeClaim"
                yield Leftover(kind, shown, _size_of_claim(row) if claim else "", claim)

    def _volumes(self, cancel: Cancel, names: list[str]) -> tuple[list[Leftover], list[Leftover]]:
        """The volumes of claims in our namespaces: those that go with them, those that stay."""
        try:
            rows, _ = self._api.items(cancel, KINDS["PersistentVolume"].path())
        except Refused as refused:
            if refused.code == 403:
                return [], []
            raise
        goes: list[Leftover] = []
        stays: list[Leftover] = []
        for row in rows:
            spec = row.get("spec") or {}
            holder = str((spec.get("claimRef") or {}).get("namespace") or "")
            orphan = holder.startswith(f"{PREFIX}-") and _released(row)
            if holder not in names and not orphan:
                continue
            size = str((spec.get("capacity") or {}).get("storage") or "")
            kept = spec.get("persistentVolumeReclaimPolicy") == "Retain"
            kept = kept and not (self._where.offline and ours(row))
            found = Leftover("PersistentVolume", str(row["metadata"]["name"]), size, True)
            (stays if kept or holder not in names else goes).append(found)
        return goes, stays

    def _outside(self, cancel: Cancel) -> Iterator[Leftover]:
        for kind in sorted(OFFLINE_ONLY, key=ORDER.__getitem__):
            rows, _ = self._api.items(cancel, KINDS[kind].path(), labelSelector=_SELECTOR)
            for row in rows:
                if ours(row):
                    spec = row.get("spec") or {}
                    size = str((spec.get("capacity") or {}).get("storage") or "")
                    volume = kind == "PersistentVolume"
                    yield Leftover(kind, str(row["metadata"]["name"]), size, volume)

    def _remove_outside(self, cancel: Cancel, one: Leftover) -> None:
        path = KINDS[one.kind].path(name=one.name)
        found = self._api.get(cancel, path)
        if found is None or not ours(found):
            return
        self._delete(cancel, path, found["metadata"].get("uid"))


def _slow(kind: str, about: Mapping[str, Any]) -> bool:
    """Whether an object that is going was given more time than it gets here."""
    return kind == "Pod" and (about.get("deletionGracePeriodSeconds") or 0) > 1


def _released(volume: Obj) -> bool:
    """Whether the claim of a volume is gone."""
    return (volume.get("status") or {}).get("phase") in ("Released", "Failed")


def _size_of_claim(claim: Obj) -> str:
    status = (claim.get("status") or {}).get("capacity") or {}
    wanted = ((claim.get("spec") or {}).get("resources") or {}).get("requests") or {}
    return str(status.get("storage") or wanted.get("storage") or "")
