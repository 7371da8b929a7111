"""ResourceQuota: what an object uses, and whether there is room for it.

Usage is counted from the objects that are there, so that it never lags behind.

Source: ``pkg/quota/v1/evaluator/core``, apiserver ``plugin/resourcequota/controller.go``.
"""

from collections.abc import Iterable, Mapping

from tutor.manifest.quantity import Quantity, parse
from tutor.offline.objects import Obj, dig, meta, name_of
from tutor.offline.plan import View
from tutor.offline.refusals import forbidden
from tutor.offline.requests import Request

Usage = dict[str, Quantity]
_ONE = Quantity(1)
_COUNTED = frozenset(
    {"configmaps", "persistentvolumeclaims", "pods", "resourcequotas", "secrets", "services"}
)
_COMPUTE = ("cpu", "memory", "ephemeral-storage")


def add(left: Mapping[str, Quantity], right: Mapping[str, Quantity]) -> Usage:
    """Two usages together."""
    total = dict(left)
    for name, amount in right.items():
        total[name] = plus(total[name], amount) if name in total else amount
    return total


def plus(left: Quantity, right: Quantity) -> Quantity:
    """The sum of two amounts, in the notation of the first that is not nothing."""
    exponent = min(left.exponent, right.exponent)
    total = left.mantissa * 10 ** (left.exponent - exponent) + right.mantissa * 10 ** (
        right.exponent - exponent
    )
    notation = left.notation if left.mantissa else right.notation
    return Quantity(total, exponent, notation)


def usage(resource: str, obj: Obj) -> Usage:
    """What an object counts for.

    Args:
        resource: Its resource: ``pods``, ``statefulsets.apps``.
        obj: The object.
    """
    if resource == "pods":
        return _of_pod(obj)
    used: Usage = {f"count/{resource}": _ONE}
    if resource in _COUNTED:
        used[resource] = _ONE
    if resource == "persistentvolumeclaims":
        amount = dig(obj, "spec", "resources", "requests", "storage")
        if amount is not None:
            used["requests.storage"] = parse(amount)
        name = dig(obj, "spec", "storageClassName", default="")
        if name:
            prefix = f"{name}.storageclass.storage.k8s.io/"
            used[prefix + "persistentvolumeclaims"] = _ONE
            if amount is not None:
                used[prefix + "requests.storage"] = parse(amount)
    if resource == "services":
        type_ = dig(obj, "spec", "type", default="")
        ports = len(dig(obj, "spec", "ports", default=[]))
        if type_ in ("NodePort", "LoadBalancer"):
            used["services.nodeports"] = Quantity(ports)
        if type_ == "LoadBalancer":
            used["services.loadbalancers"] = _ONE
    return used


def _of_pod(pod: Obj) -> Usage:
    used: Usage = {"count/pods": _ONE}
    if dig(pod, "status", "phase") in ("Succeeded", "Failed"):
        return used
    used["pods"] = _ONE
    for kind in ("requests", "limits"):
        for name in _COMPUTE:
            total = Quantity(0)
            for container in dig(pod, "spec", "containers", default=[]):
                amount = dig(container, "resources", kind, name)
                if amount is not None:
                    total = plus(total, parse(amount))
            for container in dig(pod, "spec", "initContainers", default=[]):
                amount = dig(container, "resources", kind, name)
                if amount is not None:
                    total = max(total, parse(amount))
            if total.mantissa:
                used[f"{kind}.{name}"] = total
                if kind == "requests":
                    used[name] = total
    return used


def used_of(quota: Obj, view: View, resources: Iterable[str]) -> Usage:
    """What is used of a quota, of those resources, among the names it limits."""
    namespace = meta(quota).get("namespace", "")
    hard = dig(quota, "spec", "hard", default={})
    total: Usage = {name: Quantity(0) for name in hard}
    for resource in resources:
        for obj in view.list(resource, namespace):
            if _in_scope(quota, resource, obj):
                total = add(total, usage(resource, obj))
    return {name: amount for name, amount in total.items() if name in hard}


def charge(request: Request, view: View, obj: Obj) -> None:
    """Refuse an object there is no room for.

    Raises:
        ApiError: 403.
    """
    if not request.namespace or request.resource.name == "events":
        return
    resource = request.resource.name
    wanted = usage(resource, obj)
    for quota in view.list("resourcequotas", request.namespace):
        if _in_scope(quota, resource, obj):
            _charge(request, view, obj, quota, wanted)


def _charge(request: Request, view: View, obj: Obj, quota: Obj, wanted: Usage) -> None:
    resource = request.resource.name
    hard = dig(quota, "spec", "hard", default={})
    if resource == "pods":
        missing = _unspecified(obj, hard)
        if missing:
            raise forbidden(
                request.resource, name_of(obj), f"failed quota: {name_of(quota)}: {missing}"
            )
    asked = {name: amount for name, amount in wanted.items() if name in hard}
    if not asked:
        return
    used = used_of(quota, view, (resource,))
    over = sorted(
        name
        for name, amount in asked.items()
        if plus(used.get(name, Quantity(0)), amount) > parse(hard[name])
    )
    if over:
        texts = (
            ",".join(f"{name}={asked[name]}" for name in over),
            ",".join(f"{name}={used.get(name, Quantity(0))}" for name in over),
            ",".join(f"{name}={parse(hard[name])}" for name in over),
        )
        raise forbidden(
            request.resource,
            name_of(obj),
            f"exceeded quota: {name_of(quota)}, requested: {texts[0]}, used: {texts[1]},"
            f" limited: {texts[2]}",
        )


def _unspecified(pod: Obj, hard: Mapping[str, object]) -> str:
    """Limited resources of which a container does not say how much it needs."""
    without: list[str] = []
    for name in sorted(hard):
        kind, _, what = name.rpartition(".")
        if what not in _COMPUTE or kind not in ("", "requests", "limits"):
            continue
        names = sorted(
            container.get("name", "")
            for container in dig(pod, "spec", "containers", default=[])
            if dig(container, "resources", kind or "requests", what) is None
        )
        if names:
            without.append(f"{name} for: {','.join(names)}")
    return f"must specify {'; '.join(without)}" if without else ""


def _in_scope(quota: Obj, resource: str, obj: Obj) -> bool:
    scopes = dig(quota, "spec", "scopes", default=[])
    if not scopes:
        return True
    if resource != "pods":
        return False
    best_effort = not any(
        dig(container, "resources", kind)
        for container in dig(obj, "spec", "containers", default=[])
        for kind in ("requests", "limits")
    )
    ends = dig(obj, "spec", "activeDeadlineSeconds") is not None
    matches = {
        "BestEffort": best_effort,
        "NotBestEffort": not best_effort,
        "Terminating": ends,
        "NotTerminating": not ends,
    }
    return all(matches.get(scope, False) for scope in scopes)
