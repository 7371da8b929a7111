"""LimitRanges.

Source: ``pkg/apis/core/validation/validation.go``, ValidateLimitRange.
"""

from collections.abc import Iterator

from tutor.manifest.quantity import Quantity, parse
from tutor.offline.admission.validation.amounts import container_resource, resource_name
from tutor.offline.admission.validation.fields import (
    Named,
    dns_subdomain,
    duplicate,
    forbidden,
    invalid,
    qualified_name,
    required,
)
from tutor.offline.admission.validation.metadata import validate_metadata
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, dig, meta

_TYPES = ("Container", "PersistentVolumeClaim", "Pod")
_PARTS = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
_ONE = Quantity(1)


def validate_limits(obj: Obj) -> list[Cause]:
    """What is wrong with a LimitRange."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    seen: set[str] = set()
    for index, item in enumerate(dig(obj, "spec", "limits", default=())):
        path = f"spec.limits[{index}]"
        kind = item.get("type") or ""
        causes += _kind(kind, f"{path}.type")
        if kind in seen:
            causes.append(duplicate(f"{path}.type", Named(kind)))
        seen.add(kind)
        causes += _item(item, kind, path)
    return causes


def validate_limits_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a LimitRange."""
    return validate_limits(new)


def _kind(kind: str, path: str) -> list[Cause]:
    shown = Named(kind)
    causes = [invalid(path, shown, why) for why in qualified_name(kind)]
    if not causes and "/" not in kind and kind not in _TYPES:
        why = "must be a standard limit type or fully qualified"
        causes.append(invalid(path, shown, why))
    return causes


def _item(item: Obj, kind: str, path: str) -> Iterator[Cause]:
    name_of = container_resource if kind in ("Container", "Pod") else resource_name
    amounts = {
        part: {name: parse(amount) for name, amount in (item.get(part) or {}).items()}
        for part in _PARTS
    }
    for part in ("max", "min"):
        for name in sorted(amounts[part]):
            yield from name_of(name, f"{path}.{part}[{name}]")
    for part in ("default", "defaultRequest"):
        if kind == "Pod" and amounts[part]:
            yield forbidden(f"{path}.{part}", "may not be specified when `type` is 'Pod'")
        if kind == "Pod":
            amounts[part] = {}
        for name in sorted(amounts[part]):
            yield from name_of(name, f"{path}.{part}[{name}]")
    if kind == "PersistentVolumeClaim" and not {"storage"} & (
        amounts["min"].keys() | amounts["max"].keys()
    ):
        why = "either minimum or maximum storage value is required, but neither was provided"
        yield required(f"{path}.limits", why)
    for name in sorted(amounts["maxLimitRequestRatio"]):
        yield from name_of(name, f"{path}.maxLimitRequestRatio[{name}]")
    for name in sorted(set().union(*amounts.values())):
        yield from _order(amounts, name, path)


def _order(amounts: dict[str, dict[str, Quantity]], name: str, path: str) -> Iterator[Cause]:
    """What of one resource contradicts itself."""
    least, most = amounts["min"].get(name), amounts["max"].get(name)
    given, asked = amounts["default"].get(name), amounts["defaultRequest"].get(name)
    ratio = amounts["maxLimitRequestRatio"].get(name)

    def wrong(part: str, value: Quantity, why: str) -> Cause:
        return invalid(f"{path}.{part}[{name}]", str(value), why)

    if least is not None and most is not None and least > most:
        yield wrong("min", least, f"min value {least} is greater than max value {most}")
    if asked is not None:
        if least is not None and least > asked:
            why = f"min value {least} is greater than default request value {asked}"
            yield wrong("defaultRequest", asked, why)
        if most is not None and asked > most:
            why = f"default request value {asked} is greater than max value {most}"
            yield wrong("defaultRequest", asked, why)
        if given is not None and asked > given:
            why = f"default request value {asked} is greater than default limit value {given}"
            yield wrong("defaultRequest", asked, why)
    if given is not None:
        if least is not None and least > given:
            why = f"min value {least} is greater than default value {given}"
            yield wrong("default", least, why)
        if most is not None and most < given:
            yield wrong("default", most, f"default value {given} is greater than max value {most}")
    if ratio is not None:
        if ratio < _ONE:
            yield wrong("maxLimitRequestRatio", ratio, f"ratio {ratio} is less than 1")
        if least is not None and most is not None and least.mantissa:
            limit = most.over(least)
            if ratio.over(_ONE) > limit:
                why = f"ratio {ratio} is greater than max/min = {limit:f}"
                yield wrong("maxLimitRequestRatio", ratio, why)

    shared = ("/" not in name or "kubernetes.io/" in name) and not name.startswith("hugepages-")
    if not shared and given is not None and asked is not None and (given < asked or asked < given):
        why = f"default value {given} must equal to defaultRequest value {asked} in {name}"
        yield wrong("defaultRequest", asked, why)
