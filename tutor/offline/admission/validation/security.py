"""Security contexts of Pods and containers.

Source: ``ValidateSecurityContext``, ``validatePodSpecSecurityContext`` in
``pkg/apis/core/validation/validation.go``.
"""

import re

from tutor.offline.admission.validation.fields import (
    duplicate,
    forbidden,
    invalid,
    required,
    unsupported,
)
from tutor.offline.admission.validation.internal import as_go
from tutor.offline.admission.validation.volumes import descending
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

_MOST_ID = 2**31 - 1
_RANGE = f"must be between 0 and {_MOST_ID}, inclusive"
_PROFILES = ("Localhost", "RuntimeDefault", "Unconfined")
_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL_FORM = rf"({_SEGMENT}[\./])*{_SEGMENT}"
_SYSCTL = re.compile(_SYSCTL_FORM, re.ASCII)
_MOST_SYSCTL = 253


def validate_security(context: Obj | None, path: str) -> list[Cause]:
    """What is wrong with the security context of a container."""
    if context is None:
        return []
    causes = _ids(context, ("runAsUser", "runAsGroup"), path)
    mount = context.get("procMount")
    if mount is not None:
        if mount not in ("Default", "Unmasked"):
            causes.append(unsupported(f"{path}.procMount", mount, ("Default", "Unmasked")))
        elif mount == "Unmasked":
            why = "`hostUsers` must be false to use `Unmasked`"
            causes.append(invalid(f"{path}.procMount", mount, why))
    causes += _seccomp(context.get("seccompProfile"), f"{path}.seccompProfile")
    if context.get("allowPrivilegeEscalation") is False:
        shown = as_go(context, "SecurityContext")
        begun = "cannot set `allowPrivilegeEscalation` to false and"
        if context.get("privileged"):
            causes.append(invalid(path, shown, f"{begun} `privileged` to true"))
        if "CAP_SYS_ADMIN" in ((context.get("capabilities") or {}).get("add") or ()):
            causes.append(invalid(path, shown, f"{begun} `capabilities.Add` CAP_SYS_ADMIN"))
    return causes + _apparmor(context.get("appArmorProfile"), f"{path}.appArmorProfile")


def validate_pod_security(spec: Obj, path: str) -> list[Cause]:
    """What is wrong with the security context of a Pod."""
    context = spec.get("securityContext") or {}
    where = f"{path}.securityContext"
    causes = _ids(context, ("fsGroup", "runAsUser", "runAsGroup"), where)
    for index, group in enumerate(context.get("supplementalGroups") or ()):
        if not 0 <= group <= _MOST_ID:
            causes.append(invalid(f"{where}.supplementalGroups[{index}]", group, _RANGE))
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        why = "ShareProcessNamespace and HostPID cannot both be enabled"
        causes.append(invalid(f"{where}.shareProcessNamespace", True, why))
    causes += _sysctls(context.get("sysctls") or [], f"{where}.sysctls")
    causes += _one_of(context, "fsGroupChangePolicy", ("Always", "OnRootMismatch"), where)
    causes += _seccomp(context.get("seccompProfile"), f"{where}.seccompProfile")
    causes += _apparmor(context.get("appArmorProfile"), f"{where}.appArmorProfile")
    causes += _one_of(context, "supplementalGroupsPolicy", ("Merge", "Strict"), where)
    return causes + _one_of(context, "seLinuxChangePolicy", ("MountOption", "Recursive"), where)


def _ids(context: Obj, fields: tuple[str, ...], path: str) -> list[Cause]:
    return [
        invalid(f"{path}.{field}", context[field], _RANGE)
        for field in fields
        if context.get(field) is not None and not 0 <= context[field] <= _MOST_ID
    ]


def _one_of(context: Obj, field: str, values: tuple[str, ...], path: str) -> list[Cause]:
    value = context.get(field)
    return (
        [] if value is None or value in values else [unsupported(f"{path}.{field}", value, values)]
    )


def _sysctls(sysctls: list[Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    names: set[str] = set()
    for index, one in enumerate(sysctls):
        where, name = f"{path}[{index}].name", one.get("name", "")
        if not name:
            causes.append(required(where))
        elif len(name) > _MOST_SYSCTL or not _SYSCTL.fullmatch(name):
            why = f"must have at most {_MOST_SYSCTL} characters and match regex ^{_SYSCTL_FORM}$"
            causes.append(invalid(where, name, why))
        elif name in names:
            causes.append(duplicate(where, name))
        names.add(name)
    return causes


def _seccomp(profile: Obj | None, path: str) -> list[Cause]:
    if profile is None:
        return []
    kind, local = profile.get("type", ""), profile.get("localhostProfile")
    causes: list[Cause] = []
    if not kind:
        causes.append(required(f"{path}.type", "type is required when seccompProfile is set"))
    elif kind not in _PROFILES:
        causes.append(unsupported(f"{path}.type", kind, _PROFILES))
    where = f"{path}.localhostProfile"
    if kind == "Localhost":
        if local is None:
            causes.append(required(where, "must be set when seccomp type is Localhost"))
        else:
            causes += descending(local, where)
    elif local is not None:
        shown = {"Type": kind, "LocalhostProfile": local}
        causes.append(invalid(where, shown, "can only be set when seccomp type is Localhost"))
    return causes


def _apparmor(profile: Obj | None, path: str) -> list[Cause]:
    if profile is None:
        return []
    kind, local = profile.get("type", ""), profile.get("localhostProfile")
    where = f"{path}.localhostProfile"
    if not kind:
        return [required(f"{path}.type", "type is required when appArmorProfile is set")]
    if kind not in _PROFILES:
        return [unsupported(f"{path}.type", kind, _PROFILES)]
    if kind != "Localhost":
        why = "can only be set when AppArmor type is Localhost"
        return [] if local is None else [invalid(where, local, why)]
    if not (local or "").strip() and local in (None, ""):
        return [required(where, "must be set when AppArmor type is Localhost")]
    if local != (local or "").strip():
        return [invalid(where, local, "must not be padded with whitespace")]
    return []


def validate_host_users(spec: Obj, path: str) -> list[Cause]:
    """What a Pod with users of its own may not have of its node."""
    if spec.get("hostUsers") is not False:
        return []
    return [
        forbidden(f"{path}.{shown}", "when `pod.Spec.HostUsers` is false")
        for field, shown in (
            ("hostNetwork", "hostNetwork"),
            ("hostPID", "HostPID"),
            ("hostIPC", "HostIPC"),
        )
        if spec.get(field)
    ]
