"""What the server takes out of an object before it looks at it: fields whose gates are off.

A field that was there before stays. All the gates named here are off in 1.36.

Source: ``dropDisabledFields`` in ``pkg/api/pod/util.go``;
``pkg/api/persistentvolumeclaim/util.go``; ``pkg/registry/apps/statefulset/strategy.go``.
"""

from collections.abc import Callable, Mapping

from tutor.offline.admission.defaults import MAX_UNAVAILABLE
from tutor.offline.admission.validation.security import each_container
from tutor.offline.objects import Obj, dig

_TEMPLATES = frozenset({"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"})
_PROJECTIONS = ("clusterTrustBundle", "podCertificate")
"""Of the gates ClusterTrustBundleProjection and PodCertificateRequest."""
_SNAPSHOTS = ("snapshot.storage.k8s.io", "VolumeSnapshot")
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


def without_disabled(obj: Obj, old: Obj | None, gates: Mapping[str, bool]) -> Obj:
    """An object without the fields of gates that are off; the same one where it has none.

    Args:
        obj: The object that was sent.
        old: What it was; None for a new one.
        gates: The gates of this cluster.
    """
    kind = obj.get("kind")
    if kind == "StatefulSet" and not gates.get(MAX_UNAVAILABLE):
        obj = _without_unavailable(obj, old)
    if kind == "Pod":
        return _at(obj, old, ("spec",), _pod_spec)
    if kind in _TEMPLATES:
        return _at(obj, old, ("spec", "template", "spec"), _pod_spec)
    if kind == "PersistentVolumeClaim":
        return _at(obj, old, ("spec",), claim_spec)
    return obj


def _at(obj: Obj, old: Obj | None, path: tuple[str, ...], change: Callable[[Obj, Obj], Obj]) -> Obj:
    """An object with a part changed."""
    part = dig(obj, *path)
    if not isinstance(part, dict):
        return obj
    changed = change(part, dig(old, *path, default={}))
    return obj if changed is part else _put(obj, path, changed)


def _put(obj: Obj, path: tuple[str, ...], value: object) -> Obj:
    name, rest = path[0], path[1:]
    return {**obj, name: _put(obj[name], rest, value) if rest else value}


def _without(obj: Obj, *names: str) -> Obj:
    return {key: value for key, value in obj.items() if key not in names}


def _without_unavailable(obj: Obj, old: Obj | None) -> Obj:
    path = ("spec", "updateStrategy", "rollingUpdate")
    rolling = dig(obj, *path, default={})
    if "maxUnavailable" not in rolling or dig(old, *path, "maxUnavailable") is not None:
        return obj
    return _put(obj, path, _without(rolling, "maxUnavailable"))


def _pod_spec(spec: Obj, old: Obj) -> Obj:
    if spec.get("schedulingGroup") is not None and old.get("schedulingGroup") is None:
        spec = _without(spec, "schedulingGroup")
    for name in _PROJECTIONS:
        if any(name in source for source in _sources(spec)) and not any(
            name in source for source in _sources(old)
        ):
            volumes = [_unprojected(volume, name) for volume in spec["volumes"]]
            spec = {**spec, "volumes": volumes}
    if _signals(spec) and not _signals(old):
        parts = {
            part: [_unsignalled(one) for one in spec[part]]
            for part in _CONTAINERS
            if spec.get(part)
        }
        spec = {**spec, **parts}
    return spec


def _sources(spec: Obj) -> list[Obj]:
    return [
        source
        for volume in spec.get("volumes") or ()
        for source in dig(volume, "projected", "sources", default=())
    ]


def _unprojected(volume: Obj, name: str) -> Obj:
    sources = dig(volume, "projected", "sources")
    if not sources:
        return volume
    return _put(volume, ("projected", "sources"), [_without(one, name) for one in sources])


def _signals(spec: Obj) -> bool:
    return any(
        dig(container, "lifecycle", "stopSignal") is not None
        for container, _ in each_container(spec, "")
    )


def _unsignalled(container: Obj) -> Obj:
    if dig(container, "lifecycle", "stopSignal") is None:
        return container
    lifecycle = _without(container["lifecycle"], "stopSignal")
    if lifecycle:
        return {**container, "lifecycle": lifecycle}
    return _without(container, "lifecycle")


def claim_spec(spec: Obj, old: Obj) -> Obj:
    """The spec of a claim with its source named in both ways, or in none if it is unknown.

    A reference into another namespace is dropped (CrossNamespaceVolumeDataSource is off).
    """
    reference, source = spec.get("dataSourceRef"), spec.get("dataSource")
    if (reference or {}).get("namespace") and old.get("dataSourceRef") is None:
        spec, reference = _without(spec, "dataSourceRef"), None
    if source is not None and reference is None:
        before = old.get("dataSource") is not None or old.get("dataSourceRef") is not None
        kind = (source.get("apiGroup") or "", source.get("kind", ""))
        if not before and kind not in (("", "PersistentVolumeClaim"), _SNAPSHOTS):
            return _without(spec, "dataSource")
        return {**spec, "dataSourceRef": dict(source)}
    if reference is not None and source is None and not reference.get("namespace"):
        return {**spec, "dataSource": _without(reference, "namespace")}
    return spec
