"""Persistent volumes, and the classes they are made in.

Source: ``ValidatePersistentVolume…`` in ``pkg/apis/core/validation/validation.go``;
``pkg/apis/storage/validation``.
"""

from posixpath import normpath

from tutor.manifest.quantity import parse
from tutor.offline.admission.validation.amounts import units
from tutor.offline.admission.validation.claims import POSITIVE, VOLUME_MODES, validate_modes
from tutor.offline.admission.validation.fields import (
    IMMUTABLE,
    Named,
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
from tutor.offline.admission.validation.sources import PERSISTENT, SHOWN, iscsi
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, dig, meta

_OPTIONS = "volume.beta.kubernetes.io/mount-options"
_MOUNTED = (
    *("gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "nfs", "rbd", "quobyte", "iscsi"),
    *("cinder", "cephfs", "azureFile", "vsphereVolume", "azureDisk", "photonPersistentDisk"),
)
_EXPANDS = "controllerExpandSecretRef"
"""What a volume behind CSI may get later."""
_BETA = {
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
    "beta.kubernetes.io/os": "kubernetes.io/os",
    "beta.kubernetes.io/arch": "kubernetes.io/arch",
    "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
}
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
    return _volume(obj) + _mount_options(obj)


def _volume(obj: Obj) -> list[Cause]:
    causes = validate_metadata(meta(obj), dns_subdomain)
    return causes + _volume_spec(obj.get("spec") or {}, meta(obj).get("name", ""), "spec")


def _mount_options(obj: Obj) -> list[Cause]:
    """Refuse the annotation for options of a mount where none are taken.

    Source: ``pkg/volume/validation/pv_validation.go``.
    """
    mounted = any((obj.get("spec") or {}).get(one) is not None for one in _MOUNTED)
    if mounted or _OPTIONS not in (meta(obj).get("annotations") or {}):
        return []
    why = "may not specify mount options for this volume type"
    return [forbidden(f"metadata.annotations.{_OPTIONS}", why)]


def _volume_spec(spec: Obj, volume: str, path: str) -> list[Cause]:
    modes, capacity = spec.get("accessModes") or [], spec.get("capacity") or {}
    causes: list[Cause] = []
    if not modes:
        causes.append(required(f"{path}.accessModes"))
    causes += validate_modes(modes, f"{path}.accessModes")
    if not capacity:
        causes.append(required(f"{path}.capacity"))
    if "storage" not in capacity or len(capacity) > 1:
        shown = {name: str(parse(capacity[name])) for name in sorted(capacity)}
        empty = spec.get("capacity")
        causes.append(unsupported(f"{path}.capacity", shown or empty, ("storage",)))
    for name in sorted(capacity):
        amount, where = parse(capacity[name]), f"{path}.capacity[{name}]"
        if amount.mantissa < 0:
            causes.append(invalid(where, units(amount), "must be a valid resource quantity"))
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
    causes += _volume_source(spec, volume, path)
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
    named, where = spec.get("volumeAttributesClassName"), f"{path}.volumeAttributesClassName"
    if named is not None:
        if not named:
            causes.append(required(where, "an empty string is disallowed"))
        causes += [invalid(where, named, why) for why in dns_subdomain(named) if named]
        if spec.get("csi") is None:
            why = "has to be specified when using volumeAttributesClassName"
            causes.append(required(f"{path}.csi", why))
    return causes


def _volume_source(spec: Obj, volume: str, path: str) -> list[Cause]:
    given = [name for name in _SOURCES if spec.get(name) is not None]
    if not given:
        return [required(path, "must specify a volume type")]
    causes: list[Cause] = []
    for number, name in enumerate(given):
        where, source = f"{path}.{name}", spec[name]
        if number and name != "flexVolume":
            where = f"{path}.{'cephFS' if name == 'cephfs' else name}"
            causes.append(forbidden(where, "may not specify more than 1 volume type"))
        elif name == "iscsi":
            causes += iscsi(source, where, volume)
        else:
            causes += PERSISTENT[name](source, f"{path}.{SHOWN.get(name, name)}")
        if name == "local" and not number and spec.get("nodeAffinity") is None:
            why = "Local volume requires node affinity"
            causes.append(required(f"{path}.nodeAffinity", why))
    return causes


def validate_volume_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a volume. The server looks at the whole of it twice."""
    causes = validate_volume(new) + _volume(new)
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    left, right = (
        {name: value for name, value in one.items() if name in _SOURCES} for one in (spec, before)
    )
    if left.get("csi") and _EXPANDS not in right.get("csi", {_EXPANDS: {}}):
        left["csi"] = {key: value for key, value in left["csi"].items() if key != _EXPANDS}
    if left != right:
        shown = difference(right, left, "PersistentVolumeSpec", "PersistentVolumeSource")
        why = f"spec.persistentvolumesource is immutable after creation\n{shown}"
        causes.append(forbidden("spec.persistentvolumesource", why))
    if spec.get("volumeMode") != before.get("volumeMode"):
        mode = spec.get("volumeMode")
        causes.append(invalid("volumeMode", mode if mode is None else Named(mode), IMMUTABLE))
    affinity, was = spec.get("nodeAffinity"), before.get("nodeAffinity")
    if was is not None and affinity != _stable(was, affinity):
        shown_as = None if affinity is None else as_go(affinity, "VolumeNodeAffinity")
        why = f"{IMMUTABLE}, except for updating from beta label to GA"
        causes.append(invalid("nodeAffinity", shown_as, why))
    named, was = (one.get("volumeAttributesClassName") for one in (spec, before))
    if was is not None and named is None:
        why = "update from non-nil value to nil is forbidden"
        causes.append(forbidden("spec.volumeAttributesClassName", why))
    return causes


def _stable(was: Obj, affinity: Obj | None) -> Obj:
    """An affinity with those beta labels replaced that the new one has replaced."""
    path = ("required", "nodeSelectorTerms")
    old: list[Obj] = dig(was, *path, default=[])
    new: list[Obj] = dig(affinity, *path, default=[])
    terms = [_renamed(term, new[at] if at < len(new) else {}) for at, term in enumerate(old)]
    return {**was, "required": {**was.get("required", {}), "nodeSelectorTerms": terms}}


def _renamed(term: Obj, new: Obj) -> Obj:
    if "matchExpressions" not in term:
        return term
    expressions = []
    for at, one in enumerate(term["matchExpressions"]):
        stable = _BETA.get(one.get("key", ""))
        renamed = stable is not None and dig(new, "matchExpressions", at, "key") == stable
        expressions.append({**one, "key": stable} if renamed else one)
    return {**term, "matchExpressions": expressions}


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
    topologies = obj.get("allowedTopologies") or []
    seen: list[dict[str, set[str]]] = [{} for _ in topologies]
    for index, term in enumerate(topologies):
        where = f"allowedTopologies[{index}].matchLabelExpressions"
        causes += _topology(term, where)
        held = {
            one.get("key", ""): set(one.get("values") or ())
            for one in term.get("matchLabelExpressions") or ()
        }
        causes += [duplicate(where, "") for one in seen if one == held]
        seen.append(held)
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
    causes = validate_class(new) + validate_metadata_update(meta(new), meta(old))
    for field in ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"):
        value = new.get(field)
        if value != old.get(field):
            shown = Named(value) if isinstance(value, str) and field != "provisioner" else value
            causes.append(invalid(field, shown, IMMUTABLE))
    return causes
