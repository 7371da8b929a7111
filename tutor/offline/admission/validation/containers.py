"""Containers of a Pod: names, ports, resources, and the parts that have modules of their own.

Source: ``validateContainers``, ``validateInitContainers``, ``validateContainerCommon`` in
``pkg/apis/core/validation/validation.go``.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tutor.offline.admission.validation.amounts import validate_resources
from tutor.offline.admission.validation.environment import validate_environment
from tutor.offline.admission.validation.fields import (
    Named,
    dns_label,
    duplicate,
    forbidden,
    invalid,
    not_found,
    port_name,
    port_number,
    required,
    too_many,
    unsupported,
)
from tutor.offline.admission.validation.handlers import validate_hooks
from tutor.offline.admission.validation.security import validate_security
from tutor.offline.admission.validation.volumes import validate_mounts, validate_pull
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

PROTOCOLS = ("SCTP", "TCP", "UDP")
_RESTART = ("Always", "Never", "OnFailure")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_MESSAGES = ("File", "FallbackToLogsOnError")
_MOST_RULES, _MOST_CODES = 20, 255
_ACTIONS = ("Restart", "RestartAllContainers")
_EXIT_OPERATORS = ("In", "NotIn")
_RESIZED = ("cpu", "memory")
_RESIZES = ("NotRequired", "RestartContainer")


class Pod(NamedTuple):
    """What the rules for a container want to know of its Pod.

    Attributes:
        volumes: The good volumes, by name.
        claims: Names of its resource claims.
        grace: Its grace period, seconds.
        restart: Its restart policy.
        host_users: Whether it has the users of its node.
        system: The name of its operating system; None where it says none.
    """

    volumes: Mapping[str, Obj]
    claims: frozenset[str]
    grace: int | None
    restart: str
    host_users: bool
    system: str | None


def validate_containers(containers: list[Obj], pod: Pod, path: str) -> list[Cause]:
    """What is wrong with the containers of a Pod.

    Args:
        containers: The list.
        pod: What is known of the Pod.
        path: Where the list stands.
    """
    if not containers:
        return [required(path)]
    causes: list[Cause] = []
    names: set[str] = set()
    for index, container in enumerate(containers):
        where, name = f"{path}[{index}]", container.get("name", "")
        causes += _container(container, pod, where)
        if name in names:
            causes.append(duplicate(f"{where}.name", name))
        names.add(name)
        causes += validate_hooks(container, pod.grace, where, pod.system)
        causes += _restarts(container, where)
    return causes + _host_ports(containers, path)


def validate_init_containers(
    containers: list[Obj], others: list[Obj], pod: Pod, path: str
) -> list[Cause]:
    """What is wrong with the containers that run before the others."""
    causes: list[Cause] = []
    names = {one.get("name", "") for one in others}
    for index, container in enumerate(containers):
        where, name = f"{path}[{index}]", container.get("name", "")
        causes += _container(container, pod, where)
        causes += _restarts(container, where)
        if name in names:
            causes.append(duplicate(f"{where}.name", name))
        elif name:
            names.add(name)
        causes += _host_ports([container], path)
        if container.get("restartPolicy") == "Always":
            causes += validate_hooks(container, pod.grace, where, pod.system)
            continue
        why = "may not be set for init containers without restartPolicy=Always"
        causes += [
            forbidden(f"{where}.{field}", why)
            for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
            if container.get(field) is not None
        ]
        why = "must not be set to 'RestartContainer' for non-sidecar initContainers"
        causes += [
            invalid(f"{where}.resizePolicy[{at}].restartPolicy", Named("RestartContainer"), why)
            for at, one in enumerate(container.get("resizePolicy") or ())
            if one.get("restartPolicy") == "RestartContainer"
        ]
    return causes


def validate_ephemeral_containers(
    containers: list[Obj], others: list[Obj], pod: Pod, path: str
) -> list[Cause]:
    """What is wrong with containers that are put into a running Pod.

    Args:
        containers: The list.
        others: The containers that the Pod has had from its beginning.
        pod: What is known of the Pod.
        path: Where the list stands.
    """
    causes: list[Cause] = []
    targets = {one.get("name", "") for one in others}
    names = set(targets)
    why = "cannot be set for an Ephemeral Container"
    for index, container in enumerate(containers):
        where, name = f"{path}[{index}]", container.get("name", "")
        causes += _container(container, pod, where) + validate_image(container, where)
        if name in names:
            causes.append(duplicate(f"{where}.name", name))
        names.add(name)
        target = container.get("targetContainerName", "")
        if target and target not in targets:
            causes.append(not_found(f"{where}.targetContainerName", target))
        causes += [
            forbidden(f"{where}.{field}", why)
            for field in ("ports", "resources", "resizePolicy", "restartPolicy")
            if container.get(field)
        ]
        causes += [
            forbidden(f"{where}.{field}", why)
            for field in ("restartPolicyRules", *_PROBES, "lifecycle")
            if container.get(field) is not None
        ]
        for at, mount in enumerate(container.get("volumeMounts") or ()):
            causes += [
                forbidden(f"{where}.volumeMounts[{at}].{field}", why)
                for field in ("subPath", "subPathExpr")
                if mount.get(field)
            ]
    return causes


def _restarts(container: Obj, path: str) -> list[Cause]:
    """What is wrong with a container's own restart policy and its rules."""
    policy, rules = container.get("restartPolicy"), container.get("restartPolicyRules") or []
    causes: list[Cause] = []
    if policy is None:
        if not rules:
            return []
        why = "must specify restartPolicy when restart rules are used"
        causes.append(required(f"{path}.restartPolicy", why))
    elif policy not in _RESTART:
        causes.append(unsupported(f"{path}.restartPolicy", policy, _RESTART))
    if len(rules) > _MOST_RULES:
        causes.append(too_many(f"{path}.restartPolicyRules", len(rules), _MOST_RULES))
    for index, rule in enumerate(rules):
        where, codes = f"{path}.restartPolicyRules[{index}]", rule.get("exitCodes")
        if rule.get("action", "") not in _ACTIONS:
            causes.append(unsupported(f"{where}.action", rule.get("action", ""), _ACTIONS))
        if codes is None:
            causes.append(required(f"{where}.exitCodes", "must be specified"))
            continue
        operator, values = codes.get("operator", ""), codes.get("values") or []
        if operator not in _EXIT_OPERATORS:
            causes.append(unsupported(f"{where}.exitCodes.operator", operator, _EXIT_OPERATORS))
        if len(values) > _MOST_CODES:
            causes.append(too_many(f"{where}.exitCodes.values", len(values), _MOST_CODES))
    return causes


def _container(container: Obj, pod: Pod, path: str) -> list[Cause]:
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
    causes += validate_mounts(container, pod.volumes, path)
    causes += validate_pull(container.get("imagePullPolicy", ""), f"{path}.imagePullPolicy")
    resources = container.get("resources") or {}
    causes += validate_resources(resources, pod.claims, f"{path}.resources")
    causes += _resizes(container.get("resizePolicy") or [], pod.restart, f"{path}.resizePolicy")
    context = container.get("securityContext")
    return causes + validate_security(context, f"{path}.securityContext", pod.host_users)


def _resizes(policies: list[Obj], restart: str, path: str) -> list[Cause]:
    """What is wrong with what a container does when it is resized."""
    causes: list[Cause] = []
    seen: set[str] = set()
    for index, one in enumerate(policies):
        name, policy = one.get("resourceName", ""), one.get("restartPolicy", "")
        if name in seen:
            causes.append(duplicate(f"{path}[{index}]", Named(name)))
        seen.add(name)
        for value, words in ((name, _RESIZED), (policy, _RESIZES)):
            if not value:
                causes.append(required(path))
            elif value not in words:
                causes.append(unsupported(path, value, words))
        if restart == "Never" and policy != "NotRequired":
            why = "must be 'NotRequired' when pod `restartPolicy` is 'Never'"
            causes.append(invalid(path, Named(policy), why))
    return causes


def validate_image(container: Obj, path: str) -> list[Cause]:
    """What is wrong with the image of a Pod's container, which a template may still have."""
    image = container.get("image", "")
    why = "must not have leading or trailing whitespace"
    return [] if image == image.strip() else [invalid(f"{path}.image", image, why)]


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
