"""What the server takes and warns of.

Source: ``pkg/api/{pod,service,persistentvolumeclaim}/warnings.go``, ``pkg/registry/apps``.
"""

from collections.abc import Iterator

from tutor.manifest.quantity import parse
from tutor.offline.objects import Obj, dig

_WORKLOADS = frozenset({"Deployment", "ReplicaSet", "StatefulSet"})
_DEPRECATED_LABELS = {
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
}


def warnings_of(kind: str, obj: Obj, old: Obj | None = None) -> list[str]:
    """The warnings for a new or changed object, in the order of the server."""
    if kind in _WORKLOADS:
        before = None if old is None else dig(old, "spec", "template", "spec", default={})
        spec = dig(obj, "spec", "template", "spec", default={})
        found = [] if before == spec else list(_pod(spec, "spec.template.spec"))
        if kind == "StatefulSet":
            found += _set(obj)
        return found
    if kind == "Pod":
        if old is not None and old.get("spec") == obj.get("spec"):
            return []
        return list(_pod(obj.get("spec") or {}, "spec"))
    if kind == "PersistentVolumeClaim":
        return list(_claim(obj.get("spec") or {}, "spec"))
    return []


def _set(obj: Obj) -> Iterator[str]:
    for index, claim in enumerate(dig(obj, "spec", "volumeClaimTemplates", default=[])):
        yield from _claim(claim.get("spec") or {}, f"spec.volumeClaimTemplates[{index}].spec")
    limit = dig(obj, "spec", "revisionHistoryLimit")
    if limit is not None and limit < 0:
        yield (
            "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value"
            " >= 0 is recommended"
        )


def _claim(spec: Obj, path: str) -> Iterator[str]:
    amount = dig(spec, "resources", "requests", "storage")
    if amount is not None and _fractional(amount):
        yield (
            f'{path}.resources.requests[storage]: fractional byte value "{amount}" is invalid, must'
            " be an integer"
        )


def _fractional(amount: object) -> bool:
    quantity = parse(amount)
    return bool(quantity.mantissa) and quantity.exponent < 0


def _pod(spec: Obj, path: str) -> Iterator[str]:
    for label in dig(spec, "nodeSelector", default={}):
        if label in _DEPRECATED_LABELS:
            yield f"{path}.nodeSelector[{label}]: {_DEPRECATED_LABELS[label]}"
    for index, volume in enumerate(spec.get("volumes") or ()):
        if "gitRepo" in volume:
            yield (
                f"{path}.volumes[{index}].gitRepo: deprecated in v1.11, and disabled by default in"
                " v1.33+"
            )
    for index, one in enumerate(spec.get("hostAliases") or ()):
        if any(other.get("ip") == one.get("ip") for other in spec["hostAliases"][:index]):
            yield f'{path}.hostAliases[{index}].ip: duplicate ip "{one.get("ip")}"'
    for part in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(part) or ()):
            yield from _container(container, f"{path}.{part}[{index}]")
    for index, one in enumerate(spec.get("imagePullSecrets") or ()):
        if not one.get("name"):
            yield f'{path}.imagePullSecrets[{index}].name: invalid empty name ""'
    grace = spec.get("terminationGracePeriodSeconds")
    if grace is not None and grace < 0:
        yield (
            f"{path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and"
            " will be treated as 1"
        )
    yield from _ports(spec, path)


def _container(container: Obj, path: str) -> Iterator[str]:
    for kind in ("limits", "requests"):
        for name in ("memory", "ephemeral-storage"):
            amount = dig(container, "resources", kind, name)
            if amount is not None and _fractional(amount):
                yield (
                    f'{path}.resources.{kind}[{name}]: fractional byte value "{amount}" is invalid,'
                    " must be an integer"
                )
    names: dict[str, int] = {}
    for index, one in enumerate(container.get("env") or ()):
        name = one.get("name", "")
        if name in names:
            uses = f"$({name})" in (one.get("value") or "")
            if not uses:
                yield (
                    f'{path}.env[{index}]: hides previous definition of "{name}", which may be'
                    " dropped when using apply"
                )
        names[name] = index


def _ports(spec: Obj, path: str) -> Iterator[str]:
    names: dict[str, str] = {}
    for part in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(part) or ()):
            if part == "initContainers" and container.get("restartPolicy") != "Always":
                continue
            here: set[tuple[object, ...]] = set()
            for number, port in enumerate(container.get("ports") or ()):
                where = f"{path}.{part}[{index}].ports[{number}]"
                key = (port.get("containerPort"), port.get("protocol"), port.get("hostIP"))
                if key in here and not port.get("hostPort"):
                    yield (
                        f"{where}: duplicate port definition with"
                        f" {path}.{part}[{index}].ports[{_index(container, key)}]"
                    )
                here.add(key)
                name = port.get("name")
                if (
                    name
                    and name in names
                    and not names[name].startswith(f"{path}.{part}[{index}].")
                ):
                    yield (
                        f'{where}: duplicate port name "{name}" with {names[name]}, services and'
                        f" probes that select ports by name will use {names[name]}"
                    )
                elif name:
                    names[name] = where


def _index(container: Obj, key: tuple[object, ...]) -> int:
    ports = container.get("ports") or ()
    return next(
        index
        for index, port in enumerate(ports)
        if (port.get("containerPort"), port.get("protocol"), port.get("hostIP")) == key
    )
