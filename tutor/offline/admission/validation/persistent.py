"""Persistent volumes, and the classes they are made in.

Source: ``ValidatePersistentVolume…`` in ``pkg/apis/core/validation/validation.go``;
``pkg/apis/storage/validation``.
"""

from posixpath import normpath

from tutor.manifest.quantity import Quantity, parse
from tutor.offline.admission.validation.claims import POSITIVE, VOLUME_MODES, validate_modes
from tutor.offline.admission.validation.fields import (
    IMMUTABLE,
    MAX_LABEL,
    dns_subdomain,
    duplicate,
    forbidden,
    invalid,
    qualified_name,
    required,
    too_long,
    unsupported,
)
from tutor.offline.admission.validation.internal import as_go, difference
from tutor.offline.admission.validation.metadata import (
    validate_metadata,
    validate_metadata_update,
)
from tutor.offline.admission.validation.scheduling import validate_node_selector
from tutor.offline.admission.validation.volumes import host_path, nfs
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

_MOST_PARAMETERS = 512
_MOST_SIZE = 256 * 1024
_SOURCES = (
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "flexVolume",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "scaleIO",
    "local",
    "storageos",
    "csi",
)
"""The kinds of volumes in the order in which the server looks at them."""


def validate_volume(obj: Obj) -> list[Cause]:
    """What is wrong with a new volume."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    return causes + _volume_spec(obj.get("spec") or {}, "spec")


def _volume_spec(spec: Obj, path: str) -> list[Cause]:
    modes, capacity = spec.get("accessModes") or [], spec.get("capacity") or {}
    causes: list[Cause] = []
    if not modes:
        causes.append(required(f"{path}.accessModes"))
    causes += validate_modes(modes, f"{path}.accessModes")
    if not capacity:
        causes.append(required(f"{path}.capacity"))
    if "storage" not in capacity or len(capacity) > 1:
        causes.append(unsupported(f"{path}.capacity", capacity or None, ("storage",)))
    for name in sorted(capacity):
        amount, where = parse(capacity[name]), f"{path}.capacity[{name}]"
        if amount.mantissa < 0:
            causes.append(invalid(where, _whole(amount), "must be a valid resource quantity"))
        if amount.mantissa <= 0:
            causes.append(invalid(where, str(amount), POSITIVE))
    policy = spec.get("persistentVolumeReclaimPolicy", "")
    policies = ("Delete", "Recycle", "Retain")
    if policy and policy not in policies:
        causes.append(unsupported(f"{path}.persistentVolumeReclaimPolicy", policy, policies))
    affinity = spec.get("nodeAffinity")
    if affinity is not None:
        where = f"{path}.nodeAffinity.required"
        if affinity.get("required") is not None:
            causes += validate_node_selector(affinity["required"], where)
        else:
            causes.append(required(where, "must specify required node constraints"))
    causes += _volume_source(spec, path)
    source = (spec.get("hostPath") or {}).get("path", "")
    if source and normpath(source) == "/" and policy == "Recycle":
        why = "may not be 'recycle' for a hostPath mount of '/'"
        causes.append(forbidden(f"{path}.persistentVolumeReclaimPolicy", why))
    name = spec.get("storageClassName")
    if name:
        causes += [invalid(f"{path}.storageClassName", name, why) for why in dns_subdomain(name)]
    mode = spec.get("volumeMode")
    if mode is not None and mode not in VOLUME_MODES:
        causes.append(unsupported(f"{path}.volumeMode", mode, VOLUME_MODES))
    return causes


def _whole(amount: Quantity) -> int:
    return amount.units() if amount.exponent >= 0 else -1


def _volume_source(spec: Obj, path: str) -> list[Cause]:
    given = [name for name in _SOURCES if spec.get(name) is not None]
    if not given:
        return [required(path, "must specify a volume type")]
    causes: list[Cause] = []
    for number, name in enumerate(given):
        where, source = f"{path}.{name}", spec[name]
        if number:
            causes.append(forbidden(where, "may not specify more than 1 volume type"))
        elif name == "hostPath":
            causes += host_path(source, where)
        elif name == "nfs":
            causes += nfs(source, where)
        elif name == "local":
            causes += _local(source, where)
            if spec.get("nodeAffinity") is None:
                why = "Local volume requires node affinity"
                causes.append(required(f"{path}.nodeAffinity", why))
        elif name == "csi":
            causes += _csi(source, where)
    return causes


def _local(source: Obj, path: str) -> list[Cause]:
    target = source.get("path", "")
    if not target:
        return [required(f"{path}.path")]
    if ".." in target.split("/"):
        return [invalid(f"{path}.path", target, "must not contain '..'")]
    return []


def _csi(source: Obj, path: str) -> list[Cause]:
    driver = source.get("driver", "")
    where = f"{path}.driver"
    causes = [] if driver else [required(where)]
    if len(driver) > MAX_LABEL:
        causes.append(too_long(where, MAX_LABEL))
    causes += [invalid(where, driver, why) for why in dns_subdomain(driver.lower())]
    if not source.get("volumeHandle"):
        causes.append(required(f"{path}.volumeHandle"))
    return causes


def validate_volume_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a volume."""
    causes = validate_volume(new)
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    left, right = (
        {name: value for name, value in one.items() if name in _SOURCES} for one in (spec, before)
    )
    if left != right:
        shown = difference(right, left, "PersistentVolumeSpec", "PersistentVolumeSource")
        why = f"spec.persistentvolumesource is immutable after creation\n{shown}"
        causes.append(forbidden("spec.persistentvolumesource", why))
    if spec.get("volumeMode") != before.get("volumeMode"):
        causes.append(invalid("volumeMode", spec.get("volumeMode"), IMMUTABLE))
    affinity, was = spec.get("nodeAffinity"), before.get("nodeAffinity")
    if was is not None and affinity != was:
        shown_as = None if affinity is None else as_go(affinity, "VolumeNodeAffinity")
        why = f"{IMMUTABLE}, except for updating from beta label to GA"
        causes.append(invalid("nodeAffinity", shown_as, why))
    return causes


def validate_class(obj: Obj) -> list[Cause]:
    """What is wrong with a new storage class."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    provisioner = obj.get("provisioner", "")
    if not provisioner:
        causes.append(required("provisioner"))
    else:
        lower = provisioner.lower()
        causes += [invalid("provisioner", lower, why) for why in qualified_name(lower)]
    parameters = obj.get("parameters") or {}
    if len(parameters) > _MOST_PARAMETERS:
        causes.append(too_long("parameters", _MOST_PARAMETERS))
    else:
        if "" in parameters:
            causes.append(invalid("parameters", "", "field can not be empty."))
        if (
            sum(len(key.encode()) + len(parameters[key].encode()) for key in parameters)
            > _MOST_SIZE
        ):
            causes.append(too_long("parameters", _MOST_SIZE))
    policy = obj.get("reclaimPolicy")
    if policy is not None and policy not in ("Delete", "Retain"):
        causes.append(unsupported("reclaimPolicy", policy, ("Delete", "Retain")))
    mode = obj.get("volumeBindingMode")
    if mode is None:
        causes.append(required("volumeBindingMode"))
    elif mode not in ("Immediate", "WaitForFirstConsumer"):
        modes = ("Immediate", "WaitForFirstConsumer")
        causes.append(unsupported("volumeBindingMode", mode, modes))
    for index, term in enumerate(obj.get("allowedTopologies") or ()):
        causes += _topology(term, f"allowedTopologies[{index}].matchLabelExpressions")
    return causes


def _topology(term: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    keys: set[str] = set()
    for index, one in enumerate(term.get("matchLabelExpressions") or ()):
        where, key, values = f"{path}[{index}]", one.get("key", ""), one.get("values") or []
        if not values:
            causes.append(required(f"{where}.values"))
        causes += [
            duplicate(f"{where}.values[{number}]", value)
            for number, value in enumerate(values)
            if value in values[:number]
        ]
        causes += [invalid(f"{where}.key", key, why) for why in qualified_name(key)]
        if key in keys:
            causes.append(duplicate(f"{where}.key", key))
        keys.add(key)
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
