"""Evictions: a Pod is deleted if its budget allows it.

Source: pkg/registry/core/pod/storage/eviction.go, v1.36.
"""

from typing import Any

from tutor.offline.clock import timestamp
from tutor.offline.controllers.disruption import BUDGETS, PODS, selector_of
from tutor.offline.controllers.nodes.conditions import condition_of, disrupted
from tutor.offline.deletion import DeleteOptions, options_of
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, labels_of, meta, name_of, terminating, uid_of
from tutor.offline.refusals import bad_request
from tutor.offline.registry import Registry
from tutor.offline.requests import Request
from tutor.offline.resources import named

_MOST_TOLD = 2000
_NO_MORE = "Cannot evict pod as it would violate the pod's disruption budget."
_TOO_MANY = 429


def serve_evictions(registry: Registry) -> None:
    """Have the registry answer ``pods/eviction``."""
    registry.handlers[PODS, "eviction"] = lambda request, body: evict(registry, request, body)


def evict(registry: Registry, request: Request, body: Any) -> Obj:  # noqa: ANN401
    """Delete a Pod if its budgets allow it; the answer is a Status.

    Raises:
        ApiError: 403, 404, 429 where a budget forbids it.
    """
    asked = body if isinstance(body, dict) else {}
    named_pod = dig(asked, "metadata", "name", default=request.name)
    if named_pod != request.name:
        raise bad_request("name in URL does not match name in Eviction object")
    pod = registry.get(request.resource, request.namespace, request.name)
    options = options_of(asked.get("deleteOptions"))
    dry = request.dry_run or options.dry_run
    ignored = dig(pod, "status", "phase") in ("Succeeded", "Failed", "Pending")
    if not ignored and not terminating(pod):
        refused = _spend(registry, request, pod, dry=dry)
        if refused is not None:
            return refused
    if not dry and not terminating(pod):
        reason, text = "EvictionByEvictionAPI", "Eviction API: evicting"
        status = disrupted(pod, registry.clock.now, reason, text)
        write = _write_of(request, PODS, name_of(pod))
        registry.update(write, {**pod, "status": status})
    delete = Request(
        "delete",
        request.resource,
        request.namespace,
        request.name,
        dry_run=dry,
        user=request.user,
        field_manager=request.field_manager,
    )
    wanted = DeleteOptions(
        options.grace_seconds,
        options.propagation,
        options.orphan_dependents,
        options.uid or uid_of(pod),
        dry_run=dry,
    )
    registry.delete(delete, wanted)
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


def _write_of(request: Request, resource: str, name: str) -> Request:
    return Request(
        "update",
        named(resource),
        request.namespace,
        name,
        "status",
        field_manager="kube-apiserver",
        user="system:apiserver",
        trusted=True,
    )


def _spend(registry: Registry, request: Request, pod: Obj, *, dry: bool) -> Obj | None:
    """Take one disruption from the Pod's budget, or refuse.

    Returns:
        The Status that the real server sends with a code of success, though it tells of failure.

    Raises:
        ApiError: 403 or 429.
    """
    if not labels_of(pod):
        return None
    budgets = [
        one for one in registry.view.list(BUDGETS, request.namespace) if selector_of(one)(pod)
    ]
    if not budgets:
        return None
    if len(budgets) > 1:
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": "This pod has more than one PodDisruptionBudget, which the eviction "
            "subresource does not support.",
            "code": 500,
        }
    (budget,) = budgets
    status = budget.get("status") or {}
    healthy, desired = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
    if condition_of(pod, "Ready") != "True":
        policy = dig(budget, "spec", "unhealthyPodEvictionPolicy", default="IfHealthyBudget")
        if policy == "AlwaysAllow" or (healthy >= desired > 0):
            return None
    name = name_of(budget)
    if status.get("observedGeneration", 0) < meta(budget).get("generation", 0):
        text = f"The disruption budget {name} is still being processed by the server."
        raise _refused(text, 10)
    allowed = status.get("disruptionsAllowed", 0)
    told = status.get("disruptedPods") or {}
    why = ""
    if allowed < 0:
        why = "pdb disruptions allowed is negative"
    elif len(told) > _MOST_TOLD:
        why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
    if why:
        raise ApiError(
            403,
            "Forbidden",
            f'poddisruptionbudget.policy "{name}" is forbidden: {why}',
            {"name": name, "group": "policy", "kind": "poddisruptionbudget"},
        )
    if not allowed:
        raise _refused(_denial(name, status), 0)
    if dry:
        return None
    told = {**told, name_of(pod): timestamp(registry.clock.now)}
    spent = {**status, "disruptionsAllowed": allowed - 1, "disruptedPods": told}
    if allowed == 1:
        spent["conditions"] = [
            {
                **one,
                "status": "False",
                "reason": "InsufficientPods",
                "lastTransitionTime": timestamp(registry.clock.now),
            }
            if one.get("type") == "DisruptionAllowed"
            else one
            for one in status.get("conditions") or ()
        ]
    registry.update(_write_of(request, BUDGETS, name), {**budget, "status": spent})
    return None


def _denial(name: str, status: Obj) -> str:
    """Why a budget allows nothing now."""
    healthy, desired = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
    lead = f"The disruption budget {name} does not allow evicting pods currently"
    held: Obj = next(
        (
            one
            for one in status.get("conditions") or ()
            if one.get("type") == "DisruptionAllowed" and one.get("status") == "False"
        ),
        {},
    )
    reason, message = held.get("reason", ""), held.get("message", "")
    if message and reason == "SyncFailed":
        return f"{lead} because it failed sync: {message}"
    if healthy <= desired:
        return (
            f"The disruption budget {name} needs {desired} healthy pods and has {healthy} currently"
        )
    return f"{lead} ({reason}): {message}" if message else lead


def _refused(why: str, seconds: int) -> ApiError:
    details: dict[str, Any] = {"causes": [{"reason": "DisruptionBudget", "message": why}]}
    if seconds:
        details["retryAfterSeconds"] = seconds
    return ApiError(_TOO_MANY, "TooManyRequests", _NO_MORE, details)
