"""Containers of a Pod: names, ports, resources, and the parts that have modules of their own.

Source: ``validateContainers``, ``validateInitContainers``, ``validateContainerCommon`` in
``pkg/apis/core/validation/validation.go``.
"""

from tutor.manifest.quantity import parse
from tutor.offline.admission.validation.environment import validate_environment
from tutor.offline.admission.validation.fields import (
    NOT_NEGATIVE,
    dns_label,
    duplicate,
    forbidden,
    invalid,
    port_name,
    port_number,
    qualified_name,
    required,
    unsupported,
)
from tutor.offline.admission.validation.handlers import validate_hooks
from tutor.offline.admission.validation.security import validate_security
from tutor.offline.admission.validation.volumes import validate_mounts
from tutor.offline.admission.values import Json
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

PROTOCOLS = ("SCTP", "TCP", "UDP")
_PULL = ("Always", "IfNotPresent", "Never")
_RESTART = ("Always", "Never", "OnFailure")
_MESSAGES = ("File", "FallbackToLogsOnError")
_OF_CONTAINERS = frozenset({"cpu", "memory", "ephemeral-storage"})
_OF_QUOTAS = frozenset(
    {
        "pods",
        "services",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
        "requests.cpu",
        "requests.memory",
        "requests.storage",
        "requests.ephemeral-storage",
        "limits.cpu",
        "limits.memory",
        "limits.ephemeral-storage",
    }
)
STANDARD = _OF_CONTAINERS | _OF_QUOTAS | {"storage"}
"""Resources whose names need no prefix."""
_WHOLE = frozenset(
    {
        "pods",
        "services",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    }
)


def validate_containers(
    containers: list[Obj], volumes: dict[str, Obj], grace: int | None, path: str
) -> list[Cause]:
    """What is wrong with the containers of a Pod.

    Args:
        containers: The list.
        volumes: The volumes they may mount, by name.
        grace: The Pod's grace period, seconds.
        path: Where the list stands.
    """
    if not containers:
        return [required(path)]
    causes: list[Cause] = []
    names: set[str] = set()
    for index, container in enumerate(containers):
        where, name = f"{path}[{index}]", container.get("name", "")
        causes += _container(container, volumes, where)
        if name in names:
            causes.append(duplicate(f"{where}.name", name))
        names.add(name)
        causes += validate_hooks(container, grace, where)
        restart = container.get("restartPolicy")
        if restart is not None and restart not in _RESTART:
            causes.append(unsupported(f"{where}.restartPolicy", restart, _RESTART))
    return causes + _host_ports(containers, path)


def validate_init_containers(
    containers: list[Obj],
    others: list[Obj],
    volumes: dict[str, Obj],
    grace: int | None,
    path: str,
) -> list[Cause]:
    """What is wrong with the containers that run before the others."""
    causes: list[Cause] = []
    names = {one.get("name", "") for one in others}
    for index, container in enumerate(containers):
        where, name = f"{path}[{index}]", container.get("name", "")
        causes += _container(container, volumes, where)
        restart = container.get("restartPolicy")
        if restart is not None and restart not in _RESTART:
            causes.append(unsupported(f"{where}.restartPolicy", restart, _RESTART))
        if name in names:
            causes.append(duplicate(f"{where}.name", name))
        elif name:
            names.add(name)
        causes += _host_ports([container], path)
        if restart == "Always":
            causes += validate_hooks(container, grace, where)
            continue
        why = "may not be set for init containers without restartPolicy=Always"
        causes += [
            forbidden(f"{where}.{field}", why)
            for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
            if container.get(field) is not None
        ]
    return causes


def _container(container: Obj, volumes: dict[str, Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    name = container.get("name", "")
    if not name:
        causes.append(required(f"{path}.name"))
    else:
        causes += [invalid(f"{path}.name", name, why) for why in dns_label(name)]
    if not container.get("image"):
        causes.append(required(f"{path}.image"))
    policy = container.get("terminationMessagePolicy", "File")
    if policy not in _MESSAGES:
        causes.append(unsupported(f"{path}.terminationMessagePolicy", policy, _MESSAGES))
    causes += _ports(container.get("ports") or [], f"{path}.ports")
    causes += validate_environment(container, path)
    causes += validate_mounts(container, volumes, path)
    pull = container.get("imagePullPolicy", "Always")
    if pull not in _PULL:
        causes.append(unsupported(f"{path}.imagePullPolicy", pull, _PULL))
    causes += validate_resources(container.get("resources") or {}, f"{path}.resources")
    return causes + validate_security(container.get("securityContext"), f"{path}.securityContext")


def validate_images(containers: list[Obj], path: str) -> list[Cause]:
    """What is wrong with the images of a Pod, which a template may still have."""
    why = "must not have leading or trailing whitespace"
    return [
        invalid(f"{path}[{index}].image", one["image"], why)
        for index, one in enumerate(containers)
        if one.get("image", "") != one.get("image", "").strip()
    ]


def _ports(ports: list[Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    names: set[str] = set()
    for index, port in enumerate(ports):
        where = f"{path}[{index}]"
        name, number, host = (
            port.get("name", ""),
            port.get("containerPort", 0),
            port.get("hostPort"),
        )
        if name:
            wrong = port_name(name)
            causes += [invalid(f"{where}.name", name, why) for why in wrong]
            if not wrong and name in names:
                causes.append(duplicate(f"{where}.name", name))
            elif not wrong:
                names.add(name)
        if not number:
            causes.append(required(f"{where}.containerPort"))
        else:
            causes += [
                invalid(f"{where}.containerPort", number, why) for why in port_number(number)
            ]
        if host:
            causes += [invalid(f"{where}.hostPort", host, why) for why in port_number(host)]
        protocol = port.get("protocol", "")
        if not protocol:
            causes.append(required(f"{where}.protocol"))
        elif protocol not in PROTOCOLS:
            causes.append(unsupported(f"{where}.protocol", protocol, PROTOCOLS))
    return causes


def _host_ports(containers: list[Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    taken: set[str] = set()
    for index, container in enumerate(containers):
        for number, port in enumerate(container.get("ports") or ()):
            host = port.get("hostPort")
            if not host:
                continue
            shown = f"{port.get('protocol', '')}/{port.get('hostIP', '')}/{host}"
            if shown in taken:
                causes.append(duplicate(f"{path}[{index}].ports[{number}].hostPort", shown))
            taken.add(shown)
    return causes


# -- resources


def validate_resources(resources: Obj, path: str) -> list[Cause]:
    """What is wrong with requests and limits."""
    causes: list[Cause] = []
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name in sorted(limits):
        causes += _amount(name, limits[name], f"{path}.limits[{name}]")
    for name in sorted(requests):
        causes += _amount(name, requests[name], f"{path}.requests[{name}]")
        amount, limit = parse(requests[name]), limits.get(name)
        shared = _native(name) and not name.startswith("hugepages-")
        if limit is None:
            if not shared:
                why = "Limit must be set for non overcommitable resources"
                causes.append(required(f"{path}.limits", why))
            continue
        most = parse(limit)
        if not shared and (amount < most or most < amount):
            why = f"must be equal to {name} limit of {most}"
            causes.append(invalid(f"{path}.requests", str(amount), why))
        elif amount > most:
            why = f"must be less than or equal to {name} limit of {most}"
            causes.append(invalid(f"{path}.requests", str(amount), why))
    return causes


def _native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _amount(name: str, value: Json, path: str) -> list[Cause]:
    causes = resource_name(name, path)
    if "/" not in name:
        if name not in _OF_CONTAINERS and not name.startswith("hugepages-"):
            causes.append(invalid(path, name, "must be a standard resource for containers"))
    elif not _native(name) and name.startswith("requests."):
        causes.append(invalid(path, name, "doesn't follow extended resource name standard"))
    return causes + resource_amount(name, value, path)


def resource_name(name: str, path: str) -> list[Cause]:
    """What is wrong with the name of a resource."""
    causes = [invalid(path, name, why) for why in qualified_name(name)]
    if not causes and "/" not in name and name not in STANDARD:
        if name.startswith(("hugepages-", "requests.hugepages-")):
            return []
        causes.append(invalid(path, name, "must be a standard resource type or fully qualified"))
    return causes


def resource_amount(name: str, value: Json, path: str) -> list[Cause]:
    """What is wrong with an amount of a resource."""
    amount = parse(value)
    causes = [invalid(path, str(amount), NOT_NEGATIVE)] if amount.mantissa < 0 else []
    if (name in _WHOLE or not _native(name)) and amount.exponent < 0:
        causes.append(invalid(path, str(amount), "must be an integer"))
    return causes
