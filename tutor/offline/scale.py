"""The scale subresource of StatefulSets, Deployments and ReplicaSets.

Source: pkg/registry/apps/statefulset/storage/storage.go, scaleFromStatefulSet, ScaleREST.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, dig, meta, name_of
from tutor.offline.refusals import invalid
from tutor.offline.selectors import of_object

Paths: TypeAlias = Mapping[str, str] | None
"""Where a custom resource has its replicas; None for the kinds of the server's own."""


def of(obj: Obj, paths: Paths = None) -> Obj:
    """The Scale that shows an object.

    Args:
        obj: The object.
        paths: Of a custom resource, ``subresources.scale`` of its definition.
    """
    if paths is not None:
        return _custom(obj, paths)
    found = meta(obj)
    metadata = {
        name: found[name]
        for name in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
        if name in found
    }
    replicas = int(dig(obj, "spec", "replicas", default=0))
    status: dict[str, Any] = {"replicas": int(dig(obj, "status", "replicas", default=0))}
    selector = str(of_object(dig(obj, "spec", "selector")))
    if selector:
        status["selector"] = selector
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": {"replicas": replicas} if replicas else {},
        "status": status,
    }


def _custom(obj: Obj, paths: Mapping[str, str]) -> Obj:
    """The Scale of a custom resource.

    Source: apiextensions-apiserver pkg/registry/customresource/etcd.go, scaleFromCustomResource.
    """
    replicas = dig(obj, *_steps(paths.get("specReplicasPath", "")), default=0)
    current = dig(obj, *_steps(paths.get("statusReplicasPath", "")), default=0)
    selector = dig(obj, *_steps(paths.get("labelSelectorPath", "")), default="")
    plain: Obj = {"metadata": meta(obj), "spec": {"replicas": _whole(replicas)}}
    made = of({**plain, "status": {"replicas": _whole(current)}})
    if isinstance(selector, str) and selector and paths.get("labelSelectorPath"):
        made["status"]["selector"] = selector
    return made


def _whole(found: Any) -> int:  # noqa: ANN401
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def _steps(path: str) -> list[str]:
    return [step for step in path.split(".") if step]


def apply(obj: Obj, wanted: Obj, paths: Paths = None) -> Obj:
    """The object with the replicas of a Scale.

    Args:
        obj: The object.
        wanted: The Scale.
        paths: Of a custom resource, ``subresources.scale`` of its definition.

    Raises:
        ApiError: 422 for a number below 0.
    """
    replicas = dig(wanted, "spec", "replicas", default=0)
    if replicas < 0:
        cause = Cause(
            "FieldValueInvalid",
            f"Invalid value: {replicas}: must be greater than or equal to 0",
            "spec.replicas",
        )
        raise invalid("Scale", "autoscaling", name_of(obj), [cause])
    steps = ["spec", "replicas"] if paths is None else _steps(paths.get("specReplicasPath", ""))
    return _with(obj, steps, replicas)


def _with(obj: Obj, steps: list[str], value: int) -> Obj:
    """A copy of an object with a value at a path."""
    if not steps:
        return obj
    first, *rest = steps
    below = obj.get(first)
    inner = below if isinstance(below, dict) else {}
    return {**obj, first: _with(inner, rest, value) if rest else value}
