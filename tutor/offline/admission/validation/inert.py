"""Kinds that are kept and not acted on: their names, what they must have, what may not change.

Their templates of Pods are looked at like any other. What else the real server would refuse of them
(a schedule that is none, a selector that matches nothing) is taken here.

Source: ``pkg/apis/{rbac,batch,apps,networking,scheduling,node,storage}/validation``,
apiextensions-apiserver ``pkg/apis/apiextensions/validation``.
"""

from collections.abc import Iterator

from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, STRING, Ref, Type
from tutor.offline.admission.types import type_of
from tutor.offline.admission.validation.fields import (
    IMMUTABLE,
    dns_subdomain,
    forbidden,
    invalid,
    path_segment,
    required,
    unsupported,
)
from tutor.offline.admission.validation.metadata import (
    NameRule,
    validate_labels,
    validate_metadata,
)
from tutor.offline.admission.validation.pods import validate_template
from tutor.offline.admission.values import Json
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, dig, meta, name_of
from tutor.offline.resources import INERT

_RBAC = frozenset({"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"})
_LENIENT = _RBAC | {
    "APIService",
    "CustomResourceDefinition",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
}
_TEMPLATES: dict[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "PodTemplate": ("template",),
    "ReplicationController": ("spec", "template"),
}
_RESTARTS: dict[str, tuple[str, ...]] = {
    "CronJob": ("OnFailure", "Never"),
    "DaemonSet": ("Always",),
    "Job": ("OnFailure", "Never"),
    "ReplicationController": ("Always",),
}
_FIXED: dict[str, tuple[str, ...]] = {
    "CSIDriver": ("spec.attachRequired", "spec.fsGroupPolicy", "spec.volumeLifecycleModes"),
    "CustomResourceDefinition": ("spec.group", "spec.names.plural", "spec.scope"),
    "DaemonSet": ("spec.selector",),
    "IngressClass": ("spec.controller",),
    "Job": ("spec.completionMode", "spec.selector", "spec.template"),
    "RuntimeClass": ("handler",),
    "VolumeAttributesClass": ("driverName", "parameters"),
}
"""Fields that no update may change."""
KINDS = frozenset(one.kind for one in INERT)


def name_rule(kind: str) -> NameRule:
    """The rule for the names of a kind."""
    return path_segment if kind in _RBAC else dns_subdomain


def known_finalizers(kind: str) -> bool:
    """Whether finalizers must be standard ones or somebody's: outside the core none need to."""
    return bool(kind) and kind not in _LENIENT


def validate_inert(kind: str, obj: Obj) -> list[Cause]:
    """What is wrong with an object of such a kind."""
    causes = validate_metadata(meta(obj), name_rule(kind), known=known_finalizers(kind))
    if not kind:
        return causes
    api_version = str(obj.get("apiVersion", ""))
    rest = {k: v for k, v in obj.items() if k not in ("apiVersion", "kind", "metadata", "status")}
    causes += _missing(rest, type_of(kind, api_version), "")
    return causes + list(_particular(kind, obj))


def validate_inert_update(kind: str, new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of such an object, beside its metadata."""
    causes: list[Cause] = []
    for path in _FIXED.get(kind, ()):
        before, after = (dig(one, *path.split(".")) for one in (old, new))
        suspended = kind == "Job" and path == "spec.template" and dig(old, "spec", "suspend")
        if before != after and not suspended:
            causes.append(invalid(path, after, IMMUTABLE))
    if kind in ("ClusterRoleBinding", "RoleBinding") and old.get("roleRef") != new.get("roleRef"):
        causes.append(invalid("roleRef", new.get("roleRef"), "cannot change roleRef"))
    if kind == "PriorityClass":
        causes += [
            forbidden(field, "may not be changed in an update.")
            for field in ("value", "preemptionPolicy")
            if new.get(field) != old.get(field)
        ]
    metadata = validate_metadata(meta(new), name_rule(kind), known=known_finalizers(kind))
    return causes + [one for one in validate_inert(kind, new) if one not in metadata]


def _missing(value: Obj, type_: Type, path: str) -> list[Cause]:
    """What a type asks for and an object has not."""
    causes: list[Cause] = []
    for name, field in type_.fields.items():
        found = value.get(name)
        where = f"{path}.{name}" if path else name
        if field.required and field.ref.code in (LIST, STRING) and not found and path:
            causes.append(required(where))
        elif found is not None and field.ref.code != STRING and not _described(field.ref):
            causes += _within(found, field.ref, where)
    return causes


def _described(ref: Ref) -> bool:
    """Whether what is there is looked at by rules of its own."""
    return ref.code == OBJECT and ref.name in ("PodTemplateSpec", "ObjectMeta")


def _within(value: Json, ref: Ref, path: str) -> list[Cause]:
    if ref.code == OBJECT and isinstance(value, dict):
        return _missing(value, ref.type, path)
    causes: list[Cause] = []
    if ref.code == LIST and ref.item is not None and isinstance(value, list):
        for index, one in enumerate(value):
            causes += _within(one, ref.item, f"{path}[{index}]")
    elif ref.code == MAP and ref.item is not None and isinstance(value, dict):
        for key, one in value.items():
            causes += _within(one, ref.item, f"{path}[{key}]")
    return causes


def _particular(kind: str, obj: Obj) -> Iterator[Cause]:
    if kind in _TEMPLATES:
        yield from _template(kind, obj)
    elif kind == "RoleBinding":
        for index, one in enumerate(obj.get("subjects") or ()):
            if one.get("kind") == "ServiceAccount" and not one.get("namespace"):
                yield required(f"subjects[{index}].namespace")
    elif kind == "CustomResourceDefinition":
        yield from _definition(obj)


def _template(kind: str, obj: Obj) -> Iterator[Cause]:
    path = ".".join(_TEMPLATES[kind])
    template = dig(obj, *_TEMPLATES[kind], default={})
    yield from validate_labels(dig(template, "metadata", "labels"), f"{path}.labels")
    yield from validate_template(template, path)
    restart = dig(template, "spec", "restartPolicy", default="")
    if kind in _RESTARTS and restart not in _RESTARTS[kind]:
        yield unsupported(f"{path}.spec.restartPolicy", restart, _RESTARTS[kind])


def _definition(obj: Obj) -> Iterator[Cause]:
    spec = obj.get("spec") or {}
    wanted = f"{dig(spec, 'names', 'plural', default='')}.{spec.get('group', '')}"
    if name_of(obj) != wanted:
        yield invalid("metadata.name", name_of(obj), 'must be spec.names.plural+"."+spec.group')
    if spec.get("scope") not in ("Cluster", "Namespaced"):
        yield unsupported("spec.scope", spec.get("scope", ""), ("Cluster", "Namespaced"))
    versions = spec.get("versions") or []
    if versions and sum(bool(one.get("storage")) for one in versions) != 1:
        why = "must have exactly one version marked as storage version"
        yield invalid("spec.versions", [one.get("name") for one in versions], why)
    for index, one in enumerate(versions):
        if not dig(one, "schema", "openAPIV3Schema"):
            where = f"spec.versions[{index}].schema.openAPIV3Schema"
            yield required(where, "schemas are required")
