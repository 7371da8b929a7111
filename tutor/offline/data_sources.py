"""What a claim's volume is to be filled from: ``dataSource`` and ``dataSourceRef`` say the same.

Source: pkg/api/persistentvolumeclaim/util.go, EnforceDataSourceBackwardsCompatibility and
NormalizeDataSources.
"""

from typing import Any

from tutor.offline.objects import Obj, dig

CLAIM, SNAPSHOT = "PersistentVolumeClaim", "VolumeSnapshot"
SNAPSHOTS = "snapshot.storage.k8s.io"


def agreeing(claim: Obj, old: Obj | None) -> Obj:
    """A claim whose two fields agree; what the older one could never name is dropped in silence.

    Args:
        claim: As sent.
        old: As it was; None for a new one.
    """
    spec = claim.get("spec") or {}
    plain, full = spec.get("dataSource"), spec.get("dataSourceRef")
    if plain is not None and full is None:
        if _known(plain) or _filled(old):
            return _with(claim, dataSourceRef=dict(plain))
        return _with(claim, dataSource=None)
    if full is not None and plain is None and not full.get("namespace"):
        return _with(claim, dataSource=dict(full))
    return claim


def is_claim(source: Obj) -> bool:
    """Whether a source is another claim."""
    return not source.get("apiGroup") and source.get("kind") == CLAIM


def is_snapshot(source: Obj) -> bool:
    """Whether a source is a snapshot of a volume."""
    return source.get("apiGroup") == SNAPSHOTS and source.get("kind") == SNAPSHOT


def _known(source: Obj) -> bool:
    return is_claim(source) or is_snapshot(source)


def _filled(old: Obj | None) -> bool:
    return any(dig(old, "spec", name) is not None for name in ("dataSource", "dataSourceRef"))


def _with(claim: Obj, **values: Any) -> Obj:  # noqa: ANN401
    spec = {**claim["spec"], **values}
    return {**claim, "spec": {name: value for name, value in spec.items() if value is not None}}
