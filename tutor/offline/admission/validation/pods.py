"""Pods and Pod templates: volumes, scheduling, names; and what a Pod's update may change.

Source: ``ValidatePodSpec``, ``ValidatePodUpdate`` in ``pkg/apis/core/validation/validation.go``.
"""

from collections.abc import Iterable

from tutor.offline.admission.validation.containers import validate_containers
from tutor.offline.admission.validation.fields import (
    dns_label,
    dns_subdomain,
    duplicate,
    forbidden,
    invalid,
    label_value,
    not_negative,
    qualified_name,
    required,
    unsupported,
)
from tutor.offline.admission.validation.internal import difference
from tutor.offline.admission.validation.metadata import (
    validate_annotations,
    validate_labels,
    validate_metadata,
    validate_metadata_update,
    validate_selector,
)
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

_DNS = ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")
_RESTART = ("Always", "OnFailure", "Never")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_REQUIRED = {
    "configMap": "name",
    "hostPath": "path",
    "nfs": "path server",
    "persistentVolumeClaim": "claimName",
    "secret": "secretName",
}
_CHANGEABLE = (
    "spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
    "`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def validate_pod(pod: Obj) -> list[Cause]:
    """What is wrong with a new Pod."""
    causes = validate_metadata(meta(pod), dns_subdomain)
    return causes + validate_pod_spec(pod.get("spec") or {}, "spec")


def validate_template(template: Obj, path: str, claims: Iterable[Obj] = ()) -> list[Cause]:
    """What is wrong with a Pod template.

    Args:
        template: The template.
        path: Where it stands.
        claims: Claim templates, which its containers may mount, and which come before volumes.
    """
    metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
    causes = validate_labels(metadata.get("labels"), f"{path}.metadata.labels")
    causes += validate_annotations(metadata.get("annotations"), f"{path}.metadata.annotations")
    claimed: list[Obj] = []
    for claim in claims:
        name = meta(claim).get("name", "")
        if not any(one["name"] == name for one in claimed):
            claimed.append({"name": name, "persistentVolumeClaim": {"claimName": name}})
    if claimed:
        names = {one["name"] for one in claimed}
        rest = [one for one in spec.get("volumes") or () if one.get("name") not in names]
        spec = {**spec, "volumes": [*claimed, *rest]}
    return causes + validate_pod_spec(spec, f"{path}.spec")


def validate_pod_spec(spec: Obj, path: str) -> list[Cause]:
    """What is wrong with the spec of a Pod or of a template."""
    volumes, causes = _volumes(spec.get("volumes") or [], f"{path}.volumes")
    containers = spec.get("containers") or []
    causes += validate_containers(containers, volumes, f"{path}.containers")
    causes += validate_containers(
        spec.get("initContainers") or [], volumes, f"{path}.initContainers", init=True
    )
    names = {one.get("name") for one in containers}
    for index, one in enumerate(spec.get("initContainers") or ()):
        if one.get("name") and one["name"] in names:
            causes.append(duplicate(f"{path}.initContainers[{index}].name", one["name"]))
    restart = spec.get("restartPolicy", "")
    if not restart:
        causes.append(required(f"{path}.restartPolicy"))
    elif restart not in _RESTART:
        causes.append(unsupported(f"{path}.restartPolicy", restart, _RESTART))
    dns = spec.get("dnsPolicy", "")
    if not dns:
        causes.append(required(f"{path}.dnsPolicy"))
    elif dns not in _DNS:
        causes.append(unsupported(f"{path}.dnsPolicy", dns, _DNS))
    causes += validate_labels(spec.get("nodeSelector"), f"{path}.nodeSelector")
    causes += _host(spec, path)
    causes += _tolerations(spec.get("tolerations") or [], f"{path}.tolerations")
    causes += _affinity(spec.get("affinity") or {}, f"{path}.affinity")
    causes += _spread(spec, path)
    for field, rule in (
        ("serviceAccountName", dns_subdomain),
        ("nodeName", dns_subdomain),
        ("hostname", dns_label),
        ("subdomain", dns_label),
        ("priorityClassName", dns_subdomain),
        ("runtimeClassName", dns_subdomain),
    ):
        value = spec.get(field)
        if value:
            causes += [invalid(f"{path}.{field}", value, why) for why in rule(value)]
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= 2**31 - 1:
        why = "must be between 1 and 2147483647, inclusive"
        causes.append(invalid(f"{path}.activeDeadlineSeconds", deadline, why))
    return causes


def _volumes(volumes: list[Obj], path: str) -> tuple[dict[str, Obj], list[Cause]]:
    causes: list[Cause] = []
    found: dict[str, Obj] = {}
    for index, volume in enumerate(volumes):
        where = f"{path}[{index}]"
        kinds = [kind for kind in volume if kind != "name" and volume[kind] is not None]
        for number, kind in enumerate(kinds):
            if number:
                causes.append(
                    forbidden(f"{where}.{kind}", "may not specify more than 1 volume type")
                )
                continue
            causes += [
                required(f"{where}.{kind}.{field}")
                for field in _REQUIRED.get(kind, "").split()
                if not volume[kind].get(field)
            ]
        if not kinds:
            causes.append(required(where, "must specify a volume type"))
        name = volume.get("name", "")
        if not name:
            causes.append(required(f"{where}.name"))
            continue
        wrong = dns_label(name)
        causes += [invalid(f"{where}.name", name, why) for why in wrong]
        if name in found:
            causes.append(duplicate(f"{where}.name", name))
        found[name] = volume
    return found, causes


def _host(spec: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if not spec.get("hostNetwork"):
        return causes
    for part in ("containers", "initContainers"):
        for index, container in enumerate(spec.get(part) or ()):
            for number, port in enumerate(container.get("ports") or ()):
                host = port.get("hostPort", 0)
                if host and host != port.get("containerPort"):
                    where = f"{path}.{part}[{index}].ports[{number}].hostPort"
                    why = "must match `containerPort` when `hostNetwork` is true"
                    causes.append(invalid(where, host, why))
    return causes


def _tolerations(tolerations: list[Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    for index, one in enumerate(tolerations):
        where = f"{path}[{index}]"
        key, operator = one.get("key", ""), one.get("operator", "")
        if key:
            causes += [invalid(f"{where}.key", key, why) for why in qualified_name(key)]
        elif operator != "Exists":
            why = (
                'operator must be Exists when `key` is empty, which means "match all values and'
                ' all keys"'
            )
            causes.append(invalid(f"{where}.operator", operator, why))
        if one.get("tolerationSeconds") is not None and one.get("effect") != "NoExecute":
            why = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            causes.append(invalid(f"{where}.effect", one.get("effect", ""), why))
        value = one.get("value", "")
        if operator in ("", "Equal"):
            causes += [invalid(f"{where}.operator", value, why) for why in label_value(value)]
        elif operator == "Exists":
            if value:
                why = "value must be empty when `operator` is 'Exists'"
                causes.append(invalid(f"{where}.operator", one, why))
        else:
            causes.append(unsupported(f"{where}.operator", operator, ("Equal", "Exists")))
        effect = one.get("effect", "")
        if effect and effect not in _EFFECTS:
            causes.append(unsupported(f"{where}.effect", effect, _EFFECTS))
    return causes


def _affinity(affinity: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    for kind in ("podAffinity", "podAntiAffinity"):
        found = affinity.get(kind) or {}
        where = f"{path}.{kind}"
        hard = "requiredDuringSchedulingIgnoredDuringExecution"
        soft = "preferredDuringSchedulingIgnoredDuringExecution"
        for index, term in enumerate(found.get(hard) or ()):
            causes += _term(term, f"{where}.{hard}[{index}]")
        for index, weighted in enumerate(found.get(soft) or ()):
            weight = weighted.get("weight", 0)
            if not 1 <= weight <= 100:
                causes.append(
                    invalid(f"{where}.{soft}[{index}].weight", weight, "must be in the range 1-100")
                )
            term = weighted.get("podAffinityTerm") or {}
            causes += _term(term, f"{where}.{soft}[{index}].podAffinityTerm")
    return causes


def _term(term: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if term.get("labelSelector") is not None:
        causes += validate_selector(term["labelSelector"], f"{path}.labelSelector")
    key = term.get("topologyKey", "")
    if not key:
        causes.append(required(f"{path}.topologyKey", "can not be empty"))
    return causes + [invalid(f"{path}.topologyKey", key, w) for w in qualified_name(key) if key]


def _spread(spec: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    for index, one in enumerate(spec.get("topologySpreadConstraints") or ()):
        where = f"{path}.topologySpreadConstraints[{index}]"
        skew = one.get("maxSkew", 0)
        if skew <= 0:
            causes.append(invalid(f"{where}.maxSkew", skew, "must be greater than zero"))
        if not one.get("topologyKey"):
            causes.append(required(f"{where}.topologyKey", "can not be empty"))
        action = one.get("whenUnsatisfiable", "")
        actions = ("DoNotSchedule", "ScheduleAnyway")
        if action not in actions:
            causes.append(unsupported(f"{where}.whenUnsatisfiable", action, actions))
    return causes


def validate_pod_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a Pod."""
    causes = validate_metadata_update(meta(new), meta(old), dns_subdomain)
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    for part in ("containers", "initContainers"):
        if len(spec.get(part) or ()) != len(before.get(part) or ()):
            causes.append(forbidden(f"spec.{part}", "pod updates may not add or remove containers"))
            return causes
    deadline, was = spec.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds")
    if deadline is not None and was is not None and deadline > was:
        why = "must be less than or equal to previous value"
        causes.append(invalid("spec.activeDeadlineSeconds", deadline, why))
    elif deadline is None and was is not None:
        why = "must not update from a positive integer to nil value"
        causes.append(invalid("spec.activeDeadlineSeconds", deadline, why))
    causes += not_negative("spec.activeDeadlineSeconds", deadline)
    for part in ("containers", "initContainers"):
        for index, container in enumerate(spec.get(part) or ()):
            if not container.get("image"):
                causes.append(required(f"spec.{part}[{index}].image"))
    held = before.get("tolerations") or []
    kept = spec.get("tolerations") or []
    if any(not any(_same_toleration(one, other) for other in kept) for one in held):
        why = "existing toleration can not be modified except its tolerationSeconds"
        causes.append(forbidden("spec.tolerations", why))
    munged = _munged(spec, before)
    if munged != before:
        shown = difference(before, munged, "PodSpec")
        why = f"pod updates may not change fields other than `{_CHANGEABLE}\n{shown}"
        causes.append(forbidden("spec", why))
    return causes


def _same_toleration(one: Obj, other: Obj) -> bool:
    left = {key: value for key, value in one.items() if key != "tolerationSeconds"}
    return left == {key: value for key, value in other.items() if key != "tolerationSeconds"}


def _munged(spec: Obj, before: Obj) -> Obj:
    """The changed spec with everything that may change put back."""
    munged = dict(spec)
    for field in ("activeDeadlineSeconds", "tolerations", "schedulingGates"):
        munged.pop(field, None)
        if field in before:
            munged[field] = before[field]
    for part in ("containers", "initContainers"):
        if part in munged:
            munged[part] = [
                {**one, "image": was.get("image", "")}
                for one, was in zip(munged[part], before[part], strict=True)
            ]
    grace = "terminationGracePeriodSeconds"
    if (before.get(grace) or 0) < 0 and munged.get(grace) == 1:
        munged[grace] = before[grace]
    return munged
