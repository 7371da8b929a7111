"""LimitRange: what containers get that say nothing, and what is too little or too much.

Source: ``plugin/pkg/admission/limitranger/admission.go``.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from tutor.manifest.quantity import Quantity, parse
from tutor.offline.objects import Obj, dig, meta, name_of
from tutor.offline.plan import View
from tutor.offline.refusals import forbidden
from tutor.offline.requests import Request
from tutor.offline.strategies import quality

LIMITS = "limitranges"
MARK = "kubernetes.io/limit-ranger"
_ONE = Quantity(1)
_Amounts: TypeAlias = Mapping[str, Any]
_PARTS = (("containers", "container"), ("initContainers", "init container"))


def filled(request: Request, view: View, pod: Obj) -> Obj:
    """A new Pod whose containers have the defaults of the namespace, and say so."""
    for limit in view.list(LIMITS, request.namespace):
        pod = _filled(pod, limit)
    return pod


def _filled(pod: Obj, limit: Obj) -> Obj:
    defaults: dict[str, dict[str, Any]] = {"limits": {}, "requests": {}}
    for item in _items(limit, "Container"):
        defaults["limits"].update(item.get("default") or {})
        defaults["requests"].update(item.get("defaultRequest") or {})
    spec = dict(pod.get("spec") or {})
    told: list[str] = []
    for part, called in _PARTS:
        if spec.get(part):
            spec[part] = [_with(one, defaults, called, told) for one in spec[part]]
    if not told:
        return pod
    annotations = {**(meta(pod).get("annotations") or {})}
    annotations[MARK] = f"LimitRanger plugin set: {'; '.join(told)}"
    made = {**pod, "metadata": {**meta(pod), "annotations": annotations}, "spec": spec}
    return {**made, "status": {**(pod.get("status") or {}), "qosClass": quality(made)}}


def _with(
    container: Obj, defaults: Mapping[str, Mapping[str, Any]], called: str, told: list[str]
) -> Obj:
    resources = dict(container.get("resources") or {})
    for kind in ("requests", "limits"):
        held = resources.get(kind) or {}
        added = {name: held_at for name, held_at in defaults[kind].items() if name not in held}
        if added:
            resources[kind] = {**held, **added}
            names = ", ".join(sorted(added))
            told.append(f"{names} {kind[:-1]} for {called} {container.get('name', '')}")
    return {**container, "resources": resources}


def check(request: Request, view: View, obj: Obj) -> None:
    """Refuse a Pod or a claim that a LimitRange of its namespace does not allow.

    Raises:
        ApiError: 403.
    """
    pod = request.resource.name == "pods"
    for limit in view.list(LIMITS, request.namespace):
        wrong = list(_of_pod(obj, limit) if pod else _of_claim(obj, limit))
        if wrong:
            text = wrong[0] if len(wrong) == 1 else f"[{', '.join(dict.fromkeys(wrong))}]"
            raise forbidden(request.resource, name_of(obj), text)


def _items(limit: Obj, kind: str) -> Iterator[Obj]:
    for item in dig(limit, "spec", "limits", default=()):
        if item.get("type") == kind:
            yield item


def _of_pod(pod: Obj, limit: Obj) -> Iterator[str]:
    for item in dig(limit, "spec", "limits", default=()):
        kind = item.get("type")
        if kind == "Container":
            for part, _ in _PARTS:
                for one in dig(pod, "spec", part, default=()):
                    resources = one.get("resources") or {}
                    yield from _of_container(
                        item, kind, resources.get("requests") or {}, resources.get("limits") or {}
                    )
        elif kind == "Pod":
            yield from _of_container(item, kind, _total(pod, "requests"), _total(pod, "limits"))


def _of_claim(claim: Obj, limit: Obj) -> Iterator[str]:
    requests = dig(claim, "spec", "resources", "requests", default={})
    for item in _items(limit, "PersistentVolumeClaim"):
        kind = item["type"]
        for name, enforced in sorted((item.get("min") or {}).items()):
            yield from _least(kind, name, parse(enforced), requests, {})
        for name, enforced in sorted((item.get("max") or {}).items()):
            found = requests.get(name)
            what = f"maximum {name} usage per {kind} is {parse(enforced)}"
            if found is None:
                yield f"{what}. No request is specified"
            elif parse(found) > parse(enforced):
                yield f"{what}, but request is {parse(found)}"


def _of_container(item: Obj, kind: str, requests: _Amounts, limits: _Amounts) -> Iterator[str]:
    for name, enforced in sorted((item.get("min") or {}).items()):
        yield from _least(kind, name, parse(enforced), requests, limits)
    for name, enforced in sorted((item.get("max") or {}).items()):
        yield from _most(kind, name, parse(enforced), requests, limits)
    for name, enforced in sorted((item.get("maxLimitRequestRatio") or {}).items()):
        yield from _ratio(kind, name, parse(enforced), requests, limits)


def _least(
    kind: str, name: str, enforced: Quantity, requests: _Amounts, limits: _Amounts
) -> Iterator[str]:
    what = f"minimum {name} usage per {kind} is {enforced}"
    if name not in requests:
        yield f"{what}. No request is specified"
    elif parse(requests[name]) < enforced:
        yield f"{what}, but request is {parse(requests[name])}"
    elif name in limits and parse(limits[name]) < enforced:
        yield f"{what}, but limit is {parse(limits[name])}"


def _most(
    kind: str, name: str, enforced: Quantity, requests: _Amounts, limits: _Amounts
) -> Iterator[str]:
    what = f"maximum {name} usage per {kind} is {enforced}"
    if name not in limits:
        yield f"{what}. No limit is specified"
    elif parse(limits[name]) > enforced:
        yield f"{what}, but limit is {parse(limits[name])}"
    elif name in requests and parse(requests[name]) > enforced:
        yield f"{what}, but request is {parse(requests[name])}"


def _ratio(
    kind: str, name: str, enforced: Quantity, requests: _Amounts, limits: _Amounts
) -> Iterator[str]:
    what = f"{name} max limit to request ratio per {kind} is {enforced}"
    request, limit = parse(requests.get(name, "0")), parse(limits.get(name, "0"))
    if not request.mantissa:
        yield f"{what}, but no request is specified or request is 0"
    elif not limit.mantissa:
        yield f"{what}, but no limit is specified or limit is 0"
    else:
        ratio = limit.over(request)
        if ratio > enforced.over(_ONE):
            yield f"{what}, but provided ratio is {ratio:f}"


def _total(pod: Obj, kind: str) -> dict[str, str]:
    """What a Pod asks for as a whole: its containers together, or the largest that goes first."""
    total: dict[str, Quantity] = {}
    for one in dig(pod, "spec", "containers", default=()):
        for name, amount in (dig(one, "resources", kind) or {}).items():
            found = parse(amount)
            total[name] = total[name].plus(found) if name in total else found
    for one in dig(pod, "spec", "initContainers", default=()):
        for name, amount in (dig(one, "resources", kind) or {}).items():
            found = parse(amount)
            total[name] = max(total[name], found) if name in total else found
    return {name: str(amount) for name, amount in total.items()}
