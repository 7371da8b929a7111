"""Pods and Pod templates; and what a Pod's update may change.

Source: ``ValidatePodSpec``, ``ValidatePodUpdate`` in ``pkg/apis/core/validation/validation.go``.
"""

from collections.abc import Iterable, Mapping

from tutor.manifest.quantity import parse
from tutor.offline.admission.quota import amounts_of_containers
from tutor.offline.admission.semantic import same
from tutor.offline.admission.validation.addresses import validate_address
from tutor.offline.admission.validation.amounts import pod_resource, validate_resources
from tutor.offline.admission.validation.containers import (
    Pod,
    validate_containers,
    validate_ephemeral_containers,
    validate_image,
    validate_init_containers,
)
from tutor.offline.admission.validation.environment import validate_file_keys
from tutor.offline.admission.validation.fields import (
    dns_label,
    dns_subdomain,
    dns_subdomain_underscored,
    duplicate,
    forbidden,
    invalid,
    qualified_name,
    required,
    size,
    too_long,
    unsupported,
)
from tutor.offline.admission.validation.internal import as_go, difference
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
from tutor.offline.admission.validation.security import (
    APPARMOR,
    each_container,
    validate_host_users,
    validate_matching,
    validate_pod_security,
    validate_profiles,
)
from tutor.offline.admission.validation.volumes import validate_volumes
from tutor.offline.admission.validation.windows import (
    validate_host_process,
    validate_linux,
    validate_windows,
)
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, dig, meta

_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_RESTART = ("Always", "OnFailure", "Never")
_PREEMPTION = ("PreemptLowerPriority", "Never")
_SYSTEMS = ("linux", "windows")
_COST = "controller.kubernetes.io/pod-deletion-cost"
_MOST = 2**31 - 1
_MIRROR = "kubernetes.io/config.mirror"
_MOST_HOSTNAME = 64
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
    return causes + validate_matching(meta(pod).get("annotations") or {}, spec, "spec")


def _whole(pod: Obj) -> list[Cause]:
    """What is wrong with a Pod, new or changed."""
    spec = pod.get("spec") or {}
    causes = validate_metadata(meta(pod), dns_subdomain)
    causes += _annotations(meta(pod).get("annotations") or {}, spec, "metadata.annotations")
    causes += validate_pod_spec(spec, "spec", pod=meta(pod))
    if not spec.get("serviceAccountName"):
        causes += [
            forbidden(
                f"spec.volumes[{index}].projected.sources[{at}].serviceAccountToken",
                "must not be specified when serviceAccountName is not set",
            )
            for index, volume in enumerate(spec.get("volumes") or ())
            for at, source in enumerate(dig(volume, "projected", "sources", default=()))
            if source.get("serviceAccountToken") is not None
        ]
    for part in ("containers", "initContainers"):
        for index, one in enumerate(spec.get(part) or ()):
            causes += validate_image(one, f"spec.{part}[{index}]")
    return causes


def _annotations(annotations: Mapping[str, str], spec: Obj, path: str) -> list[Cause]:
    """What is wrong with annotations that mean something on a Pod."""
    causes: list[Cause] = []
    if _MIRROR in annotations and not spec.get("nodeName"):
        why = "must set spec.nodeName if mirror pod annotation is set"
        causes.append(invalid(f"{path}[{_MIRROR}]", annotations[_MIRROR], why))
    cost = annotations.get(_COST)
    if cost is not None:
        digits = cost.removeprefix("-")
        good = digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0")
        if not good or len(digits) > 10 or not -_MOST - 1 <= int(cost) <= _MOST:
            causes.append(invalid(f"{path}[{_COST}]", cost, "must be a 32bit integer"))
    return causes + validate_profiles(dict(annotations), spec, path)


def validate_template(template: Obj, path: str, claims: Iterable[Obj] = ()) -> list[Cause]:
    """What is wrong with a Pod template.

    Args:
        template: The template.
        path: Where it stands.
        claims: Claim templates, which its containers may mount, and which come before volumes.
    """
    spec, annotations = template.get("spec") or {}, dig(template, "metadata", "annotations")
    causes = validate_template_metadata(template, path)
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
    causes += validate_matching(annotations or {}, spec, f"{path}.spec")
    if spec.get("ephemeralContainers"):
        why = "ephemeral containers not allowed in pod template"
        causes.append(forbidden(f"{path}.spec.ephemeralContainers", why))
    return causes


def validate_template_metadata(template: Obj, path: str) -> list[Cause]:
    """What is wrong with the labels and annotations of a Pod template."""
    metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
    annotations = metadata.get("annotations")
    causes = validate_labels(metadata.get("labels"), f"{path}.labels")
    causes += validate_annotations(annotations, f"{path}.annotations")
    return causes + _annotations(annotations or {}, spec, f"{path}.annotations")


def validate_pod_spec(spec: Obj, path: str, *, pod: Obj | None = None) -> list[Cause]:
    """What is wrong with the spec of a Pod or of a template.

    Args:
        spec: The spec.
        path: Where it stands.
        pod: The metadata of the Pod, of which everything is known by now; None for a template.
    """
    volumes, causes = validate_volumes(spec.get("volumes") or [], f"{path}.volumes", pod)
    containers, first = spec.get("containers") or [], spec.get("initContainers") or []
    claims = spec.get("resourceClaims") or []
    known = Pod(
        volumes,
        frozenset(one["name"] for one in claims if one.get("name")),
        spec.get("terminationGracePeriodSeconds"),
        spec.get("restartPolicy", ""),
        spec.get("hostUsers") is not False,
        None if spec.get("os") is None else spec["os"].get("name", ""),
    )
    causes += _resource_claims(claims, f"{path}.resourceClaims")
    causes += validate_containers(containers, known, f"{path}.containers")
    causes += validate_init_containers(first, containers, known, f"{path}.initContainers")
    causes += validate_ephemeral_containers(
        spec.get("ephemeralContainers") or [],
        [*containers, *first],
        known,
        f"{path}.ephemeralContainers",
    )
    causes += _pod_resources(spec, known, f"{path}.resources")
    causes += _host_network(spec, path, pod is not None)
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
    causes += validate_host_process(spec, each_container(spec, path), path)
    causes += validate_host_users(spec, path)
    causes += _hostname_override(spec, path)
    return causes + _names(spec, path) + validate_file_keys(spec, path)


def _resource_claims(claims: list[Obj], path: str) -> list[Cause]:
    """What is wrong with the claims of devices a Pod refers to."""
    causes: list[Cause] = []
    names: set[str] = set()
    for index, claim in enumerate(claims):
        where, name = f"{path}[{index}]", claim.get("name", "")
        if not name:
            causes.append(required(f"{where}.name"))
        elif name in names:
            causes.append(duplicate(f"{where}.name", name))
        else:
            causes += [invalid(f"{where}.name", name, why) for why in dns_label(name)]
            names.add(name)
        fields = ("resourceClaimName", "resourceClaimTemplateName")
        given = [field for field in fields if claim.get(field) is not None]
        shown = {
            "Name": name,
            "ResourceClaimName": claim.get("resourceClaimName"),
            "ResourceClaimTemplateName": claim.get("resourceClaimTemplateName"),
        }
        if len(given) > 1:
            why = (
                "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
            )
            causes.append(invalid(where, shown, why))
        if not given:
            why = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
            causes.append(invalid(where, shown, why))
        for field in given:
            causes += [
                invalid(f"{where}.{field}", claim[field], why)
                for why in dns_subdomain(claim[field])
            ]
    return causes


def _pod_resources(spec: Obj, pod: Pod, path: str) -> list[Cause]:
    """What is wrong with the resources of a Pod as a whole."""
    resources = spec.get("resources")
    if resources is None:
        return []
    if pod.system == "windows":
        return [forbidden(path, "may not be set for a windows pod")]
    causes: list[Cause] = []
    if resources.get("claims") is not None:
        why = "claims may not be set for Resources at pod-level"
        causes.append(forbidden(f"{path}.claims", why))
    causes += validate_resources(resources, pod.claims, path, pod_resource)
    for part, only in (("requests", ""), ("limits", "hugepages-")):
        had = resources.get(part) or {}
        for name, total in sorted(amounts_of_containers(spec, part).items()):
            if name.startswith(only) and name in had and parse(had[name]) < total:
                why = f"must be greater than or equal to aggregate container {part} of {total}"
                causes.append(invalid(f"{path}.{part}[{name}]", str(parse(had[name])), why))
    limits = resources.get("limits") or {}
    for index, container in enumerate(spec.get("containers") or ()):
        for name, value in sorted(dig(container, "resources", "limits", default={}).items()):
            amount = parse(value)
            if name in limits and parse(limits[name]) < amount:
                where = f"{path}.containers[{index}][{name}].limits"
                why = f"must be less than or equal to pod limits of {parse(limits[name])}"
                causes.append(invalid(where, str(amount), why))
    return causes


def _hostname_override(spec: Obj, path: str) -> list[Cause]:
    name, where = spec.get("hostnameOverride"), f"{path}.hostnameOverride"
    if name is None:
        return []
    causes = [
        forbidden(where, f"may not be specified when {field} is true")
        for field in ("setHostnameAsFQDN", "hostNetwork")
        if spec.get(field)
    ]
    if size(name) > _MOST_HOSTNAME:
        causes.append(too_long(where, _MOST_HOSTNAME))
    return causes + [invalid(where, name, why) for why in dns_subdomain(name)]


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
        causes += validate_address(address, f"{where}.ip")
        for number, name in enumerate(alias.get("hostnames") or ()):
            at = f"{where}.hostnames[{number}]"
            causes += [invalid(at, name, why) for why in dns_subdomain(name)]
    causes += _named(spec, path, "priorityClassName")
    runtime, where = spec.get("runtimeClassName"), f"{path}.runtimeClassName"
    if runtime is not None:
        causes += [invalid(where, runtime, why) for why in dns_subdomain(runtime)]
    if spec.get("preemptionPolicy") is not None:
        causes += _word(spec, "preemptionPolicy", _PREEMPTION, path)
    if spec.get("overhead"):
        overhead = {"limits": spec["overhead"]}
        causes += validate_resources(overhead, frozenset(), f"{path}.overhead")
    return causes + _system(spec, path)


def _system(spec: Obj, path: str) -> list[Cause]:
    """What is wrong with the operating system of a Pod, and with the rest because of it."""
    if spec.get("os") is None:
        return []
    name = spec["os"].get("name", "")
    if not name:
        return [required(f"{path}.os.name")]
    if name not in _SYSTEMS:
        return [unsupported(f"{path}.os", name, _SYSTEMS)]
    look = validate_linux if name == "linux" else validate_windows
    return look(spec, each_container(spec, path), path)


def _named(spec: Obj, path: str, *fields: str) -> list[Cause]:
    return [
        invalid(f"{path}.{field}", spec[field], why)
        for field in fields
        if spec.get(field)
        for why in dns_subdomain(spec[field])
    ]


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
        causes += validate_address(server, f"{path}.nameservers[{index}]")
    if len(searches) > 32:
        why = "must not have more than 32 search paths"
        causes.append(invalid(f"{path}.searches", searches, why))
    if size(" ".join(searches)) > 2048:
        why = "must not have more than 2048 characters (including spaces) in the search list"
        causes.append(invalid(f"{path}.searches", searches, why))
    for index, search in enumerate(searches):
        stem, where = search.removesuffix("."), f"{path}.searches[{index}]"
        wrong = [] if search == "." else dns_subdomain_underscored(stem)
        causes += [invalid(where, stem, why) for why in wrong]
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
    causes = validate_metadata_update(meta(new), meta(old)) + _whole(new)
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    causes += validate_annotation_changes(new, old)
    for part in ("containers", "initContainers"):
        if len(spec.get(part) or ()) != len(before.get(part) or ()):
            causes.append(forbidden(f"spec.{part}", "pod updates may not add or remove containers"))
            return causes
        for index, container in enumerate(spec.get(part) or ()):
            where = f"spec.{part}[{index}]"
            if not container.get("image"):
                causes.append(required(f"{where}.image"))
            causes += validate_image(container, where)
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
    if same("PodSpec", spec, before):
        return causes
    munged = _munged(spec, before)
    if before.get("schedulingGates"):
        munged, gated = _while_gated(munged, before)
        causes += gated
    if not same("PodSpec", munged, before):
        shown = difference(before, munged, "PodSpec")
        why = f"pod updates may not change fields other than `{_CHANGEABLE}\n{shown}"
        causes.append(forbidden("spec", why))
    return causes


def validate_annotation_changes(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with changes of annotations that mean something on a Pod."""
    has, had = (meta(one).get("annotations") or {} for one in (new, old))
    causes: list[Cause] = []
    for verb, keys in (
        ("remove or update", [key for key in sorted(had) if has.get(key) != had[key]]),
        ("add", [key for key in sorted(has) if key not in had]),
    ):
        for key in keys:
            where = f"metadata.annotations[{key}]"
            if key.startswith(APPARMOR):
                causes.append(forbidden(where, f"may not {verb} AppArmor annotations"))
            if key == _MIRROR:
                causes.append(forbidden(where, f"may not {verb} mirror pod annotation"))
    return causes + _annotations(has, new.get("spec") or {}, "metadata.annotations")


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
    causes: list[Cause] = []
    restored = dict(munged)
    wanted, had = munged.get("nodeSelector"), before.get("nodeSelector")
    if (wanted or {}) != (had or {}):
        restored.pop("nodeSelector", None)
        if had:
            restored["nodeSelector"] = had
        if not (had or {}).items() <= (wanted or {}).items():
            why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
            causes.append(invalid("spec.nodeSelector", wanted, why))
    asked, had = munged.get("affinity"), before.get("affinity")
    nodes, were = ((one or {}).get("nodeAffinity") for one in (asked, had))
    if same("NodeAffinity", nodes or {}, were or {}) and (nodes is None) == (were is None):
        return restored, causes
    causes += _narrowed(nodes, were)
    others = {key: value for key, value in (asked or {}).items() if key != "nodeAffinity"}
    if were is not None:
        others["nodeAffinity"] = were
    restored.pop("affinity", None)
    if others or had is not None:
        restored["affinity"] = others
    return restored, causes


_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def _narrowed(nodes: Obj | None, were: Obj | None) -> list[Cause]:
    """What is wrong with a change of the nodes that a Pod must have."""
    terms, old = (dig(one, _REQUIRED, "nodeSelectorTerms", default=[]) for one in (nodes, were))
    where = f"spec.affinity.nodeAffinity.{_REQUIRED}.nodeSelectorTerms"
    if not old:
        return []
    if len(old) != len(terms):
        shown = [as_go(one, "NodeSelectorTerm") for one in terms] or None
        why = "no additions/deletions to non-empty NodeSelectorTerms list are allowed"
        return [invalid(where, shown, why)]
    why = "only additions are allowed (no mutations or deletions)"
    return [
        invalid(f"{where}[{index}]", as_go(one, "NodeSelectorTerm"), why)
        for index, (one, was) in enumerate(zip(terms, old, strict=True))
        if not _only_more(one, was)
    ]


def _only_more(term: Obj, was: Obj) -> bool:
    fields = ("matchExpressions", "matchFields")
    if not any(was.get(field) for field in fields):
        return not any(term.get(field) for field in fields)
    return all(
        (term.get(field) or [])[: len(was.get(field) or ())] == (was.get(field) or [])
        for field in fields
    )


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
