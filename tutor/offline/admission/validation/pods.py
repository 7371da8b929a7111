"""Pods and Pod templates; and what a Pod's update may change.

Source: ``ValidatePodSpec``, ``ValidatePodUpdate`` in ``pkg/apis/core/validation/validation.go``.
"""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address

from tutor.offline.admission.semantic import same
from tutor.offline.admission.validation.containers import (
    validate_containers,
    validate_images,
    validate_init_containers,
)
from tutor.offline.admission.validation.fields import (
    dns_label,
    dns_subdomain,
    duplicate,
    forbidden,
    invalid,
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
)
from tutor.offline.admission.validation.scheduling import (
    validate_affinity,
    validate_spread,
    validate_tolerations,
)
from tutor.offline.admission.validation.security import validate_host_users, validate_pod_security
from tutor.offline.admission.validation.volumes import validate_volumes
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_RESTART = ("Always", "OnFailure", "Never")
_PREEMPTION = ("PreemptLowerPriority", "Never")
_SYSTEMS = ("linux", "windows")
_COST = "controller.kubernetes.io/pod-deletion-cost"
_MOST = 2**31 - 1
_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
_CHANGEABLE = (
    "spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
    "`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def validate_pod(pod: Obj) -> list[Cause]:
    """What is wrong with a new Pod."""
    causes = _whole(pod)
    spec = pod.get("spec") or {}
    if spec.get("ephemeralContainers"):
        causes.append(forbidden("spec.ephemeralContainers", "cannot be set on create"))
    if spec.get("nodeName") and spec.get("schedulingGates"):
        why = "cannot be set until all schedulingGates have been cleared"
        causes.append(forbidden("spec.nodeName", why))
    return causes


def _whole(pod: Obj) -> list[Cause]:
    """What is wrong with a Pod, new or changed."""
    spec = pod.get("spec") or {}
    causes = validate_metadata(meta(pod), dns_subdomain)
    causes += _annotations(meta(pod).get("annotations") or {}, "metadata.annotations")
    causes += validate_pod_spec(spec, "spec", whole=True)
    for part in ("containers", "initContainers"):
        causes += validate_images(spec.get(part) or [], f"spec.{part}")
    return causes


def _annotations(annotations: Mapping[str, str], path: str) -> list[Cause]:
    cost = annotations.get(_COST)
    if cost is None:
        return []
    digits = cost.removeprefix("-")
    good = digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0")
    if good and -_MOST - 1 <= int(cost) <= _MOST:
        return []
    return [invalid(f"{path}[{_COST}]", cost, "must be a 32bit integer")]


def validate_template(template: Obj, path: str, claims: Iterable[Obj] = ()) -> list[Cause]:
    """What is wrong with a Pod template.

    Args:
        template: The template.
        path: Where it stands.
        claims: Claim templates, which its containers may mount, and which come before volumes.
    """
    metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
    annotations = metadata.get("annotations")
    causes = validate_labels(metadata.get("labels"), f"{path}.labels")
    causes += validate_annotations(annotations, f"{path}.annotations")
    causes += _annotations(annotations or {}, f"{path}.annotations")
    claimed: list[Obj] = []
    for claim in claims:
        name = meta(claim).get("name", "")
        if not any(one["name"] == name for one in claimed):
            claimed.append({"name": name, "persistentVolumeClaim": {"claimName": name}})
    if claimed:
        names = {one["name"] for one in claimed}
        rest = [one for one in spec.get("volumes") or () if one.get("name") not in names]
        spec = {**spec, "volumes": [*claimed, *rest]}
    causes += validate_pod_spec(spec, f"{path}.spec")
    if spec.get("ephemeralContainers"):
        why = "ephemeral containers not allowed in pod template"
        causes.append(forbidden(f"{path}.spec.ephemeralContainers", why))
    return causes


def validate_pod_spec(spec: Obj, path: str, *, whole: bool = False) -> list[Cause]:
    """What is wrong with the spec of a Pod or of a template.

    Args:
        spec: The spec.
        path: Where it stands.
        whole: Whether it is a Pod's, of which everything is known by now.
    """
    volumes, causes = validate_volumes(spec.get("volumes") or [], f"{path}.volumes")
    containers, first = spec.get("containers") or [], spec.get("initContainers") or []
    grace = spec.get("terminationGracePeriodSeconds")
    causes += validate_containers(containers, volumes, grace, f"{path}.containers")
    causes += validate_init_containers(first, containers, volumes, grace, f"{path}.initContainers")
    causes += _host_network(spec, path, whole)
    causes += _word(spec, "restartPolicy", _RESTART, path)
    causes += _word(spec, "dnsPolicy", _DNS, path)
    causes += validate_labels(spec.get("nodeSelector"), f"{path}.nodeSelector")
    causes += validate_pod_security(spec, path)
    causes += validate_affinity(spec.get("affinity") or {}, f"{path}.affinity")
    causes += _dns(spec, f"{path}.dnsConfig")
    for index, gate in enumerate(spec.get("readinessGates") or ()):
        where, name = f"{path}.readinessGates[{index}].conditionType", gate.get("conditionType", "")
        causes += [invalid(where, name, why) for why in qualified_name(name)]
    causes += _gates(spec.get("schedulingGates") or (), f"{path}.schedulingGates")
    causes += validate_spread(
        spec.get("topologySpreadConstraints") or [], f"{path}.topologySpreadConstraints"
    )
    causes += validate_host_users(spec, path)
    return causes + _names(spec, path)


def _word(spec: Obj, field: str, words: tuple[str, ...], path: str) -> list[Cause]:
    value = spec.get(field, "")
    if not value:
        return [required(f"{path}.{field}")]
    return [] if value in words else [unsupported(f"{path}.{field}", value, words)]


def _names(spec: Obj, path: str) -> list[Cause]:
    """What stands at the end of the server's list: names, a deadline, tolerations, hosts."""
    causes = _named(spec, path, "serviceAccountName", "nodeName")
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= _MOST:
        why = f"must be between 1 and {_MOST}, inclusive"
        causes.append(invalid(f"{path}.activeDeadlineSeconds", deadline, why))
    for field in ("hostname", "subdomain"):
        value = spec.get(field)
        if value:
            causes += [invalid(f"{path}.{field}", value, why) for why in dns_label(value)]
    causes += validate_tolerations(spec.get("tolerations") or [], f"{path}.tolerations")
    for index, alias in enumerate(spec.get("hostAliases") or ()):
        where, address = f"{path}.hostAliases[{index}]", alias.get("ip", "")
        causes += _addressed(address, f"{where}.ip")
        for number, name in enumerate(alias.get("hostnames") or ()):
            at = f"{where}.hostnames[{number}]"
            causes += [invalid(at, name, why) for why in dns_subdomain(name)]
    causes += _named(spec, path, "priorityClassName", "runtimeClassName")
    preemption = spec.get("preemptionPolicy")
    if preemption is not None and preemption not in _PREEMPTION:
        causes.append(unsupported(f"{path}.preemptionPolicy", preemption, _PREEMPTION))
    if spec.get("os") is not None:
        name = spec["os"].get("name", "")
        if not name:
            causes.append(required(f"{path}.os.name", "cannot be empty"))
        elif name not in _SYSTEMS:
            causes.append(unsupported(f"{path}.os", name, _SYSTEMS))
    return causes


def _named(spec: Obj, path: str, *fields: str) -> list[Cause]:
    return [
        invalid(f"{path}.{field}", spec[field], why)
        for field in fields
        if spec.get(field)
        for why in dns_subdomain(spec[field])
    ]


def _addressed(address: str, path: str) -> list[Cause]:
    try:
        ip_address(address)
    except ValueError:
        return [invalid(path, address, _ADDRESS)]
    return []


def _host_network(spec: Obj, path: str, whole: bool) -> list[Cause]:
    causes: list[Cause] = []
    if not spec.get("hostNetwork"):
        return causes
    for index, container in enumerate(spec.get("containers") or ()):
        for number, port in enumerate(container.get("ports") or ()):
            host = port.get("hostPort", 0)
            if (whole or host) and host != port.get("containerPort", 0):
                where = f"{path}.containers[{index}].ports[{number}].hostPort"
                why = "must match `containerPort` when `hostNetwork` is true"
                causes.append(invalid(where, host, why))
    return causes


def _dns(spec: Obj, path: str) -> list[Cause]:
    config = spec.get("dnsConfig")
    if spec.get("dnsPolicy") == "None":
        if config is None:
            return [required(path, "must provide `dnsConfig` when `dnsPolicy` is None")]
        if not config.get("nameservers"):
            why = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            return [required(f"{path}.nameservers", why)]
    if config is None:
        return []
    causes: list[Cause] = []
    servers, searches = config.get("nameservers") or [], config.get("searches") or []
    if len(servers) > 3:
        why = "must not have more than 3 nameservers"
        causes.append(invalid(f"{path}.nameservers", servers, why))
    for index, server in enumerate(servers):
        causes += _addressed(server, f"{path}.nameservers[{index}]")
    if len(searches) > 32:
        why = "must not have more than 32 search paths"
        causes.append(invalid(f"{path}.searches", searches, why))
    if len(" ".join(searches)) > 2048:
        why = "must not have more than 2048 characters (including spaces) in the search list"
        causes.append(invalid(f"{path}.searches", searches, why))
    for index, option in enumerate(config.get("options") or ()):
        if not option.get("name"):
            causes.append(required(f"{path}.options[{index}]", "must not be empty"))
    return causes


def _gates(gates: Iterable[Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    seen: set[str] = set()
    for index, gate in enumerate(gates):
        where, name = f"{path}[{index}]", gate.get("name", "")
        causes += [invalid(where, name, why) for why in qualified_name(name)]
        if name in seen:
            causes.append(duplicate(where, name))
        seen.add(name)
    return causes


# -- updates


def validate_pod_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a Pod."""
    causes = validate_metadata_update(meta(new), meta(old), dns_subdomain) + _whole(new)
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    for part in ("containers", "initContainers"):
        if len(spec.get(part) or ()) != len(before.get(part) or ()):
            causes.append(forbidden(f"spec.{part}", "pod updates may not add or remove containers"))
            return causes
        for index, container in enumerate(spec.get(part) or ()):
            if not container.get("image"):
                causes.append(required(f"spec.{part}[{index}].image"))
        causes += validate_images(spec.get(part) or [], f"spec.{part}")
    deadline, was = spec.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds")
    where = "spec.activeDeadlineSeconds"
    if deadline is not None:
        if not 0 <= deadline <= _MOST:
            why = f"must be between 0 and {_MOST}, inclusive"
            return [*causes, invalid(where, deadline, why)]
        if was is not None and was < deadline:
            why = "must be less than or equal to previous value"
            return [*causes, invalid(where, deadline, why)]
    elif was is not None:
        why = "must not update from a positive integer to nil value"
        causes.append(invalid(where, None, why))
    causes += _only_added(spec.get("tolerations") or [], before.get("tolerations") or [])
    causes += _only_removed(spec.get("schedulingGates") or [], before.get("schedulingGates") or [])
    munged = _munged(spec, before)
    if before.get("schedulingGates"):
        munged, gated = _while_gated(munged, before)
        causes += gated
    if not same("PodSpec", munged, before):
        shown = difference(before, munged, "PodSpec")
        why = f"pod updates may not change fields other than `{_CHANGEABLE}\n{shown}"
        causes.append(forbidden("spec", why))
    return causes


def _only_added(tolerations: list[Obj], before: list[Obj]) -> list[Cause]:
    if any(not any(_same_toleration(one, other) for other in tolerations) for one in before):
        why = "existing toleration can not be modified except its tolerationSeconds"
        return [forbidden("spec.tolerations", why)]
    return validate_tolerations(tolerations, "spec.tolerations")


def _same_toleration(one: Obj, other: Obj) -> bool:
    left = {key: value for key, value in one.items() if key != "tolerationSeconds"}
    return left == {key: value for key, value in other.items() if key != "tolerationSeconds"}


def _only_removed(gates: list[Obj], before: list[Obj]) -> list[Cause]:
    held = {one.get("name", "") for one in before}
    return [
        forbidden(
            f"spec.schedulingGates[{index}].name",
            f"only deletion is allowed, but found new scheduling gate '{one.get('name', '')}'",
        )
        for index, one in enumerate(gates)
        if one.get("name", "") not in held
    ]


def _while_gated(munged: Obj, before: Obj) -> tuple[Obj, list[Cause]]:
    """A Pod that is held back from the scheduler may still ask for more of its node."""
    wanted, had = munged.get("nodeSelector") or {}, before.get("nodeSelector") or {}
    if wanted == had:
        return munged, []
    restored = {key: value for key, value in munged.items() if key != "nodeSelector"}
    if had:
        restored["nodeSelector"] = had
    if had.items() <= wanted.items():
        return restored, []
    why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
    return restored, [invalid("spec.nodeSelector", wanted, why)]


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
