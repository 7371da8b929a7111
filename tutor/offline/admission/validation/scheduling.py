"""Where Pods may go: affinity, tolerations, spreading.

Source: ``validateAffinity``, ``ValidateTolerations``, ``validateTopologySpreadConstraints`` in
``pkg/apis/core/validation/validation.go``.
"""

from collections.abc import Iterable

from tutor.offline.admission.validation.fields import (
    Named,
    dns_label,
    dns_subdomain,
    duplicate,
    forbidden,
    invalid,
    label_value,
    qualified_name,
    required,
    unsupported,
)
from tutor.offline.admission.validation.metadata import validate_selector
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_HARD = "requiredDuringSchedulingIgnoredDuringExecution"
_SOFT = "preferredDuringSchedulingIgnoredDuringExecution"
_COMPARED = ("Equal", "Exists", "Lt", "Gt")
"""What the server lists where TaintTolerationComparisonOperators is off."""
_OPERATOR = "not a valid selector operator"
_POSITIVE = "must be greater than zero"
_ACTIONS = ("DoNotSchedule", "ScheduleAnyway")
_POLICIES = ("Honor", "Ignore")


def validate_tolerations(tolerations: Iterable[Obj], path: str) -> list[Cause]:
    """What is wrong with tolerations."""
    causes: list[Cause] = []
    for index, one in enumerate(tolerations):
        where = f"{path}[{index}]"
        key, operator, value = one.get("key", ""), one.get("operator", ""), one.get("value", "")
        effect = one.get("effect", "")
        if key:
            causes += [invalid(f"{where}.key", key, why) for why in qualified_name(key)]
        elif operator != "Exists":
            why = (
                'operator must be Exists when `key` is empty, which means "match all values and'
                ' all keys"'
            )
            causes.append(invalid(f"{where}.operator", Named(operator), why))
        if one.get("tolerationSeconds") is not None and effect != "NoExecute":
            why = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            causes.append(invalid(f"{where}.effect", Named(effect), why))
        if operator in ("", "Equal"):
            wrong = label_value(value)
            if wrong:
                causes.append(invalid(f"{where}.operator", value, ";".join(wrong)))
        elif operator == "Exists":
            if value:
                why = "value must be empty when `operator` is 'Exists'"
                causes.append(invalid(f"{where}.operator", value, why))
        else:
            known = _COMPARED if operator in ("Lt", "Gt") else ("Equal", "Exists")
            causes.append(unsupported(f"{where}.operator", operator, known))
        if effect and effect not in EFFECTS:
            causes.append(unsupported(f"{where}.effect", effect, EFFECTS))
    return causes


def validate_affinity(affinity: Obj, path: str) -> list[Cause]:
    """What is wrong with an affinity."""
    causes: list[Cause] = []
    nodes = affinity.get("nodeAffinity") or {}
    if nodes.get(_HARD) is not None:
        causes += validate_node_selector(nodes[_HARD], f"{path}.nodeAffinity.{_HARD}")
    for index, term in enumerate(nodes.get(_SOFT) or ()):
        where = f"{path}.nodeAffinity.{_SOFT}[{index}]"
        causes += _weight(term, where)
        causes += _node_term(term.get("preference") or {}, f"{where}.preference", values=False)
    for kind in ("podAffinity", "podAntiAffinity"):
        found, where = affinity.get(kind) or {}, f"{path}.{kind}"
        for index, term in enumerate(found.get(_HARD) or ()):
            causes += _pod_term(term, f"{where}.{_HARD}[{index}]")
        for index, weighted in enumerate(found.get(_SOFT) or ()):
            at = f"{where}.{_SOFT}[{index}]"
            causes += _weight(weighted, at)
            causes += _pod_term(weighted.get("podAffinityTerm") or {}, f"{at}.podAffinityTerm")
    return causes


def _weight(term: Obj, path: str) -> list[Cause]:
    weight = term.get("weight", 0)
    fits = 1 <= weight <= 100
    return [] if fits else [invalid(f"{path}.weight", weight, "must be in the range 1-100")]


def validate_node_selector(selector: Obj, path: str) -> list[Cause]:
    """What is wrong with a node selector."""
    where, terms = f"{path}.nodeSelectorTerms", selector.get("nodeSelectorTerms") or []
    if not terms:
        return [required(where, "must have at least one node selector term")]
    causes: list[Cause] = []
    for index, term in enumerate(terms):
        causes += _node_term(term, f"{where}[{index}]", values=True)
    return causes


def _node_term(term: Obj, path: str, *, values: bool) -> list[Cause]:
    causes: list[Cause] = []
    for index, one in enumerate(term.get("matchExpressions") or ()):
        causes += _expression(one, f"{path}.matchExpressions[{index}]", values=values)
    for index, one in enumerate(term.get("matchFields") or ()):
        causes += _field(one, f"{path}.matchFields[{index}]")
    return causes


def _expression(one: Obj, path: str, *, values: bool) -> list[Cause]:
    causes: list[Cause] = []
    key, operator, given = one.get("key", ""), one.get("operator", ""), one.get("values") or []
    where = f"{path}.values"
    if operator in ("In", "NotIn"):
        if not given:
            why = "must be specified when `operator` is 'In' or 'NotIn'"
            causes.append(required(where, why))
    elif operator in ("Exists", "DoesNotExist"):
        if given:
            why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            causes.append(forbidden(where, why))
    elif operator in ("Gt", "Lt"):
        if len(given) != 1:
            why = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            causes.append(required(where, why))
    else:
        causes.append(invalid(f"{path}.operator", Named(operator), _OPERATOR))
    causes += [invalid(f"{path}.key", key, why) for why in qualified_name(key)]
    if values:
        for index, value in enumerate(given):
            causes += [invalid(f"{where}[{index}]", value, why) for why in label_value(value)]
    return causes


def _field(one: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    key, operator, given = one.get("key", ""), one.get("operator", ""), one.get("values") or []
    if operator in ("In", "NotIn"):
        if len(given) != 1:
            why = (
                "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
            )
            causes.append(required(f"{path}.values", why))
    else:
        causes.append(invalid(f"{path}.operator", Named(operator), _OPERATOR))
    if key != "metadata.name":
        return [*causes, invalid(f"{path}.key", key, "not a valid field selector key")]
    for index, value in enumerate(given):
        causes += [invalid(f"{path}.values[{index}]", value, why) for why in dns_subdomain(value)]
    return causes


def _pod_term(term: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    for field in ("labelSelector", "namespaceSelector"):
        if term.get(field) is not None:
            causes += validate_selector(term[field], f"{path}.{field}")
    for name in term.get("namespaces") or ():
        causes += [invalid(f"{path}.namespace", name, why) for why in dns_label(name)]
    matched, mismatched = (
        term.get(field) or [] for field in ("matchLabelKeys", "mismatchLabelKeys")
    )
    causes += _label_keys(path, matched, mismatched, term.get("labelSelector"))
    where, key = f"{path}.topologyKey", term.get("topologyKey", "")
    if not key:
        causes.append(required(where, "can not be empty"))
    return causes + [invalid(where, key, why) for why in qualified_name(key)]


def _keys(keys: Iterable[str], path: str) -> list[Cause]:
    return [
        invalid(f"{path}[{index}]", key, why)
        for index, key in enumerate(keys)
        for why in qualified_name(key)
    ]


def validate_spread(constraints: list[Obj], path: str) -> list[Cause]:
    """What is wrong with topology spread constraints."""
    causes: list[Cause] = []
    for index, one in enumerate(constraints):
        where = f"{path}[{index}]"
        skew, key = one.get("maxSkew", 0), one.get("topologyKey", "")
        action, least = one.get("whenUnsatisfiable", ""), one.get("minDomains")
        if skew <= 0:
            causes.append(invalid(f"{where}.maxSkew", skew, _POSITIVE))
        if not key:
            causes.append(required(f"{where}.topologyKey", "can not be empty"))
        if action not in _ACTIONS:
            causes.append(unsupported(f"{where}.whenUnsatisfiable", action, _ACTIONS))
        if any(
            (other.get("topologyKey", ""), other.get("whenUnsatisfiable", "")) == (key, action)
            for other in constraints[index + 1 :]
        ):
            pair = f"{where}.{{topologyKey, whenUnsatisfiable}}"
            causes.append(duplicate(pair, f"{{{key}, {action}}}"))
        if least is not None:
            if least <= 0:
                causes.append(invalid(f"{where}.minDomains", least, _POSITIVE))
            if action != "DoNotSchedule":
                why = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
                causes.append(invalid(f"{where}.minDomains", least, why))
        causes += [
            unsupported(f"{where}.{field}", one[field], _POLICIES)
            for field in ("nodeAffinityPolicy", "nodeTaintsPolicy")
            if one.get(field) is not None and one[field] not in _POLICIES
        ]
        causes += _label_keys(where, one.get("matchLabelKeys") or [], [], one.get("labelSelector"))
        if one.get("labelSelector") is not None:
            causes += validate_selector(one["labelSelector"], f"{where}.labelSelector")
    return causes


def _label_keys(
    path: str, matched: list[str], mismatched: list[str], selector: Obj | None
) -> list[Cause]:
    """What is wrong with keys whose values are taken from the Pod.

    Source: ``ValidateMatchLabelKeysAndMismatchLabelKeys``.
    """
    causes: list[Cause] = []
    for field, keys in (("matchLabelKeys", matched), ("mismatchLabelKeys", mismatched)):
        if keys and selector is None:
            why = "must not be specified when labelSelector is not set"
            causes.append(forbidden(f"{path}.{field}", why))
        else:
            causes += _keys(keys, f"{path}.{field}")
    held = set((selector or {}).get("matchLabels") or ())
    places = {key: index for index, key in enumerate(matched)}
    for one in (selector or {}).get("matchExpressions") or ():
        key = one.get("key", "")
        if key in places and key in held:  # its place in the keys, after the path of the whole
            why = "exists in both matchLabelKeys and labelSelector"
            causes.append(invalid(f"{path}[{places[key]}]", key, why))
        held.add(key)
    why = "exists in both matchLabelKeys and mismatchLabelKeys"
    return causes + [
        invalid(f"{path}.matchLabelKeys[{index}]", key, why)
        for index, key in enumerate(matched)
        if key in mismatched
    ]
