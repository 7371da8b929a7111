"""Containers of a Pod: ports, environment, mounts, resources, probes.

Source: ``validateContainer…`` in ``pkg/apis/core/validation/validation.go``.
"""

from tutor.manifest.quantity import parse
from tutor.offline.admission.validation.fields import (
    dns_label,
    duplicate,
    forbidden,
    invalid,
    not_found,
    not_negative,
    port_name,
    port_number,
    qualified_name,
    required,
    unsupported,
)
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

PROTOCOLS = ("SCTP", "TCP", "UDP")
_PULL = ("Always", "IfNotPresent", "Never")
_STANDARD = frozenset({"cpu", "memory", "ephemeral-storage", "storage"})
_ENV_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")


def validate_containers(
    containers: list[Obj], volumes: dict[str, Obj], path: str, *, init: bool = False
) -> list[Cause]:
    """What is wrong with a list of containers.

    Args:
        containers: The list.
        volumes: The volumes they may mount, by name.
        path: Where the list stands.
        init: Whether they run before the others.
    """
    if not containers and not init:
        return [required(path)]
    causes: list[Cause] = []
    names: set[str] = set()
    for index, container in enumerate(containers):
        where = f"{path}[{index}]"
        causes += _container(container, volumes, where)
        name = container.get("name", "")
        if name:
            if name in names:
                causes.append(duplicate(f"{where}.name", name))
            names.add(name)
        restarts = container.get("restartPolicy") == "Always"
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            found = container.get(probe)
            if found is None:
                continue
            if init and not restarts:
                why = "may not be set for init containers without restartPolicy=Always"
                causes.append(forbidden(f"{where}.{probe}", why))
            else:
                causes += _probe(found, f"{where}.{probe}", readiness=probe == "readinessProbe")
        causes += _lifecycle(container.get("lifecycle") or {}, f"{where}.lifecycle")
    return causes


def _container(container: Obj, volumes: dict[str, Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    name, image = container.get("name", ""), container.get("image", "")
    if not name:
        causes.append(required(f"{path}.name"))
    else:
        causes += [invalid(f"{path}.name", name, why) for why in dns_label(name)]
    if not image:
        causes.append(required(f"{path}.image"))
    elif image != image.strip():
        causes.append(
            invalid(f"{path}.image", image, "must not have leading or trailing whitespace")
        )
    policy = container.get("terminationMessagePolicy", "File")
    if policy not in ("File", "FallbackToLogsOnError"):
        causes.append(
            unsupported(
                f"{path}.terminationMessagePolicy", policy, ("FallbackToLogsOnError", "File")
            )
        )
    causes += _ports(container.get("ports") or [], f"{path}.ports")
    causes += _environment(container.get("env") or [], f"{path}.env")
    causes += _mounts(container, volumes, f"{path}.volumeMounts")
    causes += _devices(container.get("volumeDevices") or [], volumes, f"{path}.volumeDevices")
    pull = container.get("imagePullPolicy", "Always")
    if pull not in _PULL:
        causes.append(unsupported(f"{path}.imagePullPolicy", pull, _PULL))
    causes += validate_resources(container.get("resources") or {}, f"{path}.resources")
    return causes


def _ports(ports: list[Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    names: set[str] = set()
    for index, port in enumerate(ports):
        where = f"{path}[{index}]"
        name, number = port.get("name", ""), port.get("containerPort", 0)
        if name:
            wrong = port_name(name)
            causes += [invalid(f"{where}.name", name, why) for why in wrong]
            if not wrong and name in names:
                causes.append(duplicate(f"{where}.name", name))
            names.add(name)
        if not number:
            causes.append(required(f"{where}.containerPort"))
        else:
            causes += [
                invalid(f"{where}.containerPort", number, why) for why in port_number(number)
            ]
        host = port.get("hostPort", 0)
        if host:
            causes += [invalid(f"{where}.hostPort", host, why) for why in port_number(host)]
        protocol = port.get("protocol", "")
        if not protocol:
            causes.append(required(f"{where}.protocol"))
        elif protocol not in PROTOCOLS:
            causes.append(unsupported(f"{where}.protocol", protocol, PROTOCOLS))
    return causes


def _environment(env: list[Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    for index, one in enumerate(env):
        where = f"{path}[{index}]"
        name = one.get("name", "")
        if not name:
            causes.append(required(f"{where}.name"))
        elif "=" in name or not (name.isascii() and name.isprintable()):
            why = (
                "a valid environment variable name must consist only of printable ASCII characters"
                " other than '='"
            )
            causes.append(invalid(f"{where}.name", name, why))
        source = one.get("valueFrom")
        if source is None:
            continue
        given = [kind for kind in _ENV_SOURCES if source.get(kind) is not None]
        listed = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        if not given:
            causes.append(invalid(f"{where}.valueFrom", "", f"must specify one of: {listed}"))
        elif one.get("value"):
            why = "may not be specified when `value` is not empty"
            causes.append(invalid(f"{where}.valueFrom", "", why))
        elif len(given) > 1:
            why = "may not have more than one field specified at a time"
            causes.append(invalid(f"{where}.valueFrom", "", why))
        for kind in ("configMapKeyRef", "secretKeyRef"):
            reference = source.get(kind)
            if reference is not None:
                causes += [
                    required(f"{where}.valueFrom.{kind}.{field}")
                    for field in ("name", "key")
                    if not reference.get(field)
                ]
        field_ref = source.get("fieldRef")
        if field_ref is not None and not field_ref.get("fieldPath"):
            causes.append(required(f"{where}.valueFrom.fieldRef.fieldPath"))
    return causes


def _mounts(container: Obj, volumes: dict[str, Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    paths: set[str] = set()
    devices = {one.get("name") for one in container.get("volumeDevices") or ()}
    for index, mount in enumerate(container.get("volumeMounts") or ()):
        where = f"{path}[{index}]"
        name, target = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            causes.append(required(f"{where}.name"))
        elif name not in volumes:
            causes.append(not_found(f"{where}.name", name))
        if not target:
            causes.append(required(f"{where}.mountPath"))
        if target in paths:
            causes.append(invalid(f"{where}.mountPath", target, "must be unique"))
        paths.add(target)
        if name and name in devices:
            causes.append(invalid(f"{where}.name", name, "must not already exist in volumeDevices"))
        for field in ("subPath", "subPathExpr"):
            sub = mount.get(field, "")
            if sub.startswith("/"):
                causes.append(invalid(f"{where}.{field}", sub, "must be a relative path"))
            if ".." in sub.split("/"):
                causes.append(invalid(f"{where}.{field}", sub, "must not contain '..'"))
        if mount.get("subPath") and mount.get("subPathExpr"):
            why = "subPathExpr and subPath are mutually exclusive"
            causes.append(invalid(f"{where}.subPathExpr", mount["subPathExpr"], why))
        propagation = mount.get("mountPropagation")
        modes = ("Bidirectional", "HostToContainer", "None")
        if propagation is not None and propagation not in modes:
            causes.append(unsupported(f"{where}.mountPropagation", propagation, modes))
    return causes


def _devices(devices: list[Obj], volumes: dict[str, Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    names: set[str] = set()
    for index, device in enumerate(devices):
        where = f"{path}[{index}]"
        name = device.get("name", "")
        volume = volumes.get(name)
        if not name:
            causes.append(required(f"{where}.name"))
        elif name in names:
            causes.append(invalid(f"{where}.name", name, "must be unique"))
        elif volume is None:
            causes.append(not_found(f"{where}.name", name))
        elif "persistentVolumeClaim" not in volume and "ephemeral" not in volume:
            why = (
                "can only use volume source type of PersistentVolumeClaim or Ephemeral for block"
                " mode"
            )
            causes.append(invalid(f"{where}.name", name, why))
        names.add(name)
        if not device.get("devicePath"):
            causes.append(required(f"{where}.devicePath"))
    return causes


def validate_resources(resources: Obj, path: str) -> list[Cause]:
    """What is wrong with requests and limits."""
    causes: list[Cause] = []
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for kind, amounts in (("limits", limits), ("requests", requests)):
        for name in amounts:
            where = f"{path}.{kind}[{name}]" if "/" in name else f"{path}.{kind}.{name}"
            if "/" not in name and not (name in _STANDARD - {"storage"} or "hugepages-" in name):
                causes += [invalid(where, name, why) for why in qualified_name(name)]
                causes.append(invalid(where, name, "must be a standard resource for containers"))
            if parse(amounts[name]).mantissa < 0:
                causes.append(invalid(where, amounts[name], "must be greater than or equal to 0"))
    for name, amount in requests.items():
        limit = limits.get(name)
        if limit is not None and parse(amount) > parse(limit):
            why = f"must be less than or equal to {name} limit of {limit}"
            causes.append(invalid(f"{path}.requests", amount, why))
    return causes


def _probe(probe: Obj, path: str, *, readiness: bool) -> list[Cause]:
    causes = _handler(probe, path)
    for field in (
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold",
    ):
        causes += not_negative(f"{path}.{field}", probe.get(field))
    success = probe.get("successThreshold", 1)
    if not readiness and success != 1:
        causes.append(invalid(f"{path}.successThreshold", success, "must be 1"))
    grace = probe.get("terminationGracePeriodSeconds")
    if grace is not None:
        if readiness:
            why = "must not be set for readinessProbes"
            causes.append(invalid(f"{path}.terminationGracePeriodSeconds", grace, why))
        elif grace <= 0:
            why = "must be greater than 0"
            causes.append(invalid(f"{path}.terminationGracePeriodSeconds", grace, why))
    return causes


def _lifecycle(lifecycle: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    for hook in ("postStart", "preStop"):
        if lifecycle.get(hook) is not None:
            causes += _handler(lifecycle[hook], f"{path}.{hook}")
    return causes


def _handler(handler: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    given = 0
    for kind in (*_HANDLERS, "sleep"):
        found = handler.get(kind)
        if found is None:
            continue
        given += 1
        where = f"{path}.{kind}"
        if given > 1:
            causes.append(forbidden(where, "may not specify more than 1 handler type"))
        elif kind == "exec":
            if not found.get("command"):
                causes.append(required(f"{where}.command"))
        elif kind == "httpGet":
            if not found.get("path"):
                causes.append(required(f"{where}.path"))
            causes += _port(found.get("port"), f"{where}.port")
            scheme = found.get("scheme", "HTTP")
            if scheme not in ("HTTP", "HTTPS"):
                causes.append(unsupported(f"{where}.scheme", scheme, ("HTTP", "HTTPS")))
        elif kind != "sleep":
            causes += _port(found.get("port"), f"{where}.port")
    if not given:
        causes.append(required(path, "must specify a handler type"))
    return causes


def _port(port: object, path: str) -> list[Cause]:
    if isinstance(port, str):
        return [invalid(path, port, why) for why in port_name(port)]
    return [invalid(path, port, why) for why in port_number(port if isinstance(port, int) else 0)]
