"""What is said of Pods for Windows, and what Pods for Linux may not say.

Source: ``validateWindowsSecurityContextOptions``, ``validateWindowsHostProcessPod``,
``validateWindows``, ``validateLinux`` in ``pkg/apis/core/validation/validation.go``.
"""

import re
from collections.abc import Iterable

from tutor.offline.admission.validation.fields import (
    Named,
    dns_subdomain,
    forbidden,
    invalid,
    size,
)
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

_MOST_SPEC = 64 * 1024
_MOST_DOMAIN, _MOST_USER = 256, 104
_NETBIOS = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}')
_DNS_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_DNS = re.compile(rf"{_DNS_LABEL}(?:\.{_DNS_LABEL})*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_STRANGE = re.compile(r'["/\\:;|=,+*?<>@\[\]]')
_NOT_HERE = "cannot be set for a windows pod"
_OF_PODS = (
    "appArmorProfile",
    "seLinuxOptions",
    "hostUsers",
    "hostPID",
    "hostIPC",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "shareProcessNamespace",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
)
_OF_SPECS = frozenset({"hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"})
_OF_CONTAINERS = (
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
)


def validate_windows_options(options: Obj | None, path: str) -> list[Cause]:
    """What is wrong with the options of a security context that are for Windows."""
    if options is None:
        return []
    causes: list[Cause] = []
    name = options.get("gmsaCredentialSpecName")
    if name is not None:
        where = f"{path}.gmsaCredentialSpecName"
        causes += [invalid(where, Named(name), why) for why in dns_subdomain(name)]
    spec, where = options.get("gmsaCredentialSpec"), f"{path}.gmsaCredentialSpec"
    if spec == "":
        causes.append(invalid(where, Named(spec), "gmsaCredentialSpec cannot be an empty string"))
    elif spec is not None and size(spec) > _MOST_SPEC:
        why = "gmsaCredentialSpec size must be under 64 KiB"
        causes.append(invalid(where, Named(spec), why))
    user = options.get("runAsUserName")
    if user is not None:
        causes += [
            invalid(f"{path}.runAsUserName", Named(user), f"runAsUserName{why}")
            for why in _user(user)
        ]
    return causes


def _user(name: str) -> list[str]:
    if not name:
        return [" cannot be an empty string"]
    if _CONTROL.search(name):
        return [" cannot contain control characters"]
    domain, slash, user = name.rpartition("\\")
    if "\\" in domain:
        return [" cannot contain more than one backslash"]
    wrong: list[str] = []
    if size(domain) >= _MOST_DOMAIN:
        wrong.append(f"'s Domain length must be under {_MOST_DOMAIN} characters")
    if slash and not (_NETBIOS.fullmatch(domain) or _DNS.fullmatch(domain)):
        wrong.append("'s Domain doesn't match the NetBios nor the DNS format")
    if not user:
        wrong.append("'s User cannot be empty")
    elif size(user) > _MOST_USER:
        wrong.append(f"'s User length must not be longer than {_MOST_USER} characters")
    if re.fullmatch(r"[. ]+", user):
        wrong.append("'s User cannot contain only periods or spaces")
    if _STRANGE.search(user):
        wrong.append("'s User cannot contain the following characters: \"/\\:;|=,+*?<>@[]")
    return wrong


def validate_host_process(
    spec: Obj, containers: Iterable[tuple[Obj, str]], path: str
) -> list[Cause]:
    """What is wrong with a Pod of which containers are processes of their node."""
    causes: list[Cause] = []
    pod = _host_process(spec.get("securityContext"))
    count = hosted = 0
    for container, where in containers:
        count += 1
        own = _host_process(container.get("securityContext"))
        if pod is not None and own is not None and pod != own:
            why = (
                "pod hostProcess value must be identical if both are specified, was"
                f" {str(pod).lower()}"
            )
            at = f"{where}.securityContext.windowsOptions.hostProcess"
            causes.append(invalid(at, own, why))
        hosted += bool(pod if own is None else own)
    if not hosted:
        return causes
    if hosted != count:
        why = (
            "If pod contains any hostProcess containers then all containers must be HostProcess"
            " containers"
        )
        causes.append(invalid(path, "", why))
    if not spec.get("hostNetwork"):
        why = "hostNetwork must be true if pod contains any hostProcess containers"
        causes.append(invalid(f"{path}.hostNetwork", False, why))
    return causes


def _host_process(context: Obj | None) -> bool | None:
    found: bool | None = ((context or {}).get("windowsOptions") or {}).get("hostProcess")
    return found


def validate_linux(spec: Obj, containers: Iterable[tuple[Obj, str]], path: str) -> list[Cause]:
    """What a Pod for Linux may not say."""
    why = "windows options cannot be set for a linux pod"
    return [
        forbidden(f"{where}.securityContext.windowsOptions", why)
        for one, where in ((spec, path), *containers)
        if (one.get("securityContext") or {}).get("windowsOptions") is not None
    ]


def validate_windows(spec: Obj, containers: Iterable[tuple[Obj, str]], path: str) -> list[Cause]:
    """What a Pod for Windows may not say."""
    context = spec.get("securityContext") or {}
    causes: list[Cause] = []
    for field in _OF_PODS:
        holder, where = (spec, path) if field in _OF_SPECS else (context, f"{path}.securityContext")
        value = holder.get(field)
        flagged = bool(value) if field in ("hostPID", "hostIPC", "sysctls") else value is not None
        if flagged:
            causes.append(forbidden(f"{where}.{field}", _NOT_HERE))
    for container, where in containers:
        own = container.get("securityContext") or {}
        causes += [
            forbidden(f"{where}.securityContext.{field}", _NOT_HERE)
            for field in _OF_CONTAINERS
            if own.get(field) is not None
        ]
    return causes
