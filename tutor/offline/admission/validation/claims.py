"""Claims, volumes and classes.

Source: ``ValidatePersistentVolumeClaim…``, ``ValidatePersistentVolume…`` in
``pkg/apis/core/validation/validation.go``; ``pkg/apis/storage/validation``.
"""

from tutor.manifest.quantity import parse
from tutor.offline.admission.validation.fields import (
    IMMUTABLE,
    dns_subdomain,
    forbidden,
    invalid,
    required,
    unsupported,
)
from tutor.offline.admission.validation.internal import difference
from tutor.offline.admission.validation.metadata import (
    validate_metadata,
    validate_metadata_update,
    validate_selector,
)
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_VOLUME_MODES = ("Block", "Filesystem")
_IMMUTABLE = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for"
    " bound claims"
)


def validate_claim(obj: Obj) -> list[Cause]:
    """What is wrong with a new claim."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    return causes + validate_claim_spec(obj.get("spec") or {}, "spec")


def validate_claim_spec(spec: Obj, path: str) -> list[Cause]:
    """What is wrong with the spec of a claim."""
    causes = _access_modes(spec.get("accessModes") or [], path)
    if spec.get("selector") is not None:
        causes += validate_selector(spec["selector"], f"{path}.selector")
    amount = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if amount is None:
        causes.append(required(f"{path}.resources[storage]"))
    elif parse(amount).mantissa <= 0:
        causes.append(
            invalid(f"{path}.resources[storage]", str(parse(amount)), "must be greater than zero")
        )
    name = spec.get("storageClassName")
    if name:
        causes += [invalid(f"{path}.storageClassName", name, why) for why in dns_subdomain(name)]
    mode = spec.get("volumeMode")
    if mode is not None and mode not in _VOLUME_MODES:
        causes.append(unsupported(f"{path}.volumeMode", mode, _VOLUME_MODES))
    return causes


def _access_modes(modes: list[str], path: str) -> list[Cause]:
    where = f"{path}.accessModes"
    if not modes:
        return [required(where, "at least 1 access mode is required")]
    causes = [unsupported(where, mode, ACCESS_MODES) for mode in modes if mode not in ACCESS_MODES]
    if "ReadWriteOncePod" in modes and len(set(modes)) > 1:
        why = "may not use ReadWriteOncePod with other access modes"
        causes.append(forbidden(where, why))
    return causes


def validate_claim_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a claim."""
    causes = validate_metadata_update(meta(new), meta(old), dns_subdomain)
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    causes += validate_claim_spec(spec, "spec")
    bound = (old.get("status") or {}).get("phase") == "Bound"
    left, right = dict(spec), dict(before)
    if not before.get("volumeName"):
        for one in (left, right):
            one.pop("volumeName", None)
    if before.get("storageClassName") is None:
        left.pop("storageClassName", None)
    if bound:
        right["resources"] = {**(left.get("resources") or {})}
        right["resources"]["requests"] = (left.get("resources") or {}).get("requests")
        limits = (before.get("resources") or {}).get("limits")
        if limits != (left.get("resources") or {}).get("limits"):
            right["resources"]["limits"] = limits
    for one in (left, right):
        one.pop("volumeAttributesClassName", None)
    if left != right:
        shown = difference(right, left, "PersistentVolumeClaimSpec")
        causes.append(forbidden("spec", f"{_IMMUTABLE}\n{shown}"))
    asked = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    had = ((before.get("resources") or {}).get("requests") or {}).get("storage")
    if asked is not None and had is not None and parse(asked) < parse(had):
        capacity = ((old.get("status") or {}).get("capacity") or {}).get("storage")
        if capacity is None or parse(asked) <= parse(capacity):
            why = "field can not be less than status.capacity"
            causes.append(forbidden("spec.resources.requests.storage", why))
    return causes


_SOURCES = frozenset(
    {
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "cephfs",
        "cinder",
        "csi",
        "fc",
        "flexVolume",
        "flocker",
        "gcePersistentDisk",
        "glusterfs",
        "hostPath",
        "iscsi",
        "local",
        "nfs",
        "photonPersistentDisk",
        "portworxVolume",
        "quobyte",
        "rbd",
        "scaleIO",
        "storageos",
        "vsphereVolume",
    }
)


def validate_volume(obj: Obj) -> list[Cause]:
    """What is wrong with a new volume."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    return causes + _volume_spec(obj.get("spec") or {}, "spec")


def _volume_spec(spec: Obj, path: str) -> list[Cause]:
    modes = spec.get("accessModes") or []
    causes: list[Cause] = []
    if not modes:
        causes.append(required(f"{path}.accessModes"))
    causes += [
        unsupported(f"{path}.accessModes", mode, ACCESS_MODES)
        for mode in modes
        if mode not in ACCESS_MODES
    ]
    if "ReadWriteOncePod" in modes and len(set(modes)) > 1:
        why = "may not use ReadWriteOncePod with other access modes"
        causes.append(forbidden(f"{path}.accessModes", why))
    capacity = spec.get("capacity") or {}
    if not capacity:
        causes.append(required(f"{path}.capacity"))
    elif "storage" not in capacity or len(capacity) > 1:
        causes.append(unsupported(f"{path}.capacity", capacity, ("storage",)))
    for name, amount in capacity.items():
        if parse(amount).mantissa <= 0:
            causes.append(invalid(f"{path}.capacity[{name}]", amount, "must be greater than zero"))
    policy = spec.get("persistentVolumeReclaimPolicy", "")
    policies = ("Delete", "Recycle", "Retain")
    if policy and policy not in policies:
        causes.append(unsupported(f"{path}.persistentVolumeReclaimPolicy", policy, policies))
    sources = [name for name in spec if name in _SOURCES and spec[name] is not None]
    if not sources:
        causes.append(required(path, "must specify a volume type"))
    for name in sources[1:]:
        why = "may not specify more than 1 volume type"
        causes.append(forbidden(f"{path}.{name}", why))
    if "local" in sources:
        if not (spec["local"] or {}).get("path"):
            causes.append(required(f"{path}.local.path"))
        if not (spec.get("nodeAffinity") or {}).get("required"):
            causes.append(required(f"{path}.nodeAffinity", "Local volume requires node affinity"))
    if "hostPath" in sources and not (spec["hostPath"] or {}).get("path"):
        causes.append(required(f"{path}.hostPath.path"))
    mode = spec.get("volumeMode")
    if mode is not None and mode not in _VOLUME_MODES:
        causes.append(unsupported(f"{path}.volumeMode", mode, _VOLUME_MODES))
    return causes


def validate_volume_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a volume."""
    causes = validate_metadata_update(meta(new), meta(old), dns_subdomain)
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    causes += _volume_spec(spec, "spec")
    left = {name: value for name, value in spec.items() if name in _SOURCES}
    if left != {name: value for name, value in before.items() if name in _SOURCES}:
        why = "spec.persistentvolumesource is immutable after creation"
        causes.append(forbidden("spec.persistentvolumesource", why))
    if spec.get("volumeMode") != before.get("volumeMode"):
        causes.append(invalid("spec.volumeMode", spec.get("volumeMode"), IMMUTABLE))
    return causes


def validate_class(obj: Obj) -> list[Cause]:
    """What is wrong with a new storage class."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    if not obj.get("provisioner"):
        causes.append(required("provisioner"))
    policy = obj.get("reclaimPolicy")
    if policy is not None and policy not in ("Delete", "Retain"):
        causes.append(unsupported("reclaimPolicy", policy, ("Delete", "Retain")))
    mode = obj.get("volumeBindingMode")
    if mode is None:
        causes.append(required("volumeBindingMode"))
    elif mode not in ("Immediate", "WaitForFirstConsumer"):
        modes = ("Immediate", "WaitForFirstConsumer")
        causes.append(unsupported("volumeBindingMode", mode, modes))
    return causes


def validate_class_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a storage class."""
    causes = validate_metadata_update(meta(new), meta(old), dns_subdomain)
    for field, why in (
        ("parameters", "updates to parameters are forbidden."),
        ("provisioner", "updates to provisioner are forbidden."),
        ("reclaimPolicy", "updates to reclaimPolicy are forbidden."),
    ):
        if new.get(field) != old.get(field):
            causes.append(forbidden(field, why))
    if new.get("volumeBindingMode") != old.get("volumeBindingMode"):
        causes.append(invalid("volumeBindingMode", new.get("volumeBindingMode"), IMMUTABLE))
    return causes
