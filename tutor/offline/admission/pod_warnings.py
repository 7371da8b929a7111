"""What the server takes of Pods and of Pod templates, and warns of.

Source: ``pkg/api/pod/warnings.go``; ``GetWarningsForPersistentVolumeClaimSpec``,
``GetWarningsForNodeSelectorTerm``.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tutor.manifest.quantity import parse
from tutor.offline.admission.gojson import quote
from tutor.offline.admission.validation.addresses import address_warnings
from tutor.offline.admission.validation.amounts import fractional
from tutor.offline.admission.validation.fields import label_value
from tutor.offline.admission.validation.security import APPARMOR, each_container
from tutor.offline.objects import Obj, dig

DEPRECATED_LABELS = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": (
        'deprecated since v1.17; use "topology.kubernetes.io/region" instead'
    ),
    "failure-domain.beta.kubernetes.io/zone": (
        'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'
    ),
    "beta.kubernetes.io/instance-type": (
        'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'
    ),
    "app.kubernetes.io/created-by": "deprecated since v1.9",
    "scheduler.alpha.kubernetes.io/preferAvoidPods": (
        "deprecated since v1.22; use Taints and Tolerations instead"
    ),
    "node-role.kubernetes.io/master": 'use "node-role.kubernetes.io/control-plane" instead',
}
_ANNOTATIONS = {
    "scheduler.alpha.kubernetes.io/critical-pod": (
        'non-functional in v1.16+; use the "priorityClassName" field instead'
    ),
    "security.alpha.kubernetes.io/sysctls": (
        'non-functional in v1.11+; use the "sysctls" field instead'
    ),
    "security.alpha.kubernetes.io/unsafe-sysctls": (
        'non-functional in v1.11+; use the "sysctls" field instead'
    ),
}
_GONE = {
    "photonPersistentDisk": (
        "photonPersistentDisk",
        "deprecated in v1.11, non-functional in v1.16+",
    ),
    "gitRepo": ("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    "scaleIO": ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    "flocker": ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    "storageos": ("storageOS", "deprecated in v1.22, non-functional in v1.25+"),
    "quobyte": ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    "glusterfs": ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    "ephemeral": ("ephemeral", ""),
    "cephfs": ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    "rbd": ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
}
"""Sources of volumes in the order of the server; claims are looked at where they stand in it."""
_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead'
_NO_POD = "a null labelSelector results in matching no pod"
_HARD = "requiredDuringSchedulingIgnoredDuringExecution"
_SOFT = "preferredDuringSchedulingIgnoredDuringExecution"


def fractional_bytes(amounts: Mapping[str, object], name: str, path: str) -> Iterator[str]:
    """A warning if an amount of bytes is no whole number of them."""
    if name not in amounts:
        return
    amount = parse(amounts[name])
    if fractional(amount):
        shown = quote(str(amount))
        yield f"{path}[{name}]: fractional byte value {shown} is invalid, must be an integer"


def warnings_of_claim(spec: Obj, path: str) -> Iterator[str]:
    """The warnings for the spec of a claim."""
    for part in ("requests", "limits"):
        amounts = dig(spec, "resources", part, default={})
        yield from fractional_bytes(amounts, "storage", f"{path}.resources.{part}")


def warnings_of_node_term(term: Obj, path: str, *, values: bool) -> Iterator[str]:
    """The warnings for one of the terms that nodes are selected by.

    Args:
        term: The term.
        path: Where it stands.
        values: Whether to look at values, too: where they are only preferred.
    """
    for index, one in enumerate(term.get("matchExpressions") or ()):
        where, key = f"{path}.matchExpressions[{index}]", one.get("key", "")
        if key in DEPRECATED_LABELS:
            yield f"{where}.key: {key} is {DEPRECATED_LABELS[key]}"
        for at, value in enumerate(one.get("values") or () if values else ()):
            for why in label_value(value):
                yield f"{where}.values[{at}]: {value} is invalid, {why}"


def warnings_of_pod(pod: Obj, before: str) -> Iterator[str]:
    """The warnings for a Pod or for a template.

    Args:
        pod: The Pod, or the template.
        before: What stands before its paths: ``spec.template.``; empty for a Pod.
    """
    spec, notes = pod.get("spec") or {}, dig(pod, "metadata", "annotations", default={})
    path, noted = f"{before}spec", f"{before}metadata.annotations"
    yield from _placed(spec, path)
    for key, why in _ANNOTATIONS.items():
        if key in notes:
            yield f"{noted}[{key}]: {why}"
    yield from _volumes(spec, path)
    for volume in spec.get("volumes") or ():
        yield from _overlaps(volume)
    yield from _twice(spec.get("hostAliases") or (), "ip", f"{path}.hostAliases")
    secrets = spec.get("imagePullSecrets") or ()
    yield from _twice(secrets, "name", f"{path}.imagePullSecrets")
    for index, one in enumerate(secrets):
        if not one.get("name"):
            yield f'{path}.imagePullSecrets[{index}].name: invalid empty name ""'
    for name in ("memory", "ephemeral-storage"):
        yield from fractional_bytes(spec.get("overhead") or {}, name, f"{path}.overhead")
    context = spec.get("securityContext") or {}
    if _SECCOMP_POD in notes and context.get("seccompProfile") is None:
        yield f"{noted}[{_SECCOMP_POD}]: {_SECCOMP}"
    for container, where in each_container(spec, path):
        yield from _profiles(container, context, notes, noted, template=bool(before))
        yield from _container(container, where)
    yield from _ports(spec, path)
    grace = spec.get("terminationGracePeriodSeconds")
    if grace is not None and grace < 0:
        yield (
            f"{path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and"
            " will be treated as 1"
        )
    for kind in ("podAffinity", "podAntiAffinity"):
        yield from _selectors(dig(spec, "affinity", kind, default={}), f"{path}.affinity.{kind}")
    for index, one in enumerate(dig(spec, "dnsConfig", "nameservers", default=())):
        yield from address_warnings(one, f"{path}.dnsConfig.nameservers[{index}]")
    for index, alias in enumerate(spec.get("hostAliases") or ()):
        yield from address_warnings(alias.get("ip", ""), f"{path}.hostAliases[{index}].ip")


def _placed(spec: Obj, path: str) -> Iterator[str]:
    """Labels of nodes that have others in their place."""
    for label in sorted(spec.get("nodeSelector") or ()):
        if label in DEPRECATED_LABELS:
            yield f"{path}.nodeSelector[{label}]: {DEPRECATED_LABELS[label]}"
    nodes, where = (
        dig(spec, "affinity", "nodeAffinity", default={}),
        f"{path}.affinity.nodeAffinity",
    )
    for index, term in enumerate(dig(nodes, _HARD, "nodeSelectorTerms", default=())):
        at = f"{where}.{_HARD}.nodeSelectorTerms[{index}]"
        yield from warnings_of_node_term(term, at, values=False)
    for index, term in enumerate(nodes.get(_SOFT) or ()):
        at = f"{where}.{_SOFT}[{index}].preference"
        yield from warnings_of_node_term(term.get("preference") or {}, at, values=True)
    for index, one in enumerate(spec.get("topologySpreadConstraints") or ()):
        at, key = f"{path}.topologySpreadConstraints[{index}]", one.get("topologyKey", "")
        if key in DEPRECATED_LABELS:
            yield f"{at}.topologyKey: {key} is {DEPRECATED_LABELS[key]}"
        if one.get("labelSelector") is None:
            yield f"{at}.labelSelector: {_NO_POD}"


def _volumes(spec: Obj, path: str) -> Iterator[str]:
    for index, volume in enumerate(spec.get("volumes") or ()):
        for source, (shown, why) in _GONE.items():
            found = volume.get(source)
            if found is None:
                continue
            where = f"{path}.volumes[{index}].{shown}"
            if source != "ephemeral":
                yield f"{where}: {why}"
            elif found.get("volumeClaimTemplate") is not None:
                claim = dig(found, "volumeClaimTemplate", "spec", default={})
                yield from warnings_of_claim(claim, f"{where}.volumeClaimTemplate.spec")


def _twice(items: object, field: str, path: str) -> Iterator[str]:
    seen: set[str] = set()
    for index, one in enumerate(items if isinstance(items, list) else ()):
        value = one.get(field, "")
        if value in seen:
            yield f"{path}[{index}].{field}: duplicate {field} {quote(value)}"
        seen.add(value)


def _profiles(
    container: Obj, pod: Obj, notes: Mapping[str, str], path: str, *, template: bool
) -> Iterator[str]:
    """Profiles of a container that still stand in annotations."""
    context, name = container.get("securityContext") or {}, container.get("name", "")
    key = f"{_SECCOMP_CONTAINER}{name}"
    if key in notes and context.get("seccompProfile") is None:
        yield f"{path}[{key}]: {_SECCOMP}"
    key = f"{APPARMOR}{name}"
    if not template or key not in notes or context.get("appArmorProfile") is not None:
        return
    profile = pod.get("appArmorProfile")
    if profile is None or profile != _apparmor(notes[key]):
        yield f'{path}[{key}]: deprecated since v1.30; use the "appArmorProfile" field instead'


def _apparmor(annotation: str) -> Obj | None:
    """The profile that an annotation means."""
    if annotation == "unconfined":
        return {"type": "Unconfined"}
    if annotation == "runtime/default":
        return {"type": "RuntimeDefault"}
    name = annotation.removeprefix("localhost/")
    known = annotation.startswith("localhost/") and name
    return {"type": "Localhost", "localhostProfile": name} if known else None


def _container(container: Obj, path: str) -> Iterator[str]:
    for name in ("memory", "ephemeral-storage"):
        for part in ("limits", "requests"):
            amounts = dig(container, "resources", part, default={})
            yield from fractional_bytes(amounts, name, f"{path}.resources.{part}")
    seen: set[str] = set()
    for index, one in enumerate(container.get("env") or ()):
        name, value = one.get("name", ""), one.get("value") or ""
        reference = f"$({name})"
        lost = one.get("valueFrom") is not None or value == reference or reference not in value
        if name in seen and lost:
            yield (
                f"{path}.env[{index}]: hides previous definition of {quote(name)}, which may be"
                " dropped when using apply"
            )
        seen.add(name)


class _Port(NamedTuple):
    where: str
    host: int
    address: str


def _ports(spec: Obj, path: str) -> Iterator[str]:
    taken: dict[tuple[object, object], list[_Port]] = {}
    for container, where in each_container(spec, path):
        for index, port in enumerate(container.get("ports") or ()):
            own = _Port(f"{where}.ports[{index}]", port.get("hostPort", 0), port.get("hostIP", ""))
            if own.address and not own.host:
                yield f"{own.where}: hostIP set without hostPort: {_go_port(port)}"
            key = (port.get("containerPort", 0), port.get("protocol", ""))
            for other in taken.get(key, ()):
                how = _clash(own, other)
                if how:
                    yield f"{own.where}: {how} port definition with {other.where}"
            taken.setdefault(key, []).append(own)
    names: dict[str, str] = {}
    for container, where in each_container(spec, path):
        for index, port in enumerate(container.get("ports") or ()):
            name, at = port.get("name", ""), f"{where}.ports[{index}]"
            if name in names:
                yield (
                    f"{at}: duplicate port name {quote(name)} with {names[name]}, services and"
                    f" probes that select ports by name will use {names[name]}"
                )
            elif name:
                names[name] = at


def _clash(one: _Port, other: _Port) -> str:
    if (one.host, one.address) == (other.host, other.address):
        return "duplicate"
    if not one.host or not other.host:
        return "overlapping"
    ambiguous = one.host == other.host and bool(one.address) != bool(other.address)
    return "dangerously ambiguous" if ambiguous else ""


def _go_port(port: Obj) -> str:
    """A port as Go's ``%+v`` prints it."""
    fields = ("name", "hostPort", "containerPort", "protocol", "hostIP")
    zeros = {"hostPort": 0, "containerPort": 0}
    shown = (
        f"{field[:1].upper()}{field[1:]}:{port.get(field, zeros.get(field, ''))}"
        for field in fields
    )
    return f"{{{' '.join(shown)}}}"


def _selectors(affinity: Obj, path: str) -> Iterator[str]:
    for index, term in enumerate(affinity.get(_HARD) or ()):
        if term.get("labelSelector") is None:
            yield f"{path}.{_HARD}[{index}].labelSelector: {_NO_POD}"
    for index, weighted in enumerate(affinity.get(_SOFT) or ()):
        if dig(weighted, "podAffinityTerm", "labelSelector") is None:
            yield f"{path}.{_SOFT}[{index}].podAffinityTerm.labelSelector: {_NO_POD}"


# -- files of volumes that lie in each other's way


class _Path(NamedTuple):
    path: str
    source: str

    def __str__(self) -> str:
        return f"{quote(self.path)} ({self.source})" if self.source else quote(self.path)


def _overlaps(volume: Obj) -> Iterator[str]:
    name = quote(volume.get("name", ""))
    for kind, shown, field in (
        ("configMap", "ConfigMap", "name"),
        ("secret", "Secret", "secretName"),
        ("downwardAPI", "DownwardAPI", ""),
    ):
        source = volume.get(kind)
        if source is None:
            continue
        what = f"{shown} {quote(source.get(field, ''))}" if field else shown
        paths = [_Path(one.get("path", ""), "") for one in source.get("items") or ()]
        for pair in _clashing(paths):
            yield f"volume {name} ({what}): overlapping paths: {pair}"
    projected = volume.get("projected")
    if projected is None:
        return
    held: list[_Path] = []
    for source in projected.get("sources") or ():
        if not any(value is not None for value in source.values()):
            yield f"volume {name} (Projected) has no sources provided"
            continue
        for path in _paths(source):
            for pair in _clashing([path], held):
                yield f"volume {name} (Projected): overlapping paths: {pair}"


def _clashing(paths: list[_Path], held: list[_Path] | None = None) -> Iterator[str]:
    before = [] if held is None else held
    for one in paths:
        path = one._replace(path=one.path.rstrip("/"))
        for other in before if path.path else ():
            if other.path and (other == path or _within(path.path, other.path)):
                yield f"{path} with {other}"
        before.append(path)


def _within(one: str, other: str) -> bool:
    return f"{other}/".startswith(f"{one}/") or f"{one}/".startswith(f"{other}/")


def _paths(source: Obj) -> list[_Path]:
    """Where a projected source puts its files: the first of its kinds that says so."""
    for kind, shown in (("configMap", "ConfigMap"), ("secret", "Secret")):
        found = source.get(kind)
        if found is not None and found.get("items") is not None:
            what = f"{shown} {quote(found.get('name', ''))}"
            return [_Path(one.get("path", ""), what) for one in found["items"]]
    found = source.get("downwardAPI")
    if found is not None and found.get("items") is not None:
        return [_Path(one.get("path", ""), "DownwardAPI") for one in found["items"]]
    token = source.get("serviceAccountToken")
    return [] if token is None else [_Path(token.get("path", ""), "ServiceAccountToken")]
