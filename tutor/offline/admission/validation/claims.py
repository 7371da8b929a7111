"""Claims.

Source: ``ValidatePersistentVolumeClaim…`` in ``pkg/apis/core/validation/validation.go``.
"""

from tutor.manifest.quantity import Quantity, parse
from tutor.offline.admission.semantic import same
from tutor.offline.admission.validation.fields import (
    IMMUTABLE,
    Named,
    dns_label,
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
VOLUME_MODES = ("Block", "Filesystem")
POSITIVE = "must be greater than zero"
_BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
_ALONE = "ReadWriteOncePod"
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
    modes = spec.get("accessModes") or []
    causes: list[Cause] = []
    if not modes:
        why = "at least 1 access mode is required"
        causes.append(required(f"{path}.accessModes", why))
    if spec.get("selector") is not None:
        causes += validate_selector(spec["selector"], f"{path}.selector")
    causes += validate_modes(modes, f"{path}.accessModes")
    where = f"{path}.resources[storage]"
    amount = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if amount is None:
        causes.append(required(where))
    elif parse(amount).mantissa <= 0:
        causes.append(invalid(where, str(parse(amount)), POSITIVE))
    name = spec.get("storageClassName")
    if name:
        causes += [invalid(f"{path}.storageClassName", name, why) for why in dns_subdomain(name)]
    mode = spec.get("volumeMode")
    if mode is not None and mode not in VOLUME_MODES:
        causes.append(unsupported(f"{path}.volumeMode", mode, VOLUME_MODES))
    for field in ("dataSource", "dataSourceRef"):
        if spec.get(field) is not None:
            causes += _data_source(spec[field], f"{path}.{field}")
    causes += _one_source(spec.get("dataSource"), spec.get("dataSourceRef"), path)
    name = spec.get("volumeAttributesClassName")
    if name:
        where = f"{path}.volumeAttributesClassName"
        causes += [invalid(where, name, why) for why in dns_subdomain(name)]
    return causes


def validate_modes(modes: list[str], path: str) -> list[Cause]:
    """What is wrong with access modes."""
    causes = [unsupported(path, mode, ACCESS_MODES) for mode in modes if mode not in ACCESS_MODES]
    known = {mode for mode in modes if mode in ACCESS_MODES}
    if _ALONE in known and len(known) > 1:
        causes.append(forbidden(path, f"may not use {_ALONE} with other access modes"))
    return causes


def _data_source(source: Obj, path: str) -> list[Cause]:
    causes = [required(f"{path}.{field}") for field in ("name", "kind") if not source.get(field)]
    group, kind = source.get("apiGroup") or "", source.get("kind", "")
    if not group and kind != "PersistentVolumeClaim":
        why = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
        causes.append(invalid(path, kind, why))
    if group:
        causes += [invalid(f"{path}.apiGroup", group, why) for why in dns_subdomain(group)]
    home = source.get("namespace")
    if home:
        causes += [invalid(f"{path}.namespace", home, why) for why in dns_label(home)]
    return causes


def _one_source(source: Obj | None, reference: Obj | None, path: str) -> list[Cause]:
    """What is wrong with a source that is named in both ways."""
    if source is None or reference is None:
        return []
    # The server shows the path itself, of which Go can print nothing.
    if reference.get("namespace"):
        why = "may not be specified when dataSourceRef.namespace is specified"
        return [invalid(path, {}, why)]
    fields = ("apiGroup", "kind", "name")
    if any(source.get(field) != reference.get(field) for field in fields):
        return [invalid(path, {}, "must match dataSourceRef")]
    return []


def validate_claim_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a claim."""
    causes = validate_metadata_update(meta(new), meta(old)) + validate_claim(new)
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    has, had = (meta(one).get("annotations") or {} for one in (new, old))
    left, right = dict(spec), dict(before)
    if not before.get("volumeName"):
        for one in (left, right):
            one.pop("volumeName", None)
    name, was = spec.get("storageClassName"), before.get("storageClassName")
    if was is None and name is not None and had.get(_BETA_CLASS, name) == name:
        left.pop("storageClassName", None)
    upgraded = _BETA_CLASS in had and was is None and name == had[_BETA_CLASS]
    if not (upgraded and has.get(_BETA_CLASS, name) == name):
        where = f"metadata.annotations.{_BETA_CLASS}"
        value = has.get(_BETA_CLASS, "")
        if value != had.get(_BETA_CLASS, ""):
            causes.append(invalid(where, value, IMMUTABLE))
    if (new.get("status") or {}).get("phase") == "Bound":
        left = _unsized(left, before)
        if "volumeAttributesClassName" in right:
            left["volumeAttributesClassName"] = right["volumeAttributesClassName"]
        else:
            left.pop("volumeAttributesClassName", None)
    if not same("PersistentVolumeClaimSpec", left, right):
        shown = difference(right, left, "PersistentVolumeClaimSpec")
        causes.append(forbidden("spec", f"{_IMMUTABLE}\n{shown}"))
    asked, had_size = (_asked(one) for one in (spec, before))
    if asked < had_size:
        capacity = ((old.get("status") or {}).get("capacity") or {}).get("storage")
        if asked <= parse(capacity or "0"):
            why = "field can not be less than status.capacity"
            causes.append(forbidden("spec.resources.requests.storage", why))
    if spec.get("volumeMode") != before.get("volumeMode"):
        mode = spec.get("volumeMode")
        causes.append(invalid("volumeMode", mode if mode is None else Named(mode), IMMUTABLE))
    current = (old.get("status") or {}).get("currentVolumeAttributesClassName")
    named, was = (one.get("volumeAttributesClassName") for one in (spec, before))
    if named != was and current is not None and not named:
        what = "nil" if named is None else "empty string"
        why = (
            f"update to {what} is forbidden when status.currentVolumeAttributesClassName is not nil"
        )
        causes.append(forbidden("spec.volumeAttributesClassName", why))
    return causes


def _asked(spec: Obj) -> Quantity:
    return parse(((spec.get("resources") or {}).get("requests") or {}).get("storage") or "0")


def _unsized(spec: Obj, before: Obj) -> Obj:
    """A spec that asks for as much storage as before."""
    resources = dict(spec.get("resources") or {})
    if resources.get("requests") is None:
        return spec
    amount = ((before.get("resources") or {}).get("requests") or {}).get("storage", "0")
    resources["requests"] = {**resources["requests"], "storage": amount}
    return {**spec, "resources": resources}
