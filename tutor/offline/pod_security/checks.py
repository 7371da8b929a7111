"""What a level forbids a Pod, in the server's words.

Source: staging/src/k8s.io/pod-security-admission/policy, one check a file, v1.36.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tutor.offline.objects import Obj, dig

LATEST = 36


class Violation(NamedTuple):
    """What a check found: a reason, and the detail that stands behind it in brackets."""

    reason: str
    detail: str


class Pod(NamedTuple):
    """A Pod, or what a template makes.

    Attributes:
        annotations: Its own.
        spec: Its spec.
        minor: The version of the standards: 36 for v1.36.
    """

    annotations: Mapping[str, str]
    spec: Obj
    minor: int

    @property
    def security(self) -> Obj:
        """The security context of the whole Pod."""
        return self.spec.get("securityContext") or {}

    def containers(self) -> Iterator[tuple[str, Obj]]:
        """Every container, of whatever kind, with its name."""
        for part in ("initContainers", "containers", "ephemeralContainers"):
            for one in self.spec.get(part) or ():
                yield str(one.get("name", "")), one

    def contexts(self) -> Iterator[tuple[str, Obj]]:
        """Each container's name and security context."""
        for name, one in self.containers():
            yield name, one.get("securityContext") or {}

    @property
    def windows(self) -> bool:
        """Whether it says that it runs on Windows, where newer versions ask for less."""
        return self.minor >= 25 and dig(self.spec, "os", "name") == "windows"

    @property
    def own_users(self) -> bool:
        """Whether its users are not the node's, which newer versions take into account."""
        return self.minor >= 35 and self.spec.get("hostUsers") is False


def _quoted(names: Iterable[str]) -> str:
    return '"' + '", "'.join(names) + '"'


def _named(one: str, names: Iterable[str], many: str = "") -> str:
    """``container "a"``, ``containers "a", "b"``."""
    listed = list(names)
    return f"{one if len(listed) == 1 else many or one + 's'} {_quoted(listed)}"


def _few(one: str, found: Iterable[object]) -> str:
    return one if len(list(found)) == 1 else f"{one}s"


def _setters(pod: bool, containers: list[str]) -> str:
    """Who sets something: the Pod, containers, or both."""
    parts = ["pod"] if pod else []
    if containers:
        parts.append(_named("container", containers))
    return " and ".join(parts)


def _privileged(pod: Pod) -> Violation | None:
    bad = [name for name, one in pod.contexts() if one.get("privileged")]
    if not bad:
        return None
    detail = f"{_named('container', bad)} must not set securityContext.privileged=true"
    return Violation("privileged", detail)


def _host_namespaces(pod: Pod) -> Violation | None:
    bad = [one for one in ("hostNetwork", "hostPID", "hostIPC") if pod.spec.get(one)]
    detail = ", ".join(f"{one}=true" for one in bad)
    return Violation("host namespaces", detail) if bad else None


def _host_paths(pod: Pod) -> Violation | None:
    found = [
        str(one["name"]) for one in pod.spec.get("volumes") or () if one.get("hostPath") is not None
    ]
    return Violation("hostPath volumes", _named("volume", found)) if found else None


def _host_ports(pod: Pod) -> Violation | None:
    bad, ports = [], set()
    for name, one in pod.containers():
        found = {str(port["hostPort"]) for port in one.get("ports") or () if port.get("hostPort")}
        if found:
            bad.append(name)
            ports |= found
    if not bad:
        return None
    uses = "uses" if len(bad) == 1 else "use"
    listed = ", ".join(sorted(ports))
    detail = f"{_named('container', bad)} {uses} {_few('hostPort', ports)} {listed}"
    return Violation("hostPort", detail)


def _hosts(pod: Pod) -> Violation | None:
    bad, hosts = set(), set()
    for name, one in pod.containers():
        handlers = [one.get(f"{kind}Probe") for kind in ("liveness", "readiness", "startup")]
        handlers += [dig(one, "lifecycle", when) for when in ("postStart", "preStop")]
        for handler in handlers:
            for how in ("httpGet", "tcpSocket"):
                host = dig(handler, how, "host")
                if host:
                    bad.add(name)
                    hosts.add(str(host))
    if not bad:
        return None
    uses = "uses" if len(bad) == 1 else "use"
    detail = f"{_named('container', sorted(bad))} {uses} {_named(_HOST, sorted(hosts))}"
    return Violation(_HOST, detail)


_HOST = "probe or lifecycle host"
_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)


def _added(pod: Pod, allowed: frozenset[str]) -> tuple[list[str], set[str]]:
    """Containers that add other capabilities, and which."""
    bad, names = [], set()
    for name, one in pod.contexts():
        found = set(dig(one, "capabilities", "add", default=())) - allowed
        if found:
            bad.append(name)
            names |= found
    return bad, names


def _must_not_add(bad: list[str], names: set[str]) -> str:
    return (
        f"{_named('container', bad)} must not include {_quoted(sorted(names))} in "
        "securityContext.capabilities.add"
    )


def _capabilities(pod: Pod) -> Violation | None:
    bad, names = _added(pod, _CAPABILITIES)
    return Violation("non-default capabilities", _must_not_add(bad, names)) if bad else None


def _few_capabilities(pod: Pod) -> Violation | None:
    if pod.windows:
        return None
    kept = [
        name
        for name, one in pod.contexts()
        if "ALL" not in dig(one, "capabilities", "drop", default=())
    ]
    bad, names = _added(pod, frozenset({"NET_BIND_SERVICE"}))
    details = []
    if kept:
        must = 'must set securityContext.capabilities.drop=["ALL"]'
        details.append(f"{_named('container', kept)} {must}")
    if bad:
        details.append(_must_not_add(bad, names))
    return Violation("unrestricted capabilities", "; ".join(details)) if details else None


def _escalation(pod: Pod) -> Violation | None:
    bad = [name for name, one in pod.contexts() if one.get("allowPrivilegeEscalation") is not False]
    if not bad or pod.windows:
        return None
    must = "must set securityContext.allowPrivilegeEscalation=false"
    detail = f"{_named('container', bad)} {must}"
    return Violation("allowPrivilegeEscalation != false", detail)


def _profiles(
    pod: Pod, field: str, good: frozenset[str]
) -> tuple[bool, list[str], list[str], set[str]]:
    """Whether the Pod's profile is bad, whose are, who has none, and the bad types."""
    own = dig(pod.security, field)
    values, explicit, implicit = set(), [], []
    bad = own is not None and str(own.get("type", "")) not in good
    if bad:
        values.add(str(own.get("type", "")))
    for name, one in pod.contexts():
        found = one.get(field)
        if found is None:
            if own is None or bad:
                implicit.append(name)
        elif str(found.get("type", "")) not in good:
            explicit.append(name)
            values.add(str(found.get("type", "")))
    return bad, explicit, implicit, values


_PROFILES = frozenset({"RuntimeDefault", "Localhost"})
_ARMOR = "container.apparmor.security.beta.kubernetes.io/"


def _app_armor(pod: Pod) -> Violation | None:
    bad, containers, _, values = _profiles(pod, "appArmorProfile", _PROFILES)
    marks = [
        f"{key}={json.dumps(value)}"
        for key, value in sorted(pod.annotations.items())
        if key.startswith(_ARMOR)
        and value not in ("", "runtime/default")
        and not value.startswith("localhost/")
    ]
    setters = [_setters(bad, containers)] if bad or containers else []
    if marks:
        setters.append(_few("annotation", marks))
    shown = [*sorted(values), *marks]
    if not setters:
        return None
    detail = f"{' and '.join(setters)} must not set AppArmor profile type to {_quoted(shown)}"
    return Violation(_few("forbidden AppArmor profile", shown), detail)


_SECCOMP = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_OF = "container.seccomp.security.alpha.kubernetes.io/"


def _seccomp(pod: Pod) -> Violation | None:
    if pod.minor < 19:
        keys = [_SECCOMP, *(_SECCOMP_OF + name for name, _ in pod.containers())]
        found = {key: pod.annotations[key] for key in keys if key in pod.annotations}
        bad = [
            f"{key}={json.dumps(value)}"
            for key, value in sorted(found.items())
            if value not in ("runtime/default", "docker/default")
            and not value.startswith("localhost/")
        ]
        detail = f"forbidden {_few('annotation', bad)} {', '.join(bad)}"
        return Violation("seccompProfile", detail) if bad else None
    own, containers, _, values = _profiles(pod, "seccompProfile", _PROFILES)
    if not own and not containers:
        return None
    must = f"must not set securityContext.seccompProfile.type to {_quoted(sorted(values))}"
    return Violation("seccompProfile", f"{_setters(own, containers)} {must}")


def _seccomp_set(pod: Pod) -> Violation | None:
    if pod.windows:
        return None
    if (found := _seccomp(pod)) is not None:
        return found
    _, _, implicit, _ = _profiles(pod, "seccompProfile", _PROFILES)
    must = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    detail = f"pod or {_named('container', implicit)} {must}"
    return Violation("seccompProfile", detail) if implicit else None


def _proc_mount(pod: Pod) -> Violation | None:
    bad, kinds = [], set()
    for name, one in pod.contexts():
        found = one.get("procMount")
        if found is not None and found != "Default":
            bad.append(name)
            kinds.add(str(found))
    if not bad:
        return None
    must = f"must not set securityContext.procMount to {_quoted(sorted(kinds))}"
    return Violation("procMount", f"{_named('container', bad)} {must}")


def _proc_mount_relaxed(pod: Pod) -> Violation | None:
    return None if pod.own_users else _proc_mount(pod)


_ALLOWED_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)


def _volumes(pod: Pod) -> Violation | None:
    bad, kinds = [], set()
    for one in pod.spec.get("volumes") or ():
        found = {key for key, value in one.items() if key != "name" and value is not None}
        if not found & _ALLOWED_VOLUMES:
            bad.append(str(one["name"]))
            kinds.add(min(found, default="unknown"))
    if not bad:
        return None
    uses = "uses" if len(bad) == 1 else "use"
    detail = f"{_named('volume', bad)} {uses} {_named('restricted volume type', sorted(kinds))}"
    return Violation("restricted volume types", detail)


def _not_root(pod: Pod) -> Violation | None:
    own = pod.security.get("runAsNonRoot")
    explicit = [name for name, one in pod.contexts() if one.get("runAsNonRoot") is False]
    implicit = [
        name for name, one in pod.contexts() if one.get("runAsNonRoot") is None and own is not True
    ]
    reason = "runAsNonRoot != true"
    if pod.own_users:
        return None
    if own is False or explicit:
        must = "must not set securityContext.runAsNonRoot=false"
        return Violation(reason, f"{_setters(own is False, explicit)} {must}")
    must = "must set securityContext.runAsNonRoot=true"
    detail = f"pod or {_named('container', implicit)} {must}"
    return Violation(reason, detail) if implicit else None


def _user(pod: Pod) -> Violation | None:
    own = pod.security.get("runAsUser") == 0
    bad = [name for name, one in pod.contexts() if one.get("runAsUser") == 0]
    if pod.own_users or not (own or bad):
        return None
    return Violation("runAsUser=0", f"{_setters(own, bad)} must not set runAsUser=0")


def _selinux(pod: Pod) -> Violation | None:
    allowed = {"", "container_t", "container_init_t", "container_kvm_t"}
    if pod.minor >= 31:
        allowed.add("container_engine_t")
    types: set[str] = set()
    others: set[str] = set()

    def bad(options: Any) -> bool:  # noqa: ANN401
        found = options or {}
        kind = str(found.get("type") or "")
        if kind not in allowed:
            types.add(kind)
        others.update(one for one in ("user", "role") if found.get(one))
        return kind not in allowed or bool(found.get("user") or found.get("role"))

    own = bad(pod.security.get("seLinuxOptions"))
    setters = [name for name, one in pod.contexts() if bad(one.get("seLinuxOptions"))]
    if not own and not setters:
        return None
    data = [_named("type", sorted(types))] if types else []
    data += [f"{one} may not be set" for one in ("user", "role") if one in others]
    detail = f"{_setters(own, setters)} set forbidden securityContext.seLinuxOptions: "
    return Violation("seLinuxOptions", detail + "; ".join(data))


_SYSCTLS = (
    (0, "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies"),
    (0, "net.ipv4.ping_group_range net.ipv4.ip_unprivileged_port_start"),
    (27, "net.ipv4.ip_local_reserved_ports"),
    (29, "net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl"),
    (29, "net.ipv4.tcp_keepalive_probes"),
    (32, "net.ipv4.tcp_rmem net.ipv4.tcp_wmem"),
)


def _sysctls(pod: Pod) -> Violation | None:
    allowed = {one for since, names in _SYSCTLS if since <= pod.minor for one in names.split()}
    found = [str(one.get("name", "")) for one in pod.security.get("sysctls") or ()]
    bad = [one for one in found if one not in allowed]
    return Violation("forbidden sysctls", ", ".join(bad)) if bad else None


def _host_process(pod: Pod) -> Violation | None:
    own = bool(dig(pod.security, "windowsOptions", "hostProcess"))
    bad = [name for name, one in pod.contexts() if dig(one, "windowsOptions", "hostProcess")]
    if not own and not bad:
        return None
    must = "must not set securityContext.windowsOptions.hostProcess=true"
    return Violation("hostProcess", f"{_setters(own, bad)} {must}")


Check = Callable[[Pod], Violation | None]
_BASELINE: tuple[tuple[str, int, Check], ...] = (
    ("appArmorProfile", 0, _app_armor),
    ("capabilities_baseline", 0, _capabilities),
    ("hostNamespaces", 0, _host_namespaces),
    ("hostPathVolumes", 0, _host_paths),
    ("hostPorts", 0, _host_ports),
    ("hostProbesAndHostLifecycle", 34, _hosts),
    ("privileged", 0, _privileged),
    ("procMount", 0, _proc_mount_relaxed),
    ("seLinuxOptions", 0, _selinux),
    ("seccompProfile_baseline", 0, _seccomp),
    ("sysctls", 0, _sysctls),
    ("windowsHostProcess", 0, _host_process),
)
"""Name, the first minor version that has it, and the check itself, in the order of the names."""
_RESTRICTED: tuple[tuple[str, int, Check, str], ...] = (
    ("allowPrivilegeEscalation", 8, _escalation, ""),
    ("capabilities_restricted", 22, _few_capabilities, "capabilities_baseline"),
    ("procMount_restricted", 35, _proc_mount, "procMount"),
    ("restrictedVolumes", 0, _volumes, "hostPathVolumes"),
    ("runAsNonRoot", 0, _not_root, ""),
    ("runAsUser", 23, _user, ""),
    ("seccompProfile_restricted", 19, _seccomp_set, "seccompProfile_baseline"),
)
"""The same, and the check of the other level that it takes the place of."""


def violations(level: str, pod: Pod) -> list[Violation]:
    """What a level forbids a Pod, in the server's order.

    Args:
        level: ``privileged``, ``baseline`` or ``restricted``.
        pod: The Pod.
    """
    if level == "privileged":
        return []
    strict = [one for one in _RESTRICTED if level == "restricted" and one[1] <= pod.minor]
    replaced = {one[3] for one in strict}
    checks = [
        check for name, since, check in _BASELINE if since <= pod.minor if name not in replaced
    ]
    checks += [one[2] for one in strict]
    return [found for check in checks if (found := check(pod)) is not None]
