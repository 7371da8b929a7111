"""ResourceQuotas.

Source: ``ValidateResourceQuota…`` in ``pkg/apis/core/validation/validation.go``.
"""

from collections.abc import Iterable

from tutor.offline.admission.validation.amounts import is_quota, resource_amount, resource_name
from tutor.offline.admission.validation.fields import (
    IMMUTABLE,
    Named,
    dns_subdomain,
    invalid,
    required,
)
from tutor.offline.admission.validation.metadata import (
    validate_metadata,
    validate_metadata_update,
)
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

_SCOPES = frozenset(
    {
        "Terminating",
        "NotTerminating",
        "BestEffort",
        "NotBestEffort",
        "PriorityClass",
        "CrossNamespacePodAffinity",
        "VolumeAttributesClass",
    }
)
_STATES = _SCOPES - {"PriorityClass", "VolumeAttributesClass"}
_PODS = frozenset({"pods"})
_COMPUTED = _PODS | {
    f"{part}{name}" for part in ("", "limits.", "requests.") for name in ("cpu", "memory")
}
_CLAIMS = frozenset({"persistentvolumeclaims", "requests.storage"})
_OF_SCOPES = {
    **dict.fromkeys(_SCOPES, _COMPUTED),
    "BestEffort": _PODS,
    "VolumeAttributesClass": _CLAIMS,
}
_CONFLICTS = ({"BestEffort", "NotBestEffort"}, {"Terminating", "NotTerminating"})
_EXISTS = (
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating,"
    " ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort,"
    " ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
)


def validate_quota(obj: Obj) -> list[Cause]:
    """What is wrong with a new quota."""
    causes = validate_metadata(meta(obj), dns_subdomain) + _spec(obj.get("spec") or {})
    return causes + quota_status(obj)


def validate_quota_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a quota."""
    spec = new.get("spec") or {}
    causes = validate_metadata_update(meta(new), meta(old)) + _spec(spec)
    scopes = spec.get("scopes")
    if set(scopes or ()) != set((old.get("spec") or {}).get("scopes") or ()):
        causes.append(invalid("spec.scopes", scopes, IMMUTABLE))
    return causes


def quota_status(obj: Obj) -> list[Cause]:
    """What is wrong with the amounts in the status of a quota."""
    status = obj.get("status") or {}
    return [
        cause for part in ("hard", "used") for cause in _amounts(status.get(part), f"status.{part}")
    ]


def _amounts(amounts: Obj | None, path: str) -> list[Cause]:
    causes: list[Cause] = []
    for name, amount in sorted((amounts or {}).items()):
        where = f"{path}[{name}]"
        causes += resource_name(name, where)
        if "/" not in name and not is_quota(name):
            causes.append(invalid(where, Named(name), "must be a standard resource for quota"))
        causes += resource_amount(name, amount, where)
    return causes


def _spec(spec: Obj) -> list[Cause]:
    causes = _amounts(spec.get("hard"), "spec.hard")
    hard, scopes = sorted(spec.get("hard") or ()), spec.get("scopes") or []
    where = "spec.scopes"
    for scope in scopes:
        if scope not in _SCOPES:
            causes.append(invalid(where, scopes, "unsupported scope"))
        why = "unsupported scope applied to resource"
        causes += [invalid(where, scopes, why)] * _unfit(scope, hard)
    causes += [invalid(where, scopes, "conflicting scopes")] * _conflicts(scopes)
    selector = spec.get("scopeSelector")
    return causes if selector is None else causes + _selector(selector, spec, hard)


def _unfit(scope: str, hard: Iterable[str]) -> int:
    """How many resources a scope cannot be asked of."""
    fit = _OF_SCOPES.get(scope)
    return 0 if fit is None else len([name for name in hard if is_quota(name) and name not in fit])


def _conflicts(scopes: Iterable[str]) -> int:
    return len([pair for pair in _CONFLICTS if pair <= set(scopes)])


def _selector(selector: Obj, spec: Obj, hard: list[str]) -> list[Cause]:
    causes: list[Cause] = []
    where = "spec.scopeSelector.matchExpressions"  # so the server says, of whichever it is
    asked = selector.get("matchExpressions") or []
    shown = {
        "MatchExpressions": [
            {
                "ScopeName": one.get("scopeName", ""),
                "Operator": one.get("operator", ""),
                "Values": one.get("values"),
            }
            for one in asked
        ]
        or None
    }
    for one in asked:
        name, operator, values = (
            one.get("scopeName", ""),
            one.get("operator", ""),
            one.get("values"),
        )
        if name not in _SCOPES:
            causes.append(invalid(f"{where}.scopeName", Named(name), "unsupported scope"))
        why = "unsupported scope applied to resource"
        causes += [invalid(where, shown, why)] * _unfit(name, hard)
        if name in _STATES and operator != "Exists":
            causes.append(invalid(f"{where}.operator", Named(operator), _EXISTS))
        if operator in ("In", "NotIn"):
            if not values:
                why = (
                    "must be at least one value when `operator` is 'In' or 'NotIn' for scope"
                    " selector"
                )
                causes.append(required(f"{where}.values", why))
        elif operator in ("Exists", "DoesNotExist"):
            if values:
                why = (
                    "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope"
                    " selector"
                )
                causes.append(invalid(f"{where}.values", values, why))
        else:
            why = "not a valid selector operator"
            causes.append(invalid(f"{where}.operator", Named(operator), why))
    names = [one.get("scopeName", "") for one in asked]
    conflict = invalid(where, spec.get("scopes"), "conflicting scopes")
    return causes + [conflict] * _conflicts(names)
