"""Probes and hooks of containers.

Source: ``validateProbe``, ``validateHandler`` in ``pkg/apis/core/validation/validation.go``.
"""

import re

from tutor.offline.admission.validation.fields import (
    forbidden,
    invalid,
    not_negative,
    port_name,
    port_number,
    required,
    unsupported,
)
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

_PROBES = ("exec", "httpGet", "tcpSocket", "grpc")
_HOOKS = ("exec", "httpGet", "tcpSocket", "sleep")
_TIMES = (
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
)
_HEADER = re.compile(r"[-A-Za-z0-9]+", re.ASCII)


def validate_hooks(
    container: Obj, grace: int | None, path: str, system: str | None = None
) -> list[Cause]:
    """What is wrong with the hooks and probes of a container that may have them.

    Args:
        container: The container.
        grace: The grace period of its Pod, seconds.
        path: Where the container stands.
        system: The Pod's operating system, if it says one.
    """
    causes: list[Cause] = []
    lifecycle = container.get("lifecycle") or {}
    for hook in ("postStart", "preStop"):
        if lifecycle.get(hook) is not None:
            causes += _handler(lifecycle[hook], _HOOKS, grace, f"{path}.lifecycle.{hook}")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(name) is not None:
            causes += _probe(container[name], grace, f"{path}.{name}", name == "readinessProbe")
    return causes


def _probe(probe: Obj, grace: int | None, path: str, readiness: bool) -> list[Cause]:
    causes = _handler(probe, _PROBES, grace, path)
    for field in _TIMES:
        causes += not_negative(f"{path}.{field}", probe.get(field))
    own = probe.get("terminationGracePeriodSeconds")
    where = f"{path}.terminationGracePeriodSeconds"
    if own is not None and own <= 0:
        causes.append(invalid(where, own, "must be greater than 0"))
    if readiness:
        if own is not None:
            causes.append(invalid(where, own, "must not be set for readinessProbes"))
    elif probe.get("successThreshold", 0) != 1:
        threshold = probe.get("successThreshold", 0)
        causes.append(invalid(f"{path}.successThreshold", threshold, "must be 1"))
    return causes


def _handler(handler: Obj, kinds: tuple[str, ...], grace: int | None, path: str) -> list[Cause]:
    causes: list[Cause] = []
    given = [kind for kind in kinds if handler.get(kind) is not None]
    for number, kind in enumerate(given):
        where, found = f"{path}.{kind}", handler[kind]
        if number:
            causes.append(forbidden(where, "may not specify more than 1 handler type"))
        elif kind == "exec":
            if not found.get("command"):
                causes.append(required(f"{where}.command"))
        elif kind == "httpGet":
            causes += _http(found, where)
        elif kind == "sleep":
            seconds = found.get("seconds", 0)
            if grace is not None and not 0 <= seconds <= grace:
                why = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
                causes.append(invalid(where, seconds, why))
        else:
            causes += _port(found.get("port"), f"{where}.port")
    if not given:
        causes.append(required(path, "must specify a handler type"))
    return causes


def _http(action: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if not action.get("path"):
        causes.append(required(f"{path}.path"))
    causes += _port(action.get("port"), f"{path}.port")
    scheme = action.get("scheme", "")
    if scheme not in ("HTTP", "HTTPS"):
        causes.append(unsupported(f"{path}.scheme", scheme, ("HTTP", "HTTPS")))
    for header in action.get("httpHeaders") or ():
        name = header.get("name", "")
        if not _HEADER.fullmatch(name):
            why = (
                "a valid HTTP header must consist of alphanumeric characters or '-' (e.g."
                " 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"
            )
            causes.append(invalid(f"{path}.httpHeaders", name, why))
    return causes


def _port(port: object, path: str) -> list[Cause]:
    if isinstance(port, str):
        return [invalid(path, port, why) for why in port_name(port)]
    number = port if isinstance(port, int) else 0
    return [invalid(path, number, why) for why in port_number(number)]
