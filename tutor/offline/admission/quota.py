"""ResourceQuota: what an object uses, and whether there is room for it.

Usage is counted from the objects that are there, so that it never lags behind.

Source: ``pkg/quota/v1/evaluator/core``, apiserver ``plugin/resourcequota/controller.go``.
"""

from collections.abc import Iterable, Mapping

from tutor.manifest.quantity import Quantity, parse
from tutor.offline.clock import seconds_of
from tutor.offline.objects import Obj, dig, meta, name_of
from tutor.offline.plan import View
from tutor.offline.refusals import forbidden
from tutor.offline.requests import Request
from tutor.offline.strategies import quality

Usage = dict[str, Quantity]
_ONE = Quantity(1)
_COUNTED = frozenset(
    {"configmaps", "persistentvolumeclaims", "pods", "resourcequotas", "secrets", "services"}
)
_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_GROWING = frozenset({"persistentvolumeclaims", "services"})
_BETA_CLASS = "volume.beta.kubernetes.io/storage-class"


def add(left: Mapping[str, Quantity], right: Mapping[str, Quantity]) -> Usage:
    """Two usages together."""
    total = dict(left)
    for name, amount in right.items():
        total[name] = total[name].plus(amount) if name in total else amount
    return total


def usage(resource: str, obj: Obj, now: float = 0.0) -> Usage:
    """What an object counts for.

    Args:
        resource: Its resource: ``pods``, ``statefulsets.apps``.
        obj: The object.
        now: The moment: a Pod counts no longer once its time to end is over.
    """
    used: Usage = {f"count/{resource}": _ONE}
    if resource == "pods":
        return used if _over(obj, now) else {**used, **_of_pod(obj)}
    if resource in _COUNTED:
        used[resource] = _ONE
    if resource == "persistentvolumeclaims":
        used |= _of_claim(obj)
    if resource == "services":
        used |= _of_service(obj)
    return used


def _of_claim(claim: Obj) -> Usage:
    sizes = [
        parse(amount)
        for amount in (
            dig(claim, "spec", "resources", "requests", "storage"),
            dig(claim, "status", "allocatedResources", "storage"),
        )
        if amount is not None
    ]
    used: Usage = {"requests.storage": max(sizes)} if sizes else {}
    name = (meta(claim).get("annotations") or {}).get(_BETA_CLASS) or dig(
        claim, "spec", "storageClassName", default=""
    )
    if name:
        prefix = f"{name}.storageclass.storage.k8s.io/"
        used[prefix + "persistentvolumeclaims"] = _ONE
        if sizes:
            used[prefix + "requests.storage"] = max(sizes)
    return used


def _of_service(service: Obj) -> Usage:
    type_ = dig(service, "spec", "type", default="")
    ports = dig(service, "spec", "ports", default=[])
    used: Usage = {}
    if type_ == "LoadBalancer":
        used["services.loadbalancers"] = _ONE
        if dig(service, "spec", "allocateLoadBalancerNodePorts") is False:
            ports = [port for port in ports if port.get("nodePort")]
    if type_ in ("NodePort", "LoadBalancer"):
        used["services.nodeports"] = Quantity(len(ports))
    return used


def _over(pod: Obj, now: float) -> bool:
    """Whether a Pod has ended, or should have by now (``QuotaV1Pod``)."""
    if dig(pod, "status", "phase") in ("Succeeded", "Failed"):
        return True
    ends, grace = meta(pod).get("deletionTimestamp"), meta(pod).get("deletionGracePeriodSeconds")
    # The timestamp holds the grace already; the real evaluator adds it once more.
    return ends is not None and grace is not None and now > seconds_of(ends) + grace


def _of_pod(pod: Obj) -> Usage:
    used: Usage = {"pods": _ONE}
    for kind in ("requests", "limits"):
        for name, total in _amounts(pod, kind).items():
            if not total.mantissa:
                continue
            plain = name in _COMPUTE or name.startswith("hugepages-")
            if plain or kind == "requests":
                used[f"{kind}.{name}"] = total
            if plain and kind == "requests":
                used[name] = total
    return used


def _amounts(pod: Obj, kind: str) -> Usage:
    """What a Pod asks for, or is limited to."""
    total = amounts_of_containers(dig(pod, "spec", default={}), kind)
    whole = _stated(dig(pod, "spec", default={}), kind)
    total |= {name: amount for name, amount in whole.items() if name in ("cpu", "memory")}
    overhead = dig(pod, "spec", "overhead") or {}
    extra = {
        name: parse(amount)
        for name, amount in overhead.items()
        if kind == "requests" or name in total
    }
    return add(total, extra)


def amounts_of_containers(spec: Obj, kind: str) -> Usage:
    """What the containers of a Pod ask for together, or its largest first one.

    Args:
        spec: The spec of the Pod.
        kind: ``requests`` or ``limits``.
    """
    total: Usage = {}
    for container in dig(spec, "containers", default=[]):
        total = add(total, _stated(container, kind))
    beside: Usage = {}
    largest: Usage = {}
    for container in dig(spec, "initContainers", default=[]):
        own = _stated(container, kind)
        if container.get("restartPolicy") == "Always":
            total, beside = add(total, own), add(beside, own)
            own = beside
        else:
            own = add(own, {name: value for name, value in beside.items() if name in own})
        for name, amount in own.items():
            largest[name] = max(largest.get(name, amount), amount)
    for name, amount in largest.items():
        total[name] = max(total.get(name, amount), amount)
    return total


def _stated(obj: Obj, kind: str) -> Usage:
    found = dig(obj, "resources", kind) or {}
    return {str(name): parse(amount) for name, amount in found.items()}


def used_of(quota: Obj, view: View, resources: Iterable[str]) -> Usage:
    """What is used of a quota, of those resources, among the names it limits."""
    namespace = meta(quota).get("namespace", "")
    hard = dig(quota, "spec", "hard", default={})
    total: Usage = {name: Quantity(0) for name in hard}
    for resource in resources:
        for obj in view.list(resource, namespace):
            if _in_scope(quota, resource, obj):
                total = add(total, usage(resource, obj, view.now))
    return {name: amount for name, amount in total.items() if name in hard}


def charge(request: Request, view: View, old: Obj | None, obj: Obj) -> None:
    """Refuse an object there is no room for, or more of one.

    Args:
        request: Of whoever makes or changes it.
        view: The cluster.
        old: As it is; None for a new one.
        obj: As it is to be.

    Raises:
        ApiError: 403.
    """
    resource = request.resource.name
    if not request.namespace or request.resource.name == "events" or request.subresource:
        return
    if old is not None and resource not in _GROWING:
        return
    before = usage(resource, old, view.now) if old is not None else {}
    wanted = usage(resource, obj, view.now)
    for quota in view.list("resourcequotas", request.namespace):
        if _in_scope(quota, resource, obj):
            more = {
                name: minus(amount, before[name]) if name in before else amount
                for name, amount in wanted.items()
            }
            _charge(request, view, obj, quota, more, new=old is None)


def minus(left: Quantity, right: Quantity) -> Quantity:
    """The difference of two amounts, in the notation of the first."""
    taken = Quantity(-right.mantissa, right.exponent, right.notation)
    found = left.plus(taken)
    return Quantity(found.mantissa, found.exponent, left.notation)


def _charge(request: Request, view: View, obj: Obj, quota: Obj, more: Usage, *, new: bool) -> None:
    resource = request.resource.name
    hard = dig(quota, "spec", "hard", default={})
    if resource == "pods" and new:
        missing = _unspecified(obj, hard)
        if missing:
            raise forbidden(
                request.resource, name_of(obj), f"failed quota: {name_of(quota)}: {missing}"
            )
    asked = {name: amount for name, amount in more.items() if name in hard and amount.mantissa > 0}
    if not asked:
        return
    used = used_of(quota, view, (resource,))
    over = sorted(
        name
        for name, amount in asked.items()
        if used.get(name, Quantity(0)).plus(amount) > parse(hard[name])
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
    containers = [
        *dig(pod, "spec", "containers", default=[]),
        *dig(pod, "spec", "initContainers", default=[]),
    ]
    if dig(pod, "spec", "resources"):
        return ""
    for name in sorted(hard):
        kind, _, what = name.rpartition(".")
        if what not in ("cpu", "memory") or kind not in ("", "requests", "limits"):
            continue
        names = sorted(
            container.get("name", "")
            for container in containers
            if dig(container, "resources", kind or "requests", what) is None
        )
        if names:
            without.append(f"{name} for: {','.join(names)}")
    return f"must specify {'; '.join(without)}" if without else ""


def _in_scope(quota: Obj, resource: str, obj: Obj) -> bool:
    """Whether a quota speaks of an object: all its scopes must match."""
    wanted: list[Obj] = [
        {"scopeName": scope, "operator": "Exists"}
        for scope in dig(quota, "spec", "scopes", default=[])
    ]
    wanted += dig(quota, "spec", "scopeSelector", "matchExpressions", default=[])
    return all(_matches(one, resource, obj) for one in wanted)


def _matches(scope: Obj, resource: str, obj: Obj) -> bool:
    """Whether one scope holds an object (``podMatchesScopeFunc``)."""
    name = scope.get("scopeName")
    if name == "VolumeAttributesClass":
        return resource == "persistentvolumeclaims" and _chosen(
            scope, dig(obj, "spec", "volumeAttributesClassName", default="")
        )
    if resource != "pods":
        return False
    if name == "PriorityClass":
        return _chosen(scope, dig(obj, "spec", "priorityClassName", default=""))
    deadline = dig(obj, "spec", "activeDeadlineSeconds")
    ends = deadline is not None and int(deadline) >= 0
    best_effort = dig(obj, "status", "qosClass", default=quality(obj)) == "BestEffort"
    matches = {
        "BestEffort": best_effort,
        "NotBestEffort": not best_effort,
        "Terminating": ends,
        "NotTerminating": not ends,
        "CrossNamespacePodAffinity": _reaches_out(obj),
    }
    return bool(matches.get(str(name), False))


def _chosen(scope: Obj, value: str) -> bool:
    """Whether a value is one that a scope with an operator asks for."""
    operator, values = scope.get("operator"), scope.get("values") or ()
    if operator == "In":
        return value in values
    if operator == "NotIn":
        return value not in values
    if operator == "DoesNotExist":
        return not value
    return bool(value)


def _reaches_out(pod: Obj) -> bool:
    """Whether an affinity term of a Pod speaks of other namespaces."""
    for kind in ("podAffinity", "podAntiAffinity"):
        found = dig(pod, "spec", "affinity", kind, default={})
        terms = list(found.get("requiredDuringSchedulingIgnoredDuringExecution") or ())
        terms += [
            one.get("podAffinityTerm") or {}
            for one in found.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
        ]
        if any(one.get("namespaces") or one.get("namespaceSelector") is not None for one in terms):
            return True
    return False
