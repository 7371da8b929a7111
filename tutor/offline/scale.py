"""The scale subresource of StatefulSets, Deployments and ReplicaSets.

Source: pkg/registry/apps/statefulset/storage/storage.go, scaleFromStatefulSet, ScaleREST.
"""

from typing import Any

from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, dig, meta, name_of
from tutor.offline.refusals import invalid
from tutor.offline.selectors import of_object


def of(obj: Obj) -> Obj:
    """The Scale that shows an object."""
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


def apply(obj: Obj, wanted: Obj) -> Obj:
    """The object with the replicas of a Scale.

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
    return {**obj, "spec": {**obj["spec"], "replicas": replicas}}
