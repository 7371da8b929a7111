"""StatefulSets, Deployments, ReplicaSets.

Source: ``pkg/apis/apps/validation/validation.go``.
"""

import re
from collections.abc import Mapping

from tutor.offline.admission.semantic import same
from tutor.offline.admission.validation.claims import validate_claim_spec
from tutor.offline.admission.validation.fields import (
    Named,
    dns_label,
    dns_subdomain,
    forbidden,
    invalid,
    not_negative,
    percent,
    required,
    unsupported,
)
from tutor.offline.admission.validation.internal import as_go
from tutor.offline.admission.validation.metadata import (
    matches,
    validate_metadata,
    validate_metadata_update,
    validate_selector,
)
from tutor.offline.admission.validation.pods import validate_template, validate_template_metadata
from tutor.offline.admission.values import Json
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

IMMUTABLE_SPEC = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
    " 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and"
    " 'minReadySeconds' are forbidden"
)
_MUTABLE = frozenset(
    {
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    }
)
_RETENTION = ("Retain", "Delete")


def validate_set(obj: Obj, gates: Mapping[str, bool]) -> list[Cause]:
    """What is wrong with a new StatefulSet."""
    causes = validate_metadata(meta(obj), dns_label)
    return causes + _set_spec(obj.get("spec") or {}, "spec")


def validate_set_update(new: Obj, old: Obj, gates: Mapping[str, bool]) -> list[Cause]:
    """What is wrong with a change of a StatefulSet.

    What cannot change is not looked at again, nor the Pods of a set that was wrong before.
    """
    causes = validate_metadata_update(meta(new), meta(old))
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    wrong = bool(_set_spec(before, "", fixed=False))
    causes += _set_spec(spec, "spec", fixed=False, pods=not wrong)
    if not same("StatefulSetSpec", _fixed(spec), _fixed(before)):
        causes.append(forbidden("spec", IMMUTABLE_SPEC))
    return causes


def _fixed(spec: Obj) -> dict[str, Json]:
    return {key: value for key, value in spec.items() if key not in _MUTABLE}


def _set_spec(spec: Obj, path: str, *, fixed: bool = True, pods: bool = True) -> list[Cause]:
    """What is wrong with the spec of a StatefulSet.

    Args:
        spec: The spec.
        path: Where it stands.
        fixed: Whether to look at what can never change: the Service's name and the claims.
        pods: Whether to look at the Pods.
    """
    causes: list[Cause] = []
    policy = spec.get("podManagementPolicy", "")
    if not policy:
        causes.append(required(f"{path}.podManagementPolicy"))
    elif policy not in ("OrderedReady", "Parallel"):
        why = "must be 'OrderedReady' or 'Parallel'"
        causes.append(invalid(f"{path}.podManagementPolicy", Named(policy), why))
    causes += _set_strategy(spec.get("updateStrategy") or {}, f"{path}.updateStrategy")
    retention = spec.get("persistentVolumeClaimRetentionPolicy") or {}
    for field in ("whenDeleted", "whenScaled"):
        value = retention.get(field, "")
        where = f"{path}.persistentVolumeClaimRetentionPolicy.{field}"
        if value not in _RETENTION:
            causes.append(unsupported(where, value, _RETENTION))
    claims = spec.get("volumeClaimTemplates") or []
    for index, claim in enumerate(claims if fixed else ()):
        where = f"{path}.volumeClaimTemplates[{index}].spec"
        causes += validate_claim_spec(claim.get("spec") or {}, where)
    causes += not_negative(f"{path}.replicas", spec.get("replicas"))
    causes += not_negative(f"{path}.minReadySeconds", spec.get("minReadySeconds"))
    ordinals = spec.get("ordinals") or {}
    causes += not_negative(f"{path}.ordinals.start", ordinals.get("start"))
    name = spec.get("serviceName", "")
    if name and fixed:
        causes += [invalid(f"{path}.serviceName", name, why) for why in dns_label(name)]
    causes += _selected_set(spec, path, claims, pods=pods)
    pod = (spec.get("template") or {}).get("spec") or {}
    return causes + _always(pod, f"{path}.template.spec", "StatefulSet")


def _selected_set(spec: Obj, path: str, claims: list[Obj], *, pods: bool) -> list[Cause]:
    """The selector and the template. What the server says twice of the latter is here twice."""
    causes, selectable = _selector(spec, path, "statefulset")
    if not selectable:
        return causes
    template, where = spec.get("template") or {}, f"{path}.template"
    bare = {
        key: value
        for key, value in (template.get("spec") or {}).items()
        if key not in ("subdomain", "hostname")
    }
    causes += _matched(spec, where)
    if pods:
        causes += validate_template({**template, "spec": bare}, where, claims)
    return causes + validate_template_metadata({**template, "spec": bare}, where)


def _always(pod: Obj, path: str, kind: str) -> list[Cause]:
    causes: list[Cause] = []
    restart = pod.get("restartPolicy", "")
    if restart != "Always":
        causes.append(unsupported(f"{path}.restartPolicy", restart, ("Always",)))
    if pod.get("activeDeadlineSeconds") is not None:
        why = f"activeDeadlineSeconds in {kind} is not Supported"
        causes.append(forbidden(f"{path}.activeDeadlineSeconds", why))
    return causes


def _set_strategy(strategy: Obj, path: str) -> list[Cause]:
    kind, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    if not kind:
        return [required(path)]
    if kind == "OnDelete":
        if rolling is None:
            return []
        why = "only allowed for updateStrategy 'RollingUpdate'"
        return [invalid(f"{path}.rollingUpdate", _go_rolling(rolling), why)]
    if kind != "RollingUpdate":
        shown = {"Type": kind, "RollingUpdate": None if rolling is None else _go_rolling(rolling)}
        return [invalid(path, shown, "must be 'RollingUpdate' or 'OnDelete'")]
    if rolling is None:
        return []
    causes = not_negative(f"{path}.rollingUpdate.partition", rolling.get("partition"))
    if rolling.get("maxUnavailable") is not None:
        where = f"{path}.rollingUpdate.maxUnavailable"
        causes += int_or_percent(rolling["maxUnavailable"], where)
        if number_of(rolling["maxUnavailable"]) == 0:
            causes.append(invalid(where, rolling["maxUnavailable"], "cannot be 0"))
        causes += at_most_whole(rolling["maxUnavailable"], where)
    return causes


def _go_rolling(rolling: Obj) -> Obj:
    """The block as Go's internal type prints it."""
    return {
        "Partition": rolling.get("partition", 0),
        "MaxUnavailable": rolling.get("maxUnavailable"),
    }


def int_or_percent(value: Json, path: str) -> list[Cause]:
    """What is wrong with a number or a percentage."""
    if isinstance(value, str):
        return [invalid(path, Named(value), why) for why in percent(value)]
    return not_negative(path, value)


def number_of(value: Json) -> int:
    """The number, or that of the percentage; 0 for what is neither."""
    if not isinstance(value, str):
        return int(value or 0)
    digits = value if percent(value) else value[:-1]
    if not re.fullmatch("[+-]?[0-9]+", digits, re.ASCII):
        return 0
    most = 2**63 - 1
    if len(digits) > 18:
        return -most if digits.startswith("-") else most
    return int(digits)


def at_most_whole(value: Json, path: str) -> list[Cause]:
    """Refuse more than all."""
    if isinstance(value, str) and not percent(value) and number_of(value) > 100:
        return [invalid(path, value, "must not be greater than 100%")]
    return []


def _selector(spec: Obj, path: str, kind: str) -> tuple[list[Cause], bool]:
    """What is wrong with the selector, and whether anybody can say what it picks."""
    selector = spec.get("selector")
    if selector is None:
        return [required(f"{path}.selector")], True
    wrong = validate_selector(selector, f"{path}.selector")
    causes = list(wrong)
    if not (selector.get("matchLabels") or selector.get("matchExpressions")):
        why = f"empty selector is invalid for {kind}"
        causes.append(invalid(f"{path}.selector", {}, why))
    if wrong:
        why = "" if kind == "statefulset" else "invalid label selector"
        causes.append(invalid(f"{path}.selector", _shown_selector(selector), why))
    return causes, not wrong


def _matched(spec: Obj, path: str) -> list[Cause]:
    """Refuse a template that the selector does not pick."""
    selector = spec.get("selector")
    empty = selector is not None and not (
        selector.get("matchLabels") or selector.get("matchExpressions")
    )
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
    if empty or matches(selector, labels):
        return []
    shown = None if labels is None else {key: labels[key] for key in sorted(labels)}
    why = "`selector` does not match template `labels`"
    return [invalid(f"{path}.metadata.labels", shown, why)]


def _selected(spec: Obj, path: str) -> list[Cause]:
    """The selector, whether it picks the template, and the template itself."""
    causes, selectable = _selector(spec, path, "deployment")
    if not selectable:
        return causes
    template, where = spec.get("template") or {}, f"{path}.template"
    causes += _matched(spec, where) + validate_template(template, where)
    return causes + _always(template.get("spec") or {}, f"{where}.spec", "ReplicaSet")


def validate_deployment(obj: Obj, gates: Mapping[str, bool]) -> list[Cause]:
    """What is wrong with a new Deployment."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    return causes + _deployment_spec(obj.get("spec") or {}, "spec")


def validate_deployment_update(new: Obj, old: Obj, gates: Mapping[str, bool]) -> list[Cause]:
    """What is wrong with a change of a Deployment."""
    causes = validate_metadata_update(meta(new), meta(old))
    causes += _deployment_spec(new.get("spec") or {}, "spec")
    return causes + _same_selector(new, old)


def _shown_selector(selector: Obj) -> Obj:
    labels, expressions = selector.get("matchLabels"), selector.get("matchExpressions")
    both = {
        "matchLabels": {key: labels[key] for key in sorted(labels)} if labels else None,
        "matchExpressions": [
            {
                "key": one.get("key", ""),
                "operator": one.get("operator", ""),
                **({"values": one["values"]} if one.get("values") else {}),
            }
            for one in expressions or ()
        ],
    }
    return {name: value for name, value in both.items() if value}


def _same_selector(new: Obj, old: Obj) -> list[Cause]:
    selector = (new.get("spec") or {}).get("selector")
    if selector == (old.get("spec") or {}).get("selector"):
        return []
    shown = None if selector is None else _shown_selector(selector)
    return [invalid("spec.selector", shown, "field is immutable")]


def _deployment_spec(spec: Obj, path: str) -> list[Cause]:
    causes = not_negative(f"{path}.replicas", spec.get("replicas"))
    causes += _selected(spec, path)
    strategy = spec.get("strategy") or {}
    kind, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    if kind == "Recreate":
        if rolling is not None:
            why = "may not be specified when strategy `type` is 'Recreate'"
            causes.append(forbidden(f"{path}.strategy.rollingUpdate", why))
    elif kind == "RollingUpdate":
        causes += _rolling(rolling or {}, f"{path}.strategy.rollingUpdate")
    else:
        shown = as_go(strategy, "DeploymentStrategy")
        values = ("Recreate", "RollingUpdate")
        causes.append(unsupported(f"{path}.strategy", shown, values))
    for field in ("minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"):
        causes += not_negative(f"{path}.{field}", spec.get(field))
    deadline, ready = spec.get("progressDeadlineSeconds"), spec.get("minReadySeconds", 0)
    if deadline is not None and deadline <= ready:
        why = "must be greater than minReadySeconds"
        causes.append(invalid(f"{path}.progressDeadlineSeconds", deadline, why))
    return causes


def _rolling(rolling: Obj, path: str) -> list[Cause]:
    unavailable, surge = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
    causes = int_or_percent(unavailable, f"{path}.maxUnavailable")
    causes += int_or_percent(surge, f"{path}.maxSurge")
    if number_of(unavailable) == 0 and number_of(surge) == 0:
        why = "may not be 0 when `maxSurge` is 0"
        causes.append(invalid(f"{path}.maxUnavailable", unavailable, why))
    return causes + at_most_whole(unavailable, f"{path}.maxUnavailable")


def validate_replica_set(obj: Obj, gates: Mapping[str, bool]) -> list[Cause]:
    """What is wrong with a new ReplicaSet."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    return causes + _replica_set_spec(obj.get("spec") or {}, "spec")


def validate_replica_set_update(new: Obj, old: Obj, gates: Mapping[str, bool]) -> list[Cause]:
    """What is wrong with a change of a ReplicaSet."""
    causes = validate_metadata_update(meta(new), meta(old))
    causes += _replica_set_spec(new.get("spec") or {}, "spec")
    return causes + _same_selector(new, old)


def _replica_set_spec(spec: Obj, path: str) -> list[Cause]:
    causes = not_negative(f"{path}.replicas", spec.get("replicas"))
    causes += not_negative(f"{path}.minReadySeconds", spec.get("minReadySeconds"))
    return causes + _selected(spec, path)
