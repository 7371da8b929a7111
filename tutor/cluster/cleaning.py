"""What the tutor made, listed; and taken away, that and nothing else."""

from collections.abc import Iterator

from tutor.cluster import namespaces
from tutor.cluster.api import Api, Refused, in_words
from tutor.cluster.cancelling import Cancel, Deadline
from tutor.cluster.emptying import EVERYWHERE, Emptier, Memory
from tutor.cluster.guard import PREFIX
from tutor.cluster.identity import Maker
from tutor.cluster.kinds import ALLOWED, KINDS, OFFLINE_ONLY, ORDER
from tutor.cluster.namespaces import MANAGED_BY, MANAGER, mine, ours
from tutor.model.applying import Cleaning, Leftover, Where
from tutor.model.timeline import Obj

_SELECTOR = f"{MANAGED_BY}={MANAGER}"
VOLUMES_GONE_IN = 60.0
"""Seconds for volumes to be gone after their claims."""


class Cleaner:
    """Lists and removes.

    Args:
        api: The server.
        where: For the lists.
        maker: Knows what this installation has made.
    """

    def __init__(self, api: Api, where: Where, maker: Maker) -> None:
        self._api = api
        self._maker = maker
        self._where = where

    def listed(self, cancel: Cancel) -> Cleaning:
        """What would be removed, and what would stay.

        Raises:
            TutorError: The cluster does not answer as it should.
        """
        try:
            names, alike = self._namespaces(cancel)
            removed = [one for name in names for one in self._contents(cancel, name, names)]
            goes, stays = self._volumes(cancel, names)
            outside, foreign = self._outside(cancel) if self._where.offline else ([], [])
        except Refused as refused:
            raise in_words(refused) from refused
        known = {(one.kind, one.name) for one in goes}
        removed += goes + [one for one in outside if (one.kind, one.name) not in known]
        return Cleaning(self._where, tuple(names), tuple(removed), tuple(stays), (*alike, *foreign))

    def remove(self, cancel: Cancel, cleaning: Cleaning) -> None:
        """Remove what was listed, as far as it still is the tutor's, and wait until it is gone.

        Raises:
            TutorError: The cluster refuses, or it does not go away.
        """
        for name in cleaning.namespaces:
            namespaces.remove(self._api, cancel, name, self._maker, wait=False)
        for name in cleaning.namespaces:
            namespaces.remove(self._api, cancel, name, self._maker)
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

    def empty(self, cancel: Cancel, name: str, memory: Memory) -> None:
        """Empty one namespace at once, and wait until that is so; the namespace itself stays.

        Args:
            cancel: Cuts it short.
            name: Which.
            memory: Of what came back by itself; it is added to.

        Raises:
            Refused: The cluster refuses.
            TutorError: It does not answer as it should, or something does not go away.
        """
        emptier = Emptier(self._api, name, memory, offline=self._where.offline)
        emptier.empty(cancel, lambda: self._volumes(cancel, [name])[0])
        if self._where.offline:
            for one in self._outside(cancel)[0]:
                self._remove_outside(cancel, one)

    # -- looking

    def _namespaces(self, cancel: Cancel) -> tuple[list[str], list[Leftover]]:
        """Our namespaces; and those that have the name or the labels of ours, and are not."""
        rows, _ = self._api.items(cancel, KINDS["Namespace"].path())
        own = sorted(str(row["metadata"]["name"]) for row in rows if mine(row, self._maker))
        alike = sorted(
            name
            for row in rows
            if (name := str(row["metadata"]["name"])) not in own
            and (name.startswith(f"{PREFIX}-") or ours(row))
        )
        return own, [Leftover("Namespace", name) for name in alike]

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
                if (kind, own) in EVERYWHERE:
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
            kept = kept and not (self._where.offline and self._is_ours(row))
            found = Leftover("PersistentVolume", str(row["metadata"]["name"]), size, True)
            (stays if kept or holder not in names else goes).append(found)
        return goes, stays

    def _outside(self, cancel: Cancel) -> tuple[list[Leftover], list[Leftover]]:
        """What we made beside the namespaces; and what only carries our label."""
        own: list[Leftover] = []
        alike: list[Leftover] = []
        for kind in sorted(OFFLINE_ONLY, key=ORDER.__getitem__):
            rows, _ = self._api.items(cancel, KINDS[kind].path(), labelSelector=_SELECTOR)
            for row in rows:
                spec = row.get("spec") or {}
                size = str((spec.get("capacity") or {}).get("storage") or "")
                volume = kind == "PersistentVolume"
                found = Leftover(kind, str(row["metadata"]["name"]), size, volume)
                (own if self._is_ours(row) else alike).append(found)
        return own, alike

    def _is_ours(self, row: Obj) -> bool:
        return ours(row) and self._maker.made(row)

    def _remove_outside(self, cancel: Cancel, one: Leftover) -> None:
        path = KINDS[one.kind].path(name=one.name)
        found = self._api.get(cancel, path)
        if found is None or not self._is_ours(found):
            return
        body = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": found["metadata"].get("uid")},
            "propagationPolicy": "Background",
        }
        try:
            self._api.ask(cancel, "DELETE", path, body)
        except Refused as refused:
            if refused.code not in (404, 409):  # gone, or another one by now
                raise


def _released(volume: Obj) -> bool:
    """Whether the claim of a volume is gone."""
    return (volume.get("status") or {}).get("phase") in ("Released", "Failed")


def _size_of_claim(claim: Obj) -> str:
    status = (claim.get("status") or {}).get("capacity") or {}
    wanted = ((claim.get("spec") or {}).get("resources") or {}).get("requests") or {}
    return str(status.get("storage") or wanted.get("storage") or "")
