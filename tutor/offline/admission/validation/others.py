"""The kinds that have little to be wrong: ConfigMaps, Secrets, Namespaces, Nodes, and the like.

Source: ``pkg/apis/{core,policy,discovery,coordination}/validation/validation.go``.
"""

import base64
import binascii

from tutor.manifest.quantity import parse
from tutor.offline.admission.validation.fields import (
    IMMUTABLE,
    config_key,
    dns_label,
    dns_subdomain,
    forbidden,
    invalid,
    not_negative,
    qualified_name,
    required,
    too_long,
    unsupported,
)
from tutor.offline.admission.validation.metadata import (
    validate_labels,
    validate_metadata,
    validate_metadata_update,
    validate_selector,
)
from tutor.offline.admission.validation.workloads import at_most_whole, int_or_percent
from tutor.offline.admission.values import Json
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

MAX_DATA = 1024 * 1024
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def validate_config_map(obj: Obj) -> list[Cause]:
    """What is wrong with a new ConfigMap."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    data, binary = obj.get("data") or {}, obj.get("binaryData") or {}
    size = 0
    for key in sorted(data):
        causes += [invalid(f"data[{key}]", key, why) for why in config_key(key)]
        if key in binary:
            causes.append(invalid(f"data[{key}]", key, "duplicate of key present in binaryData"))
        size += len((data[key] or "").encode())
    for key in sorted(binary):
        causes += [invalid(f"binaryData[{key}]", key, why) for why in config_key(key)]
        size += len(binary[key] or "") * 3 // 4
    if size > MAX_DATA:
        causes.append(too_long("", MAX_DATA))
    return causes


def validate_config_map_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a ConfigMap."""
    causes = validate_metadata_update(meta(new), meta(old), dns_subdomain)
    return causes + _frozen(new, old, ("data", "binaryData")) + validate_config_map(new)


def validate_secret(obj: Obj) -> list[Cause]:
    """What is wrong with a new Secret."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    data = obj.get("data") or {}
    size = 0
    for key in sorted(data):
        causes += [invalid(f"data[{key}]", key, why) for why in config_key(key)]
        size += len(_bytes(data[key]))
    if size > MAX_DATA:
        causes.append(too_long("data", MAX_DATA))
    return causes


def _bytes(text: Json) -> bytes:
    try:
        return base64.b64decode(text or "")
    except (binascii.Error, ValueError):
        return b""


def validate_secret_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a Secret."""
    causes = validate_metadata_update(meta(new), meta(old), dns_subdomain)
    if new.get("type") != old.get("type"):
        causes.append(invalid("type", new.get("type", ""), IMMUTABLE))
    return causes + _frozen(new, old, ("data",)) + validate_secret(new)


def _frozen(new: Obj, old: Obj, fields: tuple[str, ...]) -> list[Cause]:
    if not old.get("immutable"):
        return []
    causes: list[Cause] = []
    why = "field is immutable when `immutable` is set"
    if not new.get("immutable"):
        causes.append(forbidden("immutable", why))
    return causes + [forbidden(one, why) for one in fields if new.get(one) != old.get(one)]


def validate_namespace(obj: Obj) -> list[Cause]:
    """What is wrong with a new Namespace."""
    causes = validate_metadata(meta(obj), dns_label)
    for finalizer in (obj.get("spec") or {}).get("finalizers") or ():
        causes += [invalid("spec.finalizers", finalizer, why) for why in qualified_name(finalizer)]
    return causes


def validate_node(obj: Obj) -> list[Cause]:
    """What is wrong with a Node."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    seen: set[tuple[object, object]] = set()
    for index, taint in enumerate((obj.get("spec") or {}).get("taints") or ()):
        where = f"spec.taints[{index}]"
        key, effect = taint.get("key", ""), taint.get("effect", "")
        causes += [invalid(f"{where}.key", key, why) for why in qualified_name(key)]
        causes += [
            one
            for one in validate_labels({"a": taint.get("value", "")}, f"{where}.value")
            if taint.get("value")
        ]
        if not effect:
            causes.append(required(f"{where}.effect"))
        elif effect not in _EFFECTS:
            causes.append(unsupported(f"{where}.effect", effect, _EFFECTS))
        if (key, effect) in seen:
            shown = {"Key": key, "Value": taint.get("value", ""), "Effect": effect}
            causes.append(invalid(where, shown, "taints must be unique by key and effect pair"))
        seen.add((key, effect))
    return causes


def validate_budget(obj: Obj) -> list[Cause]:
    """What is wrong with a new disruption budget."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    spec = obj.get("spec") or {}
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    if least is not None and most is not None:
        shown = {
            "MinAvailable": least,
            "Selector": spec.get("selector"),
            "MaxUnavailable": most,
            "UnhealthyPodEvictionPolicy": spec.get("unhealthyPodEvictionPolicy"),
        }
        causes.append(invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set"))
    for field, value in (("minAvailable", least), ("maxUnavailable", most)):
        if value is not None:
            causes += int_or_percent(value, f"spec.{field}")
            causes += at_most_whole(value, f"spec.{field}")
    if spec.get("selector") is not None:
        causes += validate_selector(spec["selector"], "spec.selector")
    policy = spec.get("unhealthyPodEvictionPolicy")
    policies = ("AlwaysAllow", "IfHealthyBudget")
    if policy is not None and policy not in policies:
        causes.append(unsupported("spec.unhealthyPodEvictionPolicy", policy, policies))
    return causes


def validate_quota(obj: Obj) -> list[Cause]:
    """What is wrong with a new quota."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    hard = (obj.get("spec") or {}).get("hard") or {}
    for name in sorted(hard):
        where = f"spec.hard[{name}]"
        causes += [invalid(where, name, why) for why in qualified_name(name)]
        if parse(hard[name]).mantissa < 0:
            causes.append(invalid(where, hard[name], "must be greater than or equal to 0"))
    return causes


def validate_lease(obj: Obj) -> list[Cause]:
    """What is wrong with a lease."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    spec = obj.get("spec") or {}
    duration = spec.get("leaseDurationSeconds")
    if duration is not None and duration <= 0:
        causes.append(invalid("spec.leaseDurationSeconds", duration, "must be greater than 0"))
    return causes + not_negative("spec.leaseTransitions", spec.get("leaseTransitions"))


def validate_slice(obj: Obj) -> list[Cause]:
    """What is wrong with an endpoint slice."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    kind = obj.get("addressType", "")
    kinds = ("FQDN", "IPv4", "IPv6")
    if not kind:
        causes.append(required("addressType"))
    elif kind not in kinds:
        causes.append(unsupported("addressType", kind, kinds))
    for index, endpoint in enumerate(obj.get("endpoints") or ()):
        if not endpoint.get("addresses"):
            causes.append(
                required(f"endpoints[{index}].addresses", "must contain at least 1 address")
            )
    return causes


def validate_slice_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of an endpoint slice."""
    causes = validate_metadata_update(meta(new), meta(old), dns_subdomain)
    if new.get("addressType") != old.get("addressType"):
        causes.append(invalid("addressType", new.get("addressType", ""), IMMUTABLE))
    return causes + validate_slice(new)


def validate_revision(obj: Obj) -> list[Cause]:
    """What is wrong with a controller revision."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    if obj.get("data") is None:
        causes.append(required("data", "data is mandatory"))
    return causes + not_negative("revision", obj.get("revision"))


def validate_revision_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a controller revision."""
    causes = validate_metadata_update(meta(new), meta(old), dns_subdomain)
    causes += not_negative("revision", new.get("revision"))
    if new.get("data") != old.get("data"):
        causes.append(invalid("data", new.get("data"), IMMUTABLE))
    return causes


def validate_named(obj: Obj) -> list[Cause]:
    """What is wrong with an object of which only the metadata is looked at."""
    return validate_metadata(meta(obj), dns_subdomain)
