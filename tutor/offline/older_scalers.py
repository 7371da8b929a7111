"""HorizontalPodAutoscalers as ``autoscaling/v1`` shows them: the stored ones of ``v2``.

Of the metrics, v1 knows the utilization of the CPU alone. The others, and the behavior, are not
shown there and stay as they are when the older form is written.

Source: pkg/apis/autoscaling/v1/conversion.go.
"""

from dataclasses import replace
from typing import Any

from tutor.offline.objects import Obj, dig
from tutor.offline.refusals import not_found
from tutor.offline.registry import Registry
from tutor.offline.requests import Request
from tutor.offline.resources import named

API_VERSION = "autoscaling/v1"
STORED = named("horizontalpodautoscalers.autoscaling")
_TARGET = "targetCPUUtilizationPercentage"
_CURRENT = "currentCPUUtilizationPercentage"
_SHARED = ("scaleTargetRef", "minReplicas", "maxReplicas")


def _cpu(metric: Obj) -> bool:
    """Whether a metric is the one that the older form knows."""
    name, kind = (dig(metric, "resource", *path) for path in (("name",), ("target", "type")))
    return bool(name == "cpu" and kind == "Utilization")


def shown(scaler: Obj) -> Obj:
    """A stored autoscaler in the older form."""
    spec = scaler.get("spec") or {}
    older: Obj = {name: spec[name] for name in _SHARED if name in spec}
    for metric in spec.get("metrics") or ():
        if _cpu(metric):
            older[_TARGET] = metric["resource"]["target"].get("averageUtilization")
            break
    status = scaler.get("status") or {}
    kept = ("observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas")
    told: Obj = {"currentReplicas": 0, "desiredReplicas": 0}
    told |= {name: status[name] for name in kept if name in status}
    return {
        "kind": "HorizontalPodAutoscaler",
        "apiVersion": API_VERSION,
        "metadata": scaler.get("metadata") or {},
        "spec": older,
        "status": told,
    }


def stored(scaler: Obj, current: Obj | None) -> Obj:
    """An older autoscaler in the form it is stored in.

    Args:
        scaler: In the older form.
        current: The stored one it replaces; None for a new one.
    """
    older = scaler.get("spec") or {}
    before = (current or {}).get("spec") or {}
    spec: Obj = {name: older[name] for name in _SHARED if name in older}
    metrics = [one for one in before.get("metrics") or () if not _cpu(one)]
    if older.get(_TARGET) is not None:
        target = {"type": "Utilization", "averageUtilization": older[_TARGET]}
        resource = {"name": "cpu", "target": target}
        metrics = [{"type": "Resource", "resource": resource}, *metrics]
    if metrics:
        spec["metrics"] = metrics
    if before.get("behavior") is not None:
        spec["behavior"] = before["behavior"]
    status = {k: v for k, v in (scaler.get("status") or {}).items() if k != _CURRENT}
    return {
        "kind": STORED.kind,
        "apiVersion": STORED.api_version,
        "metadata": scaler.get("metadata") or {},
        "spec": spec,
        "status": {**((current or {}).get("status") or {}), **status},
    }


class OlderScalers:
    """The registry of the older form: answers are stored autoscalers, to be shown.

    Args:
        registry: Of the stored ones.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def _current(self, request: Request) -> Obj | None:
        return self._registry.store.get(STORED.name, f"{request.namespace}/{request.name}")

    def _stored(self, request: Request, older: Obj) -> Obj:
        below = replace(_below(request), warnings=[], trusted=False)
        found = stored(older, self._current(request))
        return self._registry.admission.decode(below, found)

    def create(self, request: Request, body: Any) -> Obj:  # noqa: ANN401
        """A new autoscaler.

        Raises:
            ApiError: The refusal.
        """
        older = self._registry.admission.decode(request, body)
        return self._registry.create(_below(request), self._stored(request, older))

    def update(self, request: Request, body: Any) -> tuple[Obj, bool]:  # noqa: ANN401
        """A replaced autoscaler, and whether this created it.

        Raises:
            ApiError: The refusal.
        """
        older = self._registry.admission.decode(request, body)
        return self._registry.update(_below(request), self._stored(request, older))

    def patch(self, request: Request, body: Any) -> tuple[Obj, bool]:  # noqa: ANN401
        """A patched autoscaler, and whether an apply created it.

        Raises:
            ApiError: The refusal.
        """
        current = self._current(request)
        if current is None and request.patch_type != "apply":
            raise not_found(STORED, request.name)
        before = None if current is None else shown(current)
        older = self._registry.admission.patch(request, before, body)
        below = _below(request)
        managed = older.get("metadata", {}).get("managedFields")
        found = self._stored(request, older)
        if managed is not None:
            found = {**found, "metadata": {**found["metadata"], "managedFields": managed}}
        if current is None:
            return self._registry.create(below, found), True
        return self._registry.update(below, found)


def _below(request: Request) -> Request:
    return replace(request, resource=STORED)
