"""Which level a namespace asks for, and what is said of a Pod, a template or a namespace.

Source: staging/src/k8s.io/pod-security-admission/{api/helpers.go,admission/admission.go}. Nothing
is exempt and the default is ``privileged``, as on a server without a configuration of its own.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, controller_of, dig, labels_of, meta, name_of
from tutor.offline.pod_security.checks import LATEST, Pod, violations

PREFIX = "pod-security.kubernetes.io/"
LEVELS = ("privileged", "baseline", "restricted")
MODES = ("enforce", "audit", "warn")
_VERSION = re.compile(r"v1\.(0|[1-9][0-9]{0,5})")
_MOST_PODS = 3000
_SPECS = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "PodTemplate": ("template",),
    "ReplicaSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
}
"""Kinds that make Pods, and where their template is."""


class Standard(NamedTuple):
    """A level in a version, as ``baseline:latest``.

    Attributes:
        level: One of :data:`LEVELS`.
        version: ``latest`` or ``v1.30``.
    """

    level: str = "privileged"
    version: str = "latest"

    def __str__(self) -> str:
        return f"{self.level}:{self.version}"

    @property
    def minor(self) -> int:
        """The minor version; one that is not known yet is the newest."""
        return LATEST if self.version == "latest" else min(LATEST, int(self.version[3:]))


class Policy(NamedTuple):
    """What a namespace asks for.

    Attributes:
        enforce: What a Pod must hold to.
        audit: What is noted.
        warn: What is warned of.
        causes: What is wrong with the labels.
    """

    enforce: Standard
    audit: Standard
    warn: Standard
    causes: tuple[Cause, ...]


def policy_of(labels: Mapping[str, str]) -> Policy:
    """The policy in the labels of a namespace."""
    causes: list[Cause] = []
    found: dict[str, Standard] = {}
    for mode in MODES:
        level, version = labels.get(PREFIX + mode), labels.get(f"{PREFIX}{mode}-version")
        if level is not None and level not in LEVELS:
            causes.append(_invalid(mode, level, f"must be one of {', '.join(LEVELS)}"))
            level = "restricted" if mode == "enforce" else "privileged"
        if version is not None and version != "latest" and not _VERSION.fullmatch(version):
            causes.append(_invalid(f"{mode}-version", version, 'must be "latest" or "v1.x"'))
            version = None
        found[mode] = Standard(level or "privileged", version or "latest")
    enforced, warned = found["enforce"], found["warn"]
    stricter = LEVELS.index(enforced.level) > LEVELS.index(warned.level)
    if PREFIX + "warn" not in labels and labels.get(PREFIX + "enforce") in LEVELS and stricter:
        own = f"{PREFIX}warn-version" in labels
        found["warn"] = Standard(enforced.level, warned.version if own else enforced.version)
    return Policy(found["enforce"], found["audit"], found["warn"], tuple(causes))


def _invalid(name: str, value: str, why: str) -> Cause:
    field = f"metadata.labels[{PREFIX}{name}]"
    return Cause("FieldValueInvalid", f'Invalid value: "{value}": {why}', field)


def template_of(obj: Obj) -> Obj | None:
    """What Pods of a workload are made from; None for what makes none."""
    path = _SPECS.get(str(obj.get("kind", "")))
    found = dig(obj, *path) if path else None
    return found if isinstance(found, dict) else None


def said_of(pod: Obj, standard: Standard) -> str:
    """``violates PodSecurity "baseline:latest": privileged (…)``; empty where a Pod may be."""
    found = violations(standard.level, _pod(pod, standard))
    shown = [f"{one.reason} ({one.detail})" if one.detail else one.reason for one in found]
    return f'violate PodSecurity "{standard}": {", ".join(shown)}' if found else ""


def _pod(pod: Obj, standard: Standard) -> Pod:
    return Pod(meta(pod).get("annotations") or {}, pod.get("spec") or {}, standard.minor)


def refusal(pod: Obj, policy: Policy) -> str:
    """Why a Pod may not be; empty where it may."""
    said = said_of(pod, policy.enforce)
    return said.replace("violate ", "violates ", 1)


def warning(pod: Obj, policy: Policy) -> str:
    """What is warned of in a Pod or a template; empty for nothing."""
    said = said_of(pod, policy.warn)
    return f"would {said}" if said else ""


def changed(old: Obj, new: Obj) -> bool:
    """Whether a change of a Pod is looked at: only other images, or other containers."""
    for part in ("containers", "initContainers", "ephemeralContainers"):
        before = {one.get("name"): one.get("image") for one in dig(old, "spec", part) or ()}
        after = {one.get("name"): one.get("image") for one in dig(new, "spec", part) or ()}
        if before != after:
            return True
    return False


def namespace_warnings(namespace: Obj, old: Obj, pods: Iterable[Obj]) -> list[str]:
    """What is warned of when a namespace asks for more of the Pods it has."""
    before, after = policy_of(labels_of(old)).enforce, policy_of(labels_of(namespace)).enforce
    easier = LEVELS.index(after.level) <= LEVELS.index(before.level)
    if after in (before, Standard(version=after.version)) or (
        after.version == before.version and easier
    ):
        return []
    listed = _first_of_each(pods)
    by_reason: dict[str, list[str]] = {}
    for pod in listed[:_MOST_PODS]:
        found = violations(after.level, _pod(pod, after))
        if found:
            by_reason.setdefault(", ".join(one.reason for one in found), []).append(name_of(pod))
    warnings = []
    if len(listed) > _MOST_PODS:
        warnings.append(
            f"new PodSecurity enforce level only checked against the first {_MOST_PODS} of "
            f"{len(listed)} existing pods"
        )
    if by_reason:
        warnings.append(
            f'existing pods in namespace "{name_of(namespace)}" violate the new PodSecurity '
            f'enforce level "{after}"'
        )
    return warnings + sorted(_counted(names, why) for why, names in by_reason.items())


def _first_of_each(pods: Iterable[Obj]) -> list[Obj]:
    """Pods with one of each controller first."""
    first: list[Obj] = []
    more: list[Obj] = []
    seen: set[str] = set()
    for pod in pods:
        owner = controller_of(pod)
        uid = str(owner.get("uid", "")) if owner is not None else ""
        (more if uid in seen else first).append(pod)
        seen |= {uid} - {""}
    return first + more


def _counted(names: list[str], why: str) -> str:
    others = len(names) - 1
    if not others:
        return f"{names[0]}: {why}"
    more = "1 other pod" if others == 1 else f"{others} other pods"
    return f"{min(names)} (and {more}): {why}"
