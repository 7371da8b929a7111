"""Resources: their names, and amounts of them.

Source: ``pkg/apis/core/validation/validation.go``; ``pkg/apis/core/helper/helpers.go``.
"""

from collections.abc import Callable
from dataclasses import replace

from tutor.manifest.quantity import Quantity, QuantityError, parse, ten_to
from tutor.offline.admission.validation.fields import (
    NOT_NEGATIVE,
    Named,
    dns_label,
    duplicate,
    forbidden,
    invalid,
    not_found,
    qualified_name,
    required,
    unsupported,
)
from tutor.offline.admission.values import Json
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

NameOf = Callable[[str, str], list[Cause]]
_COUNTED = frozenset(
    {
        "pods",
        "services",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    }
)
_OF_CONTAINERS = frozenset({"cpu", "memory", "ephemeral-storage"})
QUOTAS = _COUNTED | _OF_CONTAINERS
QUOTAS |= {f"requests.{name}" for name in ("cpu", "memory", "storage", "ephemeral-storage")}
QUOTAS |= {f"limits.{name}" for name in ("cpu", "memory", "ephemeral-storage")}
"""What a quota may be of, by names without a prefix."""
_STANDARD = QUOTAS | {"storage"}
_HUGE = "hugepages-"
_HUGE_QUOTAS = (_HUGE, f"requests.{_HUGE}")
_OF_PODS = ("cpu", "memory")


def is_quota(name: str) -> bool:
    """Whether a resource without a prefix is one for quotas."""
    return name in QUOTAS or name.startswith(_HUGE_QUOTAS)


def fractional(amount: Quantity) -> bool:
    """Whether an amount, in thousandths and rounded up, is no whole number."""
    if amount.exponent >= 0:
        return False
    if amount.exponent < -3:
        return bool(-(-amount.mantissa // ten_to(-amount.exponent - 3)) % 1000)
    return bool(amount.mantissa * ten_to(3 + amount.exponent) % 1000)


def _native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _extended(name: str) -> bool:
    return (
        not _native(name)
        and not name.startswith("requests.")
        and not qualified_name(f"requests.{name}")
    )


def _shared(name: str) -> bool:
    """Whether more of it may be promised than there is."""
    return _native(name) and not name.startswith(_HUGE)


def resource_name(name: str, path: str) -> list[Cause]:
    """What is wrong with the name of a resource."""
    shown = Named(name)
    causes = [invalid(path, shown, why) for why in qualified_name(name)]
    known = "/" in name or name in _STANDARD or name.startswith(_HUGE_QUOTAS)
    if not causes and not known:
        why = "must be a standard resource type or fully qualified"
        causes.append(invalid(path, shown, why))
    return causes


def container_resource(name: str, path: str) -> list[Cause]:
    """What is wrong with the name of a resource of a container."""
    causes = resource_name(name, path)
    if "/" not in name:
        if name not in _OF_CONTAINERS and not name.startswith(_HUGE):
            why = "must be a standard resource for containers"
            causes.append(invalid(path, Named(name), why))
    elif not _native(name) and not _extended(name):
        why = "doesn't follow extended resource name standard"
        causes.append(invalid(path, Named(name), why))
    return causes


def pod_resource(name: str, path: str) -> list[Cause]:
    """What is wrong with the name of a resource of a whole Pod."""
    causes = resource_name(name, path)
    if causes or name in _OF_PODS or name.startswith(_HUGE):
        return causes
    return [unsupported(path, name, _OF_PODS)]


def resource_amount(name: str, value: Json, path: str) -> list[Cause]:
    """What is wrong with an amount of a resource."""
    amount = parse(value)
    causes = [invalid(path, str(amount), NOT_NEGATIVE)] if amount.mantissa < 0 else []
    if (name in _COUNTED or _extended(name)) and fractional(amount):
        causes.append(invalid(path, str(amount), "must be an integer"))
    return causes


def validate_resources(
    resources: Obj, claims: frozenset[str], path: str, name_of: NameOf = container_resource
) -> list[Cause]:
    """What is wrong with requests and limits.

    Args:
        resources: The block.
        claims: Names of the Pod's resource claims.
        path: Where it stands.
        name_of: What may be wrong with the name of a resource there.
    """
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    causes: list[Cause] = []
    for name in sorted(limits):
        where = f"{path}.limits[{name}]"
        causes += name_of(name, where) + resource_amount(name, limits[name], where)
        causes += _pages(name, limits[name], where)
    for name in sorted(requests):
        where = f"{path}.requests[{name}]"
        causes += name_of(name, where) + resource_amount(name, requests[name], where)
        causes += _within(name, requests[name], limits.get(name), path)
        causes += _pages(name, requests[name], where)
    named = limits.keys() | requests.keys()
    if any(name.startswith(_HUGE) for name in named) and not {"cpu", "memory"} & named:
        causes.append(forbidden(path, "HugePages require cpu or memory"))
    return causes + _claims(resources.get("claims") or [], claims, f"{path}.claims")


def _within(name: str, value: Json, limit: Json, path: str) -> list[Cause]:
    """What is wrong with a request beside its limit."""
    if limit is None:
        if _shared(name):
            return []
        why = "Limit must be set for non overcommitable resources"
        return [required(f"{path}.limits", why)]
    amount, most = parse(value), parse(limit)
    if not _shared(name) and (amount < most or most < amount):
        why = f"must be equal to {name} limit of {most}"
    elif amount > most:
        why = f"must be less than or equal to {name} limit of {most}"
    else:
        return []
    return [invalid(f"{path}.requests", str(amount), why)]


def _pages(name: str, value: Json, path: str) -> list[Cause]:
    """What is wrong with an amount of huge pages."""
    if not name.startswith(_HUGE):
        return []
    amount = parse(value)
    try:
        page = parse(name.removeprefix(_HUGE))
    except QuantityError:
        page = Quantity(0)
    whole = page.mantissa > 0 and not fractional(page)
    if whole and units(amount) % units(page) == 0:
        return []
    return [invalid(path, str(amount), f"{amount} is not positive integer multiple of {name}")]


def units(amount: Quantity) -> int:
    """The whole number, rounded away from zero, as the server's 64 bits hold it."""
    size, sign = abs(amount.mantissa), 1 if amount.mantissa >= 0 else -1
    if amount.exponent < 0:
        return sign * -(-size // ten_to(-amount.exponent))
    most = 2**63 - 1
    if len(str(size)) + amount.exponent > 19:
        return sign * most
    return sign * min(size * ten_to(amount.exponent), most)


def _claims(claims: list[Obj], known: frozenset[str], path: str) -> list[Cause]:
    """What is wrong with the resource claims that a container uses."""
    causes: list[Cause] = []
    seen: set[str] = set()
    for index, one in enumerate(claims):
        where, name, request = f"{path}[{index}]", one.get("name", ""), one.get("request", "")
        if not name:
            causes.append(required(where))
            continue
        if name in seen:
            causes.append(duplicate(where, name))
        else:
            key = f"{name}/{request}" if request else name
            if request:
                causes += [invalid(f"{where}.request", request, why) for why in dns_label(request)]
            if key in seen:
                causes.append(duplicate(where, key))
            elif not request:
                others = [other for other in seen if other.startswith(f"{name}/")]
                causes += [duplicate(where, name)] * len(others)
            seen.add(key)
        if name not in known:
            listed = f": {', '.join(sorted(known))}" if known else " which is empty"
            found = not_found(where, name)
            why = f"must be one of the names in pod.spec.resourceClaims{listed}"
            causes.append(replace(found, message=f"{found.message}: {why}"))
    return causes
