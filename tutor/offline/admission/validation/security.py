"""Security contexts of Pods and containers.

Source: ``ValidateSecurityContext``, ``validatePodSpecSecurityContext`` in
``pkg/apis/core/validation/validation.go``.
"""

import re
from collections.abc import Iterator

from tutor.offline.admission.gojson import quote
from tutor.offline.admission.validation.fields import (
    Named,
    duplicate,
    forbidden,
    invalid,
    required,
    size,
    too_long,
    unsupported,
)
from tutor.offline.admission.validation.internal import as_go
from tutor.offline.admission.validation.paths import descending
from tutor.offline.admission.validation.windows import validate_windows_options
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

_MOST_ID = 2**31 - 1
_RANGE = f"must be between 0 and {_MOST_ID}, inclusive"
_PROFILES = ("Localhost", "RuntimeDefault", "Unconfined")
_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL_FORM = rf"({_SEGMENT}[\./])*{_SEGMENT}"
_SYSCTL = re.compile(_SYSCTL_FORM, re.ASCII)
_MOST_SYSCTL = 253
_MOST_PROFILE = 4095
_SELINUX = ("Recursive",)
"""The other one takes the gate SELinuxMount, which is off."""
_IPC = frozenset(
    {f"kernel.{name}" for name in ("sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced", "shm")}
    | {f"kernel.{name}" for name in ("msgmax", "msgmnb", "msgmni", "msg")}
)
APPARMOR = "container.apparmor.security.beta.kubernetes.io/"
_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
_SAME = {"Unconfined": ("unconfined",), "RuntimeDefault": ("runtime/default",)}


def validate_security(context: Obj | None, path: str, host_users: bool = True) -> list[Cause]:
    """What is wrong with the security context of a container.

    Args:
        context: The context; None where there is none.
        path: Where it stands.
        host_users: Whether the Pod has the users of its node.
    """
    if context is None:
        return []
    causes = _ids(context, ("runAsUser", "runAsGroup"), path)
    mount = context.get("procMount")
    if mount is not None:
        if mount not in ("Default", "Unmasked"):
            causes.append(unsupported(f"{path}.procMount", mount, ("Default", "Unmasked")))
        elif mount == "Unmasked" and host_users:
            why = "`hostUsers` must be false to use `Unmasked`"
            causes.append(invalid(f"{path}.procMount", Named(mount), why))
    causes += _seccomp(context.get("seccompProfile"), f"{path}.seccompProfile")
    if context.get("allowPrivilegeEscalation") is False:
        shown = as_go(context, "SecurityContext")
        begun = "cannot set `allowPrivilegeEscalation` to false and"
        if context.get("privileged"):
            causes.append(invalid(path, shown, f"{begun} `privileged` to true"))
        if "CAP_SYS_ADMIN" in ((context.get("capabilities") or {}).get("add") or ()):
            causes.append(invalid(path, shown, f"{begun} `capabilities.Add` CAP_SYS_ADMIN"))
    causes += validate_windows_options(context.get("windowsOptions"), f"{path}.windowsOptions")
    return causes + validate_apparmor(context.get("appArmorProfile"), f"{path}.appArmorProfile")


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
    causes += _sysctls(context.get("sysctls") or [], spec, f"{where}.sysctls")
    causes += _one_of(context, "fsGroupChangePolicy", ("Always", "OnRootMismatch"), where)
    causes += _seccomp(context.get("seccompProfile"), f"{where}.seccompProfile")
    causes += validate_windows_options(context.get("windowsOptions"), f"{where}.windowsOptions")
    causes += validate_apparmor(context.get("appArmorProfile"), f"{where}.appArmorProfile")
    causes += _one_of(context, "supplementalGroupsPolicy", ("Merge", "Strict"), where)
    return causes + _one_of(context, "seLinuxChangePolicy", _SELINUX, where)


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


def _sysctls(sysctls: list[Obj], spec: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    names: set[str] = set()
    for index, one in enumerate(sysctls):
        where, name = f"{path}[{index}].name", one.get("name", "")
        if not name:
            causes.append(required(where))
        elif size(name) > _MOST_SYSCTL or not _SYSCTL.fullmatch(name):
            why = f"must have at most {_MOST_SYSCTL} characters and match regex ^{_SYSCTL_FORM}$"
            causes.append(invalid(where, name, why))
        elif name in names:
            causes.append(duplicate(where, name))
        field = _host_field(name)
        if field and spec.get(field):
            causes.append(invalid(where, name, f"may not be specified when '{field}' is true"))
        names.add(name)
    return causes


def _host_field(sysctl: str) -> str:
    """The field that gives the Pod the namespace of its node that a sysctl belongs to."""
    first = next((char for char in sysctl if char in "./"), ".")
    name = sysctl.translate(str.maketrans("/.", "./")) if first == "/" else sysctl
    name = name.partition("*")[0]
    if name.startswith("net."):
        return "hostNetwork"
    return "hostIPC" if name in _IPC or name.startswith("fs.mqueue.") else ""


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


def validate_apparmor(profile: Obj | None, path: str) -> list[Cause]:
    """What is wrong with an AppArmor profile."""
    if profile is None:
        return []
    kind, name = profile.get("type", ""), profile.get("localhostProfile")
    where = f"{path}.localhostProfile"
    if not kind:
        return [required(f"{path}.type", "type is required when appArmorProfile is set")]
    if kind not in _PROFILES:
        return [unsupported(f"{path}.type", kind, _PROFILES)]
    if kind != "Localhost":
        why = "can only be set when AppArmor type is Localhost"
        return [] if name is None else [invalid(where, Named(name), why)]
    if not name:
        return [required(where, "must be set when AppArmor type is Localhost")]
    causes: list[Cause] = []
    if name != name.strip():
        causes.append(invalid(where, name, "must not be padded with whitespace"))
    if size(name) > _MOST_PROFILE:
        causes.append(too_long(where, _MOST_PROFILE))
    return causes


def validate_host_users(spec: Obj, path: str) -> list[Cause]:
    """What a Pod with users of its own may not have of its node."""
    if spec.get("hostUsers") is not False:
        return []
    why = "when `hostUsers` is false"
    causes = [
        forbidden(f"{path}.{shown}", why)
        for field, shown in (
            ("hostNetwork", "hostNetwork"),
            ("hostPID", "HostPID"),
            ("hostIPC", "HostIPC"),
        )
        if spec.get(field)
    ]
    return causes + [
        forbidden(f"{where}.volumeDevices", why)
        for container, where in each_container(spec, path)
        if container.get("volumeDevices")
    ]


def each_container(spec: Obj, path: str) -> Iterator[tuple[Obj, str]]:
    """Every container of a Pod and where it stands, in the order of the server."""
    for part in ("initContainers", "containers", "ephemeralContainers"):
        for index, container in enumerate(spec.get(part) or ()):
            yield container, f"{path}.{part}[{index}]"


def validate_matching(annotations: Obj, spec: Obj, path: str) -> list[Cause]:
    """What is wrong with profiles that stand in an annotation of old and in a field, too.

    Source: ``validateSeccompAnnotationsAndFields``,
    ``validateAppArmorAnnotationsAndFieldsMatchOnCreate``.
    """
    context = spec.get("securityContext") or {}
    causes = _matched(annotations.get(_SECCOMP_POD), context.get("seccompProfile"), "seccomp", path)
    for container, where in each_container(spec, path):
        profile = (container.get("securityContext") or {}).get("seccompProfile")
        old = annotations.get(f"{_SECCOMP_CONTAINER}{container.get('name', '')}")
        causes += _matched(old, profile, "seccomp", where)
    if (spec.get("os") or {}).get("name") == "windows":
        return causes
    for container, where in each_container(spec, path):
        profile = (container.get("securityContext") or {}).get("appArmorProfile")
        old = annotations.get(f"{APPARMOR}{container.get('name', '')}")
        causes += _matched(old, profile or context.get("appArmorProfile"), "apparmor", where)
    return causes


def _matched(annotation: str | None, profile: Obj | None, what: str, path: str) -> list[Cause]:
    if annotation is None or profile is None:
        return []
    field = "seccompProfile" if what == "seccomp" else "appArmorProfile"
    where, kind = f"{path}.securityContext.{field}", profile.get("type", "")
    if kind == "Localhost":
        if not annotation.startswith("localhost/"):
            return [_differs(what, "type", where)]
        same = annotation.removeprefix("localhost/") == profile.get("localhostProfile")
        if same:
            return []
        why = f"{what} profile in annotation and field must match"
        return [forbidden(f"{where}.localhostProfile", why)]
    right = _SAME.get(kind)
    if right is None or annotation in right:
        return []
    if what == "seccomp" and kind == "RuntimeDefault" and annotation == "docker/default":
        return []
    return [_differs(what, "type", where)]


def _differs(what: str, field: str, path: str) -> Cause:
    return forbidden(f"{path}.{field}", f"{what} {field} in annotation and field must match")


def validate_profiles(annotations: Obj, spec: Obj, path: str) -> list[Cause]:
    """What is wrong with the annotations that were profiles once.

    Source: ``ValidateSeccompPodAnnotations``, ``ValidateAppArmorPodAnnotations``.
    """
    causes: list[Cause] = []
    for key in sorted(annotations):
        if key == _SECCOMP_POD or key.startswith(_SECCOMP_CONTAINER):
            causes += _old_seccomp(annotations[key], f"{path}.{key}")
    names = {one.get("name", "") for one, _ in each_container(spec, path)}
    for key in sorted(annotations):
        if not key.startswith(APPARMOR):
            continue
        name, profile, where = key.removeprefix(APPARMOR), annotations[key], f"{path}[{key}]"
        if name not in names:
            causes.append(invalid(where, name, "container not found"))
        known = profile in ("", "runtime/default", "unconfined")
        if not known and not profile.startswith("localhost/"):
            causes.append(
                invalid(where, profile, f"invalid AppArmor profile name: {quote(profile)}")
            )
    return causes


def _old_seccomp(profile: str, path: str) -> list[Cause]:
    if profile in ("runtime/default", "docker/default", "unconfined"):
        return []
    if profile.startswith("localhost/"):
        return descending(profile.removeprefix("localhost/"), path)
    return [invalid(path, profile, "must be a valid seccomp profile")]
