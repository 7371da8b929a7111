"""What a StatefulSet asks for, read once from its object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.offline.integers import percentage
from tutor.offline.objects import Obj, dig, meta, terminating

RETAIN = "Retain"
DELETE = "Delete"
_HISTORY = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """The fields of a StatefulSet that decide what its controller does.

    Attributes:
        monotonic: One Pod at a time, in order (podManagementPolicy OrderedReady).
        partition: None where updateStrategy has no rollingUpdate block.
        max_unavailable: As given: a number, a percentage, or None.
        current_replicas: ``status.currentReplicas`` as last written.
        current_revision: ``status.currentRevision`` as last written.
    """

    namespace: str
    name: str
    uid: str
    generation: int
    replicas: int
    start: int
    monotonic: bool
    min_ready_seconds: int
    strategy: str
    partition: int | None
    max_unavailable: int | str | None
    history_limit: int
    when_deleted: str
    when_scaled: str
    templates: tuple[Obj, ...]
    service_name: str
    match_labels: Mapping[str, str]
    being_deleted: bool
    current_replicas: int
    current_revision: str
    collisions: int

    @property
    def rolls(self) -> bool:
        """Whether the strategy is RollingUpdate."""
        return self.strategy == "RollingUpdate"

    @property
    def update_from(self) -> int:
        """The index, counted from the first Pod of the set, from which on Pods are updated."""
        return self.partition or 0

    @property
    def keeps_claims(self) -> bool:
        """Whether claims outlive everything: no retention policy says Delete."""
        return DELETE not in (self.when_deleted, self.when_scaled)

    def in_range(self, ordinal: int) -> bool:
        """Whether a Pod of this ordinal is one of the replicas."""
        return self.start <= ordinal < self.start + self.replicas

    def may_be_unavailable(self) -> int:
        """How many Pods an update may take down at once, at least one; percentages round down."""
        given = 1 if self.max_unavailable is None else self.max_unavailable
        if isinstance(given, str):
            given = self.replicas * percentage(given) // 100
        return max(given, 1)


def _number(value: Any, default: int) -> int:  # noqa: ANN401
    return default if value is None else int(value)


def wanted_of(set_: Obj) -> Wanted:
    """Read a StatefulSet as the API server stores it, defaults and all."""
    metadata = meta(set_)
    spec = set_["spec"]
    status = set_.get("status") or {}
    strategy = spec.get("updateStrategy") or {}
    rolling = strategy.get("rollingUpdate")
    retention = spec.get("persistentVolumeClaimRetentionPolicy") or {}
    return Wanted(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        generation=_number(metadata.get("generation"), 0),
        replicas=_number(spec.get("replicas"), 1),
        start=_number(dig(spec, "ordinals", "start"), 0),
        monotonic=spec.get("podManagementPolicy") != "Parallel",
        min_ready_seconds=_number(spec.get("minReadySeconds"), 0),
        strategy=strategy.get("type", ""),
        partition=None if rolling is None else _number(rolling.get("partition"), 0),
        max_unavailable=None if rolling is None else rolling.get("maxUnavailable"),
        history_limit=_number(spec.get("revisionHistoryLimit"), _HISTORY),
        when_deleted=retention.get("whenDeleted", RETAIN),
        when_scaled=retention.get("whenScaled", RETAIN),
        templates=tuple(spec.get("volumeClaimTemplates") or ()),
        service_name=spec.get("serviceName") or "",
        match_labels=dig(spec, "selector", "matchLabels", default={}),
        being_deleted=terminating(set_),
        current_replicas=_number(status.get("currentReplicas"), 0),
        current_revision=status.get("currentRevision") or "",
        collisions=_number(status.get("collisionCount"), 0),
    )
