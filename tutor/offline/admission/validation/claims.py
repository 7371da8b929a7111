"""Claims.

Source: ``ValidatePersistentVolumeClaim…`` in ``pkg/apis/core/validation/validation.go``.
"""

from tutor.manifest.quantity import parse
from tutor.offline.admission.semantic import same
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
VOLUME_MODES = ("Block", "Filesystem")
POSITIVE = "must be greater than zero"
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
        if left.get("volumeAttributesClassName") is not None:
            for one in (left, right):
                one.pop("volumeAttributesClassName", None)
    if not same("PersistentVolumeClaimSpec", left, right):
        shown = difference(right, left, "PersistentVolumeClaimSpec")
        causes.append(forbidden("spec", f"{_IMMUTABLE}\n{shown}"))
    asked = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    had = ((before.get("resources") or {}).get("requests") or {}).get("storage")
    if asked is not None and had is not None and parse(asked) < parse(had):
        capacity = ((old.get("status") or {}).get("capacity") or {}).get("storage")
        if parse(asked) <= parse(capacity or "0"):
            why = "field can not be less than status.capacity"
            causes.append(forbidden("spec.resources.requests.storage", why))
    if spec.get("volumeMode") != before.get("volumeMode"):
        causes.append(invalid("volumeMode", spec.get("volumeMode"), IMMUTABLE))
    named, was = (one.get("volumeAttributesClassName") for one in (spec, before))
    if was is not None and not named:
        what = "nil" if named is None else "an empty string"
        why = f"update from non-nil value to {what} is forbidden"
        causes.append(forbidden("spec.volumeAttributesClassName", why))
    return causes
