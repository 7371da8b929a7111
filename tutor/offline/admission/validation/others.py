"""The kinds that have little to be wrong: ConfigMaps, Secrets, Namespaces, Nodes, and the like.

Source: ``pkg/apis/{core,policy,discovery,coordination}/validation/validation.go``.
"""

import base64
import binascii
from dataclasses import replace

from tutor.offline.admission.gojson import JsonError, loads
from tutor.offline.admission.validation.addresses import validate_range
from tutor.offline.admission.validation.amounts import resource_amount
from tutor.offline.admission.validation.fields import (
    IMMUTABLE,
    Named,
    config_key,
    dns_label,
    dns_subdomain,
    duplicate,
    forbidden,
    invalid,
    label_value,
    not_negative,
    qualified_name,
    required,
    too_long,
    unsupported,
)
from tutor.offline.admission.validation.metadata import (
    finalizer_name,
    validate_common,
    validate_common_update,
    validate_metadata,
    validate_metadata_update,
    validate_selector,
)
from tutor.offline.admission.validation.scheduling import EFFECTS
from tutor.offline.admission.validation.workloads import at_most_whole, int_or_percent
from tutor.offline.admission.values import Json
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

MAX_DATA = 1024 * 1024
_STRATEGIES = ("OldestEmulationVersion",)
_DOCKER = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
}


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
    causes = validate_metadata_update(meta(new), meta(old))
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
    kind = obj.get("type", "Opaque")
    if kind == "kubernetes.io/service-account-token":
        account = "kubernetes.io/service-account.name"
        if not (meta(obj).get("annotations") or {}).get(account):
            causes.append(required(f"metadata.annotations[{account}]"))
    for key in _DOCKER.get(kind, ()):
        causes += [required(f"data[{key}]")] if key not in data else _json(data[key], key)
    if kind == "kubernetes.io/basic-auth" and not {"username", "password"} & data.keys():
        causes += [required("data[username]"), required("data[password]")]
    if kind == "kubernetes.io/ssh-auth" and not data.get("ssh-privatekey"):
        causes.append(required("data[ssh-privatekey]"))
    if kind == "kubernetes.io/tls":
        causes += [required(f"data[{key}]") for key in ("tls.crt", "tls.key") if key not in data]
    return causes


def _json(text: Json, key: str) -> list[Cause]:
    """What is wrong with a key that should hold JSON. What it holds is not shown."""
    try:
        found = loads(_bytes(text).decode("utf-8", "replace"))
    except JsonError as error:
        return [invalid(f"data[{key}]", "<secret contents redacted>", str(error))]
    if isinstance(found, dict) or found is None:
        return []
    kinds = {list: "array", str: "string", bool: "bool"}
    what = kinds.get(type(found), "number")
    why = f"json: cannot unmarshal {what} into Go value of type map[string]interface {{}}"
    return [invalid(f"data[{key}]", "<secret contents redacted>", why)]


def _bytes(text: Json) -> bytes:
    try:
        return base64.b64decode(text or "")
    except (binascii.Error, ValueError):
        return b""


def validate_secret_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a Secret."""
    causes = validate_metadata_update(meta(new), meta(old))
    if new.get("type") != old.get("type"):
        causes.append(invalid("type", Named(new.get("type", "")), IMMUTABLE))
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
        causes += finalizer_name(finalizer, "spec.finalizers")
    return causes


def validate_namespace_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a Namespace."""
    return validate_namespace(new) + validate_metadata_update(meta(new), meta(old))


def validate_finalize(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a Namespace whose finalizers are changed."""
    causes = validate_metadata_update(meta(new), meta(old))
    for index, finalizer in enumerate((new.get("spec") or {}).get("finalizers") or ()):
        where = f"spec.finalizers[{index}]"
        causes += [invalid(where, finalizer, why) for why in qualified_name(finalizer)]
        causes += finalizer_name(finalizer, where)
    return causes


def validate_node(obj: Obj) -> list[Cause]:
    """What is wrong with a Node."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    causes += _taints(obj) + _node_amounts(obj)
    spec = obj.get("spec") or {}
    ranges = spec.get("podCIDRs") or []
    for index, one in enumerate(ranges):
        causes += validate_range(one, f"spec.podCIDRs[{index}]")
    if len(ranges) > 1 and (len(ranges) > 2 or len({":" in one for one in ranges}) < 2):
        why = "may specify no more than one CIDR for each IP family"
        causes.append(invalid("spec.podCIDRs", ranges, why))
    return causes


def _taints(obj: Obj) -> list[Cause]:
    causes: list[Cause] = []
    seen: set[tuple[object, object]] = set()
    for index, taint in enumerate((obj.get("spec") or {}).get("taints") or ()):
        where = f"metadata.taints[{index}]"  # so the server says, though they are in the spec
        key, effect, value = taint.get("key", ""), taint.get("effect", ""), taint.get("value", "")
        causes += [invalid(f"{where}.key", key, why) for why in qualified_name(key)]
        wrong = label_value(value)
        if wrong:
            causes.append(invalid(f"{where}.value", value, ";".join(wrong)))
        if not effect:
            causes.append(required(f"{where}.effect"))
        elif effect not in EFFECTS:
            causes.append(unsupported(f"{where}.effect", effect, EFFECTS))
        if (key, effect) in seen:
            shown = {
                "Key": key,
                "Value": value,
                "Effect": effect,
                "TimeAdded": taint.get("timeAdded"),
            }
            found = duplicate(where, shown)
            why = "taints must be unique by key and effect pair"
            causes.append(replace(found, message=f"{found.message}: {why}"))
        seen.add((key, effect))
    return causes


def _node_amounts(obj: Obj) -> list[Cause]:
    status = obj.get("status") or {}
    return [
        cause
        for part in ("capacity", "allocatable")
        for name, amount in sorted((status.get(part) or {}).items())
        for cause in resource_amount(name, amount, f"status.{part}.{name}")
    ]


def validate_node_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a Node."""
    return validate_node(new) + validate_node_change(new, old)


def validate_node_change(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a Node, or of its status only."""
    causes = validate_metadata_update(meta(new), meta(old)) + _node_amounts(new)
    addresses = (new.get("status") or {}).get("addresses") or []
    for index, one in enumerate(addresses):
        if one in addresses[:index]:
            shown = {"Type": one.get("type", ""), "Address": one.get("address", "")}
            causes.append(duplicate(f"status.addresses[{index}]", shown))
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    had, has = before.get("podCIDRs") or [], spec.get("podCIDRs") or []
    why = 'node updates may not change {} except from "" to valid'
    if had:
        changed = [one for one, other in zip(had, has, strict=False) if one != other]
        times = 1 if len(had) != len(has) else len(changed)
        causes += [forbidden("spec.podCIDRs", why.format("podCIDR"))] * times
    if before.get("providerID") and before["providerID"] != spec.get("providerID", ""):
        causes.append(forbidden("spec.providerID", why.format("providerID")))
    return causes + _taints(new)


def validate_budget_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a disruption budget."""
    return validate_budget(new)


def validate_budget(obj: Obj) -> list[Cause]:
    """What is wrong with a new disruption budget. Its name is looked at last, and hardly."""
    causes: list[Cause] = []
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


def validate_lease(obj: Obj) -> list[Cause]:
    """What is wrong with a lease."""
    return validate_common(meta(obj), dns_subdomain) + _lease_spec(obj.get("spec") or {})


def validate_lease_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a lease."""
    return validate_common_update(meta(new), meta(old)) + _lease_spec(new.get("spec") or {})


def _lease_spec(spec: Obj) -> list[Cause]:
    causes: list[Cause] = []
    duration = spec.get("leaseDurationSeconds")
    if duration is not None and duration <= 0:
        causes.append(invalid("spec.leaseDurationSeconds", duration, "must be greater than 0"))
    causes += not_negative("spec.leaseTransitions", spec.get("leaseTransitions"))
    strategy, where = spec.get("strategy"), "spec.strategy.strategy"  # twice, as the server says
    if strategy is not None and "/" not in strategy and strategy not in _STRATEGIES:
        causes.append(unsupported(where, strategy, _STRATEGIES))
    elif strategy is not None and "/" in strategy:
        causes += [invalid(where, Named(strategy), why) for why in qualified_name(strategy)]
    if spec.get("preferredHolder") and not strategy:
        why = "may only be specified if `strategy` is defined"
        causes.append(forbidden("spec.preferredHolder", why))
    return causes


def validate_revision(obj: Obj) -> list[Cause]:
    """What is wrong with a controller revision."""
    causes = _revision(obj)
    data = obj.get("data")
    if data is None:
        causes.append(required("data", "data is mandatory"))
    elif not isinstance(data, dict):
        causes.append(required("data", "data must be a valid JSON object"))
    return causes


def _revision(obj: Obj) -> list[Cause]:
    causes = validate_metadata(meta(obj), dns_subdomain)
    return causes + not_negative("revision", obj.get("revision"))


def validate_revision_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a controller revision."""
    causes = validate_metadata_update(meta(new), meta(old))
    causes += _revision(new)
    if new.get("data") != old.get("data"):
        causes.append(invalid("data", new.get("data"), IMMUTABLE))
    return causes


def validate_named(obj: Obj) -> list[Cause]:
    """What is wrong with an object of which only the metadata is looked at."""
    return validate_metadata(meta(obj), dns_subdomain)
