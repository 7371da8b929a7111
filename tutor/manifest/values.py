"""Values with a form of their own: words of a fixed set, names, labels.

The published schemas call all of these plain strings; what they may be is in the server's
validation: ``pkg/apis/core/validation``, ``k8s.io/apimachinery/pkg/util/validation`` and the
constants of ``k8s.io/api`` of kubernetes/kubernetes. Left out is what a rule explains better.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tutor.manifest.nodes import Mapping, Node, Scalar
from tutor.model.findings import Param

_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\Z"
_SUBDOMAIN = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z"
_PORT = r"(?=.{1,15}\Z)(?=.*[a-z])(?!.*--)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\Z"
_WORD = r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?\Z"


class Wrong(NamedTuple):
    """A value that the server refuses.

    Attributes:
        below: Way from the field to the place: the key of a map, or nothing.
        key: The key is wrong, and not its value.
    """

    code: str
    variant: str
    params: dict[str, Param]
    below: tuple[str, ...] = ()
    key: bool = False


Judge = Callable[[Node], Sequence[Wrong]]
"""Answers what is wrong with a value, mostly nothing. Called for every container and label."""


def name_of(kind: str, node: Node) -> Sequence[Wrong]:
    """``metadata.name`` of an object; a StatefulSet's is STS111's to judge."""
    if kind in ("Service", "Namespace"):
        return _label_name(node)
    return () if kind == "StatefulSet" else _subdomain(node)


def _one_of(words: str) -> Judge:
    allowed = tuple(words.split())

    def judge(node: Node) -> Sequence[Wrong]:
        if node.__class__ is Scalar and node.value in allowed:
            return ()
        found = _text(node)
        if not found:
            return ()
        from tutor.model.nearest import nearest

        needed = nearest(found, allowed)
        params: dict[str, Param] = {"found": found[:80], "needed": needed, "allowed": allowed}
        return (Wrong("SCH110", "near" if needed else "", params),)

    return judge


def _port_number(node: Node) -> Sequence[Wrong]:
    value = node.value if isinstance(node, Scalar) else None
    number = value if isinstance(value, int) and not isinstance(value, bool) else 1
    if 0 < number < 65536 or abs(number) >> 31:  # beyond 32 bits it has been named already
        return ()
    return (Wrong("SCH110", "port", {"found": str(value)[:80]}),)


def _form(form: str, variant: str, limit: int) -> Judge:
    def judge(node: Node) -> Sequence[Wrong]:
        found = _text(node)
        if not found or (len(found) <= limit and _matches(form, found)):
            return ()
        return (_malformed(variant, found, limit),)

    return judge


_label_name = _form(_LABEL, "name", 63)
_subdomain = _form(_SUBDOMAIN, "name", 253)
_port_name = _form(_PORT, "port", 15)


def _malformed(variant: str, found: str, limit: int) -> Wrong:
    if len(found) > limit:
        params: dict[str, Param] = {"found": found[:80], "limit": limit, "length": len(found)}
        return Wrong("SCH111", "long", params)
    odd = r"[^a-z0-9.]+" if limit > 63 else r"[^a-z0-9]+"
    needed = re.sub(odd, "-", found.lower()).strip("-.")
    if needed and needed != found:
        return Wrong("SCH111", variant, {"found": found, "needed": needed})
    return Wrong("SCH111", f"{variant}-unknown", {"found": found})


def _labels(node: Node) -> Sequence[Wrong]:
    wrong = [*_keys(node)]
    for key, value in node.values.items() if isinstance(node, Mapping) else ():
        found = _text(value)
        if found and not (len(found) <= 63 and _matches(_WORD, found)):
            wrong.append(Wrong("SCH111", "label", {"found": found[:80]}, (key,)))
    return wrong


def _keys(node: Node) -> Sequence[Wrong]:
    if not isinstance(node, Mapping) or all(map(_is_key, node.values)):
        return ()
    return [
        Wrong("SCH111", "key", {"found": key[:80]}, (key,), key=True)
        for key in node.values
        if not _is_key(key)
    ]


@lru_cache(maxsize=1024)
def _is_key(key: str) -> bool:
    """A qualified name: an optional DNS subdomain and a slash, then 63 characters at most.

    Directives of a patch, and what is filled in later, pass as well.
    """
    if "$" in key or "{{" in key:
        return True
    prefix, slash, name = key.rpartition("/")
    if slash and not (len(prefix) <= 253 and re.match(_SUBDOMAIN, prefix.lower())):
        return False
    return len(name) <= 63 and re.match(_WORD, name) is not None


@lru_cache(maxsize=1024)
def _matches(form: str, text: str) -> bool:
    return re.match(form, text) is not None


def _text(node: Node) -> str:
    """The string to judge; empty for anything else, and for what is filled in later."""
    value = node.value if node.__class__ is Scalar else None
    if value.__class__ is not str:
        return ""
    return "" if "$" in value or "{{" in value else value


_PROTOCOL = _one_of("TCP UDP SCTP")
_TRAFFIC = _one_of("Cluster Local")
_CONTAINER: dict[str, Judge] = {
    "imagePullPolicy": _one_of("Always IfNotPresent Never"),
    "name": _label_name,
    "terminationMessagePolicy": _one_of("File FallbackToLogsOnError"),
}

JUDGES: dict[str, dict[str, Judge]] = {
    "Container": _CONTAINER,
    "ContainerPort": {"containerPort": _port_number, "name": _port_name, "protocol": _PROTOCOL},
    "CronJobSpec": {"concurrencyPolicy": _one_of("Allow Forbid Replace")},
    "DaemonSetUpdateStrategy": {"type": _one_of("RollingUpdate OnDelete")},
    "DeploymentStrategy": {"type": _one_of("RollingUpdate Recreate")},
    "EndpointSlice": {"addressType": _one_of("IPv4 IPv6 FQDN")},
    "EphemeralContainer": _CONTAINER,
    "HTTPGetAction": {"port": _port_number, "scheme": _one_of("HTTP HTTPS")},
    "JobSpec": {"completionMode": _one_of("NonIndexed Indexed")},
    "LabelSelector": {"matchLabels": _labels},
    "LabelSelectorRequirement": {"operator": _one_of("In NotIn Exists DoesNotExist")},
    "NetworkPolicyPort": {"protocol": _PROTOCOL},
    "NodeSelectorRequirement": {"operator": _one_of("In NotIn Exists DoesNotExist Gt Lt")},
    "ObjectMeta": {"annotations": _keys, "labels": _labels, "namespace": _label_name},
    "PersistentVolumeSpec": {
        "persistentVolumeReclaimPolicy": _one_of("Retain Delete Recycle"),
        "volumeMode": _one_of("Filesystem Block"),
    },
    "PodDisruptionBudgetSpec": {
        "unhealthyPodEvictionPolicy": _one_of("IfHealthyBudget AlwaysAllow")
    },
    "PodSecurityContext": {"fsGroupChangePolicy": _one_of("OnRootMismatch Always")},
    "PodSpec": {
        "dnsPolicy": _one_of("ClusterFirst ClusterFirstWithHostNet Default None"),
        "nodeSelector": _labels,
        "preemptionPolicy": _one_of("PreemptLowerPriority Never"),
    },
    "SeccompProfile": {"type": _one_of("RuntimeDefault Localhost Unconfined")},
    "ServicePort": {
        "name": _label_name,
        "port": _port_number,
        "protocol": _PROTOCOL,
        "targetPort": _port_number,
    },
    "ServiceSpec": {
        "externalTrafficPolicy": _TRAFFIC,
        "internalTrafficPolicy": _TRAFFIC,
        "ipFamilyPolicy": _one_of("SingleStack PreferDualStack RequireDualStack"),
        "selector": _labels,
        "sessionAffinity": _one_of("None ClientIP"),
        "type": _one_of("ClusterIP NodePort LoadBalancer ExternalName"),
    },
    "StorageClass": {
        "reclaimPolicy": _one_of("Delete Retain"),
        "volumeBindingMode": _one_of("Immediate WaitForFirstConsumer"),
    },
    "TCPSocketAction": {"port": _port_number},
    "Toleration": {
        "effect": _one_of("NoSchedule PreferNoSchedule NoExecute"),
        "operator": _one_of("Equal Exists Lt Gt"),
    },
    "TopologySpreadConstraint": {
        "whenUnsatisfiable": _one_of("DoNotSchedule ScheduleAnyway"),
    },
    "Volume": {"name": _label_name},
    "VolumeMount": {"mountPropagation": _one_of("None HostToContainer Bidirectional")},
}
"""Type to field to what judges its value."""
