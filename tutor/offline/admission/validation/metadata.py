"""``metadata``: names, labels, annotations, owners, finalizers.

Source: apimachinery ``pkg/api/validation/objectmeta.go``, ``meta/v1/validation``.
"""

from collections.abc import Callable

from tutor.offline.admission.gojson import quote
from tutor.offline.admission.validation.fields import (
    IMMUTABLE,
    Named,
    as_prefix,
    forbidden,
    invalid,
    label_value,
    not_negative,
    path_segment,
    qualified_name,
    required,
    too_long,
)
from tutor.offline.admission.values import Json
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

MAX_ANNOTATIONS = 256 * 1024
NameRule = Callable[[str], list[str]]
_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
_OPERATORS = {"In", "NotIn", "Exists", "DoesNotExist"}


def validate_metadata(
    metadata: Obj, rule: NameRule, path: str = "metadata", *, known: bool = True
) -> list[Cause]:
    """What is wrong with the metadata of a new object.

    Args:
        metadata: The metadata.
        rule: For the name.
        path: Where they stand.
        known: Whether finalizers must be standard ones or somebody's, as of the core's kinds.
    """
    causes = validate_common(metadata, rule, path)
    return causes + (_finalizers(metadata.get("finalizers") or [], path) if known else [])


def validate_common(metadata: Obj, rule: NameRule, path: str = "metadata") -> list[Cause]:
    """What is wrong with the metadata of a new object of any API, Kubernetes' own or not."""
    causes: list[Cause] = []
    base = metadata.get("generateName", "")
    if base:
        causes += [invalid(f"{path}.generateName", base, why) for why in as_prefix(rule, base)]
    name = metadata.get("name", "")
    if not name:
        if not base:
            causes.append(required(f"{path}.name", "name or generateName is required"))
    else:
        causes += [invalid(f"{path}.name", name, why) for why in rule(name)]
    return causes + _shared(metadata, path)


def _shared(metadata: Obj, path: str) -> list[Cause]:
    causes = not_negative(f"{path}.generation", metadata.get("generation"))
    causes += _described(metadata, path)
    finalizers = metadata.get("finalizers") or []
    for finalizer in finalizers:
        causes += [
            invalid(f"{path}.finalizers", finalizer, why) for why in qualified_name(finalizer)
        ]
    if "orphan" in finalizers and "foregroundDeletion" in finalizers:
        why = "finalizer orphan and foregroundDeletion cannot be both set"
        causes.append(invalid(f"{path}.finalizers", finalizers, why))
    return causes


def _described(metadata: Obj, path: str) -> list[Cause]:
    causes = validate_labels(metadata.get("labels"), f"{path}.labels")
    causes += validate_annotations(metadata.get("annotations"), f"{path}.annotations")
    return causes + _owners(metadata.get("ownerReferences") or [], f"{path}.ownerReferences")


def _finalizers(finalizers: list[str], path: str) -> list[Cause]:
    """What is wrong with finalizers beside the form of their names."""
    causes: list[Cause] = []
    for index, finalizer in enumerate(finalizers):
        causes += finalizer_name(finalizer, f"{path}.finalizers[{index}]")
    return causes


def finalizer_name(finalizer: str, path: str) -> list[Cause]:
    """What is wrong with a finalizer that is neither known nor somebody's."""
    if "/" in finalizer or finalizer in _FINALIZERS:
        return []
    why = "name is neither a standard finalizer name nor is it fully qualified"
    return [invalid(path, finalizer, why)]


def validate_metadata_update(
    new: Obj, old: Obj, path: str = "metadata", *, known: bool = True
) -> list[Cause]:
    """What is wrong with a change of metadata."""
    causes = validate_common_update(new, old, path)
    return causes + (_finalizers(new.get("finalizers") or [], path) if known else [])


def validate_common_update(new: Obj, old: Obj, path: str = "metadata") -> list[Cause]:
    """What is wrong with a change of metadata of any API, Kubernetes' own or not."""
    causes: list[Cause] = []
    if "deletionTimestamp" in old:
        before = set(old.get("finalizers") or ())
        added = sorted({one for one in new.get("finalizers") or () if one not in before})
        if added:
            listed = "[]string{" + ", ".join(quote(one) for one in added) + "}"
            why = (
                "no new finalizers can be added if the object is being deleted, found new"
                f" finalizers {listed}"
            )
            causes.append(forbidden(f"{path}.finalizers", why))
    for field in ("name", "namespace", "uid"):
        if new.get(field) != old.get(field):
            value = new.get(field, "")
            shown = Named(value) if field == "uid" else value
            causes.append(invalid(f"{path}.{field}", shown, IMMUTABLE))
    return causes + _described(new, path)


def validate_any_update(new: Obj, old: Obj) -> list[Cause]:
    """What the server holds against a change of any object before it looks at its kind.

    Source: apiserver ``registry/rest/update.go``, validateCommonFields.
    """
    return validate_common(new, path_segment) + validate_common_update(new, old)


def validate_labels(labels: Json, path: str) -> list[Cause]:
    """What is wrong with labels."""
    causes: list[Cause] = []
    for key in sorted(labels or {}):
        causes += [invalid(path, key, why) for why in qualified_name(key)]
        causes += [invalid(path, labels[key], why) for why in label_value(labels[key])]
    return causes


def validate_annotations(annotations: Json, path: str) -> list[Cause]:
    """What is wrong with annotations."""
    causes: list[Cause] = []
    size = 0
    for key in sorted(annotations or {}):
        causes += [invalid(path, key, why) for why in qualified_name(key.lower())]
        size += len(key.encode()) + len((annotations[key] or "").encode())
    if size > MAX_ANNOTATIONS:
        causes.append(too_long(path, MAX_ANNOTATIONS))
    return causes


def _owners(owners: list[Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    controller = ""
    for owner in owners:
        version, kind = owner.get("apiVersion", ""), owner.get("kind", "")
        if not _version(version):
            causes.append(invalid(f"{path}.apiVersion", version, "version must not be empty"))
        if not kind:
            causes.append(invalid(f"{path}.kind", kind, "must not be empty"))
        causes += [
            invalid(f"{path}.{field}", "", "must not be empty")
            for field in ("name", "uid")
            if not owner.get(field)
        ]
        if (version, kind) == ("v1", "Event"):
            why = "/v1, Kind=Event is disallowed from being an owner"
            causes.append(invalid(path, _in_order(owner), why))
        if owner.get("controller"):
            current = f"{kind}/{owner.get('name', '')}"
            if controller:
                why = (
                    'Only one reference can have Controller set to true. Found "true" in'
                    f" references for {controller} and {current}"
                )
                causes.append(invalid(path, [_in_order(one) for one in owners], why))
            else:
                controller = current
    return causes


def _version(api_version: str) -> str:
    group, slash, version = api_version.rpartition("/")
    return "" if "/" in group or (slash and not group and not version) else version


def _in_order(owner: Obj) -> Obj:
    shown: Obj = {name: owner.get(name, "") for name in ("apiVersion", "kind", "name", "uid")}
    optional = ("controller", "blockOwnerDeletion")
    return {**shown, **{name: owner[name] for name in optional if name in owner}}


def validate_selector(selector: Obj, path: str) -> list[Cause]:
    """What is wrong with a label selector."""
    causes: list[Cause] = []
    for key in sorted(selector.get("matchLabels") or {}):
        value = selector["matchLabels"][key]
        causes += [invalid(f"{path}.matchLabels", key, why) for why in qualified_name(key)]
        causes += [invalid(f"{path}.matchLabels", value, why) for why in label_value(value)]
    for index, one in enumerate(selector.get("matchExpressions") or ()):
        where = f"{path}.matchExpressions[{index}]"
        operator, values = one.get("operator", ""), one.get("values") or []
        if operator in ("In", "NotIn"):
            if not values:
                causes.append(
                    required(
                        f"{where}.values",
                        "must be specified when `operator` is 'In' or 'NotIn'",
                    )
                )
        elif operator in _OPERATORS:
            if values:
                why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                causes.append(forbidden(f"{where}.values", why))
        else:
            why = "not a valid selector operator"
            causes.append(invalid(f"{where}.operator", Named(operator), why))
        key = one.get("key", "")
        causes += [invalid(f"{where}.key", key, why) for why in qualified_name(key)]
        for number, value in enumerate(values):
            causes += [
                invalid(f"{where}.values[{number}]", value, why) for why in label_value(value)
            ]
    return causes


def matches(selector: Obj | None, labels: Json) -> bool:
    """Whether a selector picks an object with those labels; none at all picks nothing."""
    if selector is None:
        return False
    held = labels or {}
    if any(held.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    for one in selector.get("matchExpressions") or ():
        key, operator = one.get("key", ""), one.get("operator", "")
        values = one.get("values") or []
        fits = {
            "In": key in held and held[key] in values,
            "NotIn": held.get(key) not in values,
            "Exists": key in held,
            "DoesNotExist": key not in held,
        }
        if not fits.get(operator, False):
            return False
    return True
