"""Services.

Source: ``ValidateService`` in ``pkg/apis/core/validation/validation.go``.
"""

from collections.abc import Container

from tutor.offline.admission.validation.addresses import (
    beyond_endpoints,
    parsed,
    validate_address,
    validate_range,
)
from tutor.offline.admission.validation.fields import (
    Named,
    dns_label,
    dns_subdomain,
    duplicate,
    forbidden,
    invalid,
    port_name,
    port_number,
    qualified_name,
    required,
    unsupported,
)
from tutor.offline.admission.validation.metadata import (
    validate_labels,
    validate_metadata,
    validate_metadata_update,
)
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_FAMILIES = ("IPv4", "IPv6")
_FAMILY_POLICIES = ("PreferDualStack", "RequireDualStack", "SingleStack")
_TRAFFIC = ("Cluster", "Local")
_DISTRIBUTIONS = ("PreferClose", "PreferSameZone", "PreferSameNode")
_NONE = "None"
_SET = "may not change once set"
_DAY = 86_400
_HINTS = "service.kubernetes.io/topology-aware-hints"
_MODE = "service.kubernetes.io/topology-mode"
_SOURCES = "service.beta.kubernetes.io/load-balancer-source-ranges"


def validate_service(obj: Obj) -> list[Cause]:
    """What is wrong with a new Service."""
    return validate_metadata(meta(obj), dns_label) + _service(obj, {})


def _service(obj: Obj, old: Obj) -> list[Cause]:
    notes, before = meta(obj).get("annotations") or {}, old.get("spec") or {}
    causes: list[Cause] = []
    if notes.get(_HINTS, "") != notes.get(_MODE, "") and {_HINTS, _MODE} <= notes.keys():
        why = f"must match annotations[{_HINTS}] when both are specified"
        causes.append(invalid(f"metadata.annotations[{_MODE}]", notes[_MODE], why))
    return causes + _spec(obj.get("spec") or {}, before, obj, old, "spec")


def validate_service_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a Service."""
    causes = validate_metadata_update(meta(new), meta(old))
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    if "ExternalName" not in (spec.get("type"), before.get("type")):
        causes += _same_addresses(spec, before)
        causes += _same_families(spec, before)
    if spec.get("type") == before.get("type") == "LoadBalancer":
        asked = spec.get("loadBalancerClass")
        if asked != before.get("loadBalancerClass"):
            shown = asked if asked is None else Named(asked)
            causes.append(invalid("spec.loadBalancerClass", shown, _SET))
    causes += _balancer_class(spec, "spec")
    if _checked(spec) and _checked(before):
        port = spec.get("healthCheckNodePort", 0)
        if port != before.get("healthCheckNodePort", 0):
            causes.append(forbidden("spec.healthCheckNodePort", "field is immutable"))
    return causes + _service(new, old)


def _checked(spec: Obj) -> bool:
    """Whether a Service has a port that says whether its node has Pods for it."""
    local = spec.get("externalTrafficPolicy") == "Local"
    return local and spec.get("type") == "LoadBalancer"


def _same_addresses(spec: Obj, before: Obj) -> list[Cause]:
    had, has = before.get("clusterIPs") or [], spec.get("clusterIPs") or []
    if had == has == [_NONE]:
        return []
    if len(had) == len(has):
        return [
            invalid(f"spec.clusterIPs[{index}]", has, _SET)
            for index, (one, other) in enumerate(zip(had, has, strict=True))
            if one != other
        ]
    if had and not has:
        return [invalid("spec.clusterIPs[0]", has, "primary clusterIP can not be unset")]
    causes: list[Cause] = []
    if had and had[0] != has[0]:
        causes.append(invalid("spec.clusterIPs[0]", has, _SET))
    policy = spec.get("ipFamilyPolicy")
    if len(had) > len(has) == 1 and policy != "SingleStack":
        why = "must be set to 'SingleStack' when releasing the secondary clusterIP"
        shown = policy if policy is None else Named(policy)
        causes.append(invalid("spec.ipFamilyPolicy", shown, why))
    return causes


def _same_families(spec: Obj, before: Obj) -> list[Cause]:
    had, has = before.get("ipFamilies") or [], spec.get("ipFamilies") or []
    if _headless(spec) or _headless(before) or not had or not has:
        return []
    causes: list[Cause] = []
    if len(had) == len(has):
        return [
            invalid("spec.ipFamilies[0]", has, _SET)
            for one, other in zip(had, has, strict=True)
            if one != other
        ]
    if had[0] != has[0]:
        causes.append(invalid("spec.ipFamilies[0]", spec.get("clusterIPs") or [], _SET))
    policy = spec.get("ipFamilyPolicy")
    if len(had) > len(has) == 1 and policy != "SingleStack":
        why = "must be set to 'SingleStack' when releasing the secondary ipFamily"
        shown = policy if policy is None else Named(policy)
        causes.append(invalid("spec.ipFamilyPolicy", shown, why))
    return causes


def _headless(spec: Obj) -> bool:
    return bool(spec.get("clusterIPs") == [_NONE])


def _spec(spec: Obj, before: Obj, obj: Obj, old: Obj, path: str) -> list[Cause]:
    """What is wrong with the spec of a Service.

    Args:
        spec: The spec.
        before: What it was, empty for a new Service. Addresses that it had may stay.
        obj: The Service.
        old: What it was, empty for a new one.
        path: Where the spec stands.
    """
    causes: list[Cause] = []
    kind, ports = spec.get("type", ""), spec.get("ports") or []
    headless = _headless(spec)
    if not ports and not headless and kind != "ExternalName":
        causes.append(required(f"{path}.ports"))
    if headless and kind in ("LoadBalancer", "NodePort"):
        why = f"may not be set to 'None' for {kind} services"
        causes.append(invalid(f"{path}.clusterIPs[0]", _NONE, why))
    elif kind == "ExternalName":
        causes += _external_name(spec, path)
    names: set[str] = set()
    for index, port in enumerate(ports):
        causes += _port(port, names, f"{path}.ports[{index}]", needs_name=len(ports) > 1)
    causes += validate_labels(spec.get("selector"), f"{path}.selector")
    causes += _affinity(spec, path)
    causes += _addresses(spec, before.get("clusterIPs") or (), path)
    for index, address in enumerate(spec.get("externalIPs") or ()):
        where = f"{path}.externalIPs[{index}]"
        wrong = validate_address(address, where, before.get("externalIPs") or ())
        beyond = [invalid(where, address, why) for why in beyond_endpoints(address)]
        causes += wrong or beyond
    if kind not in _TYPES:
        causes.append(
            unsupported(f"{path}.type", kind, _TYPES) if kind else required(f"{path}.type")
        )
    if kind == "ClusterIP":
        why = "may not be used when `type` is 'ClusterIP'"
        causes += [
            forbidden(f"{path}.ports[{index}].nodePort", why)
            for index, port in enumerate(ports)
            if port.get("nodePort")
        ]
    causes += _unique(ports, path)
    causes += _ranges(obj, old, path) + _load_balancer(spec, path)
    return causes + _policies(spec, path)


def _external_name(spec: Obj, path: str) -> list[Cause]:
    why = "may not be set for ExternalName services"
    causes = [
        forbidden(f"{path}.{field}", why)
        for field in ("clusterIPs", "ipFamilies", "ipFamilyPolicy")
        if spec.get(field) or (field == "clusterIPs" and spec.get("clusterIP"))
    ]
    name = spec.get("externalName", "").removesuffix(".")
    if not name:
        return [*causes, required(f"{path}.externalName")]
    return causes + [invalid(f"{path}.externalName", name, why) for why in dns_subdomain(name)]


def _affinity(spec: Obj, path: str) -> list[Cause]:
    affinity, config = spec.get("sessionAffinity", ""), spec.get("sessionAffinityConfig")
    where = f"{path}.sessionAffinityConfig"
    if not affinity:
        return [required(f"{path}.sessionAffinity")]
    if affinity not in ("ClientIP", "None"):
        return [unsupported(f"{path}.sessionAffinity", affinity, ("ClientIP", "None"))]
    if affinity == "None":
        why = "must not be set when session affinity is None"
        return [] if config is None else [forbidden(where, why)]
    why = "when session affinity type is ClientIP"
    if config is None:
        return [required(where, why)]
    if config.get("clientIP") is None:
        return [required(f"{where}.clientIP", why)]
    seconds = config["clientIP"].get("timeoutSeconds")
    if seconds is None:
        return [required(f"{where}.clientIP.timeoutSeconds", why)]
    if 0 < seconds <= _DAY:
        return []
    why = f"must be greater than 0 and less than {_DAY}"
    return [invalid(f"{where}.clientIP.timeoutSeconds", seconds, why)]


def _ranges(obj: Obj, old: Obj, path: str) -> list[Cause]:
    """What is wrong with the ranges that a load balancer answers to."""
    spec, before = obj.get("spec") or {}, old.get("spec") or {}
    why = "may only be used when `type` is 'LoadBalancer'"
    balances = spec.get("type") == "LoadBalancer"
    ranges, where = spec.get("loadBalancerSourceRanges") or (), f"{path}.LoadBalancerSourceRanges"
    if ranges:
        causes = [] if balances else [forbidden(where, why)]
        known = {one.strip() for one in before.get("loadBalancerSourceRanges") or ()}
        for index, one in enumerate(ranges):
            causes += validate_range(one.strip(), f"{where}[{index}]", known)
        return causes
    notes, held = (meta(one).get("annotations") or {} for one in (obj, old))
    if _SOURCES not in notes:
        return []
    where = f"metadata.annotations[{_SOURCES}]"
    causes = [] if balances else [forbidden(where, why)]
    if notes[_SOURCES].strip() and held.get(_SOURCES) != notes[_SOURCES]:
        for one in notes[_SOURCES].split(","):
            causes += validate_range(one.strip(), where)
    return causes


def _load_balancer(spec: Obj, path: str) -> list[Cause]:
    """What only a load balancer may have."""
    causes: list[Cause] = []
    ports = spec.get("allocateLoadBalancerNodePorts")
    if ports is not None and spec.get("type") != "LoadBalancer":
        why = "may only be used when `type` is 'LoadBalancer'"
        causes.append(forbidden(f"{path}.allocateLoadBalancerNodePorts", why))
    return causes + _balancer_class(spec, path)


def _balancer_class(spec: Obj, path: str) -> list[Cause]:
    name, where = spec.get("loadBalancerClass"), f"{path}.loadBalancerClass"
    if name is None:
        return []
    if spec.get("type") == "LoadBalancer":
        return [invalid(where, name, wrong) for wrong in qualified_name(name)]
    return [forbidden(where, "may only be used when `type` is 'LoadBalancer'")]


def _port(port: Obj, names: set[str], path: str, *, needs_name: bool) -> list[Cause]:
    causes: list[Cause] = []
    name = port.get("name", "")
    if not name:
        if needs_name:
            causes.append(required(f"{path}.name"))
    else:
        causes += [invalid(f"{path}.name", name, why) for why in dns_label(name)]
        if name in names:
            causes.append(duplicate(f"{path}.name", name))
        names.add(name)
    number = port.get("port", 0)
    causes += [invalid(f"{path}.port", number, why) for why in port_number(number)]
    protocol = port.get("protocol", "")
    if not protocol:
        causes.append(required(f"{path}.protocol"))
    elif protocol not in _PROTOCOLS:
        causes.append(unsupported(f"{path}.protocol", protocol, _PROTOCOLS))
    target = port.get("targetPort", 0)
    wrong = port_name(target) if isinstance(target, str) else port_number(target)
    causes += [invalid(f"{path}.targetPort", target, why) for why in wrong]
    application = port.get("appProtocol")
    if application is not None:
        causes += [
            invalid(f"{path}.appProtocol", application, why) for why in qualified_name(application)
        ]
    return causes


def _addresses(spec: Obj, old: Container[str], path: str) -> list[Cause]:
    """Addresses and families, which have to agree."""
    if spec.get("type") == "ExternalName":
        return []
    causes: list[Cause] = []
    address, addresses = spec.get("clusterIP", ""), spec.get("clusterIPs") or []
    families, policy = spec.get("ipFamilies") or [], spec.get("ipFamilyPolicy")
    where = f"{path}.clusterIPs"
    if address and not addresses:
        causes.append(required(where))
    elif address and addresses[0] != address:
        causes.append(invalid(where, addresses, "first value must match `clusterIP`"))
    elif not address and addresses:
        why = "must be empty when `clusterIP` is not specified"
        causes.append(invalid(where, addresses, why))
    for index, family in enumerate(families):
        at = f"{path}.ipFamilies[{index}]"
        if family not in _FAMILIES:
            causes.append(unsupported(at, family, _FAMILIES))
        if family in families[:index]:
            causes.append(duplicate(at, Named(family)))
    if policy is not None and policy not in _FAMILY_POLICIES:
        causes.append(unsupported(f"{path}.ipFamilyPolicy", policy, _FAMILY_POLICIES))
    wrong: list[Cause] = []
    for index, one in enumerate(addresses):
        if index == 0 and one == _NONE:
            if len(addresses) > 1:
                why = "'None' must be the first and only value"
                wrong.append(invalid(where, addresses, why))
        else:
            wrong += validate_address(one, f"{where}[{index}]", old)
    causes += wrong
    if len(addresses) > 2:
        causes.append(invalid(where, addresses, "may only hold up to 2 values"))
    if wrong:
        return causes
    if len(addresses) > 1 and {_version(one) for one in addresses} != {4, 6}:
        why = "may specify no more than one IP for each IP family"
        causes.append(invalid(where, addresses, why))
    if not _headless(spec):
        for index, (one, family) in enumerate(zip(addresses, families, strict=False)):
            if family in _FAMILIES and f"IPv{_version(one)}" != family:
                why = f"expected an {family} value as indicated by `ipFamilies[{index}]`"
                causes.append(invalid(f"{where}[{index}]", one, why))
    return causes


def _version(address: str) -> int | None:
    found = parsed(address)
    return None if found is None else found.version


def _unique(ports: list[Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    nodes: set[tuple[object, object]] = set()
    for index, port in enumerate(ports):
        node = (port.get("nodePort"), port.get("protocol"))
        if node[0] and node in nodes:
            causes.append(duplicate(f"{path}.ports[{index}].nodePort", node[0]))
        nodes.add(node)
    seen: set[tuple[object, object]] = set()
    for index, port in enumerate(ports):
        key = (port.get("port"), port.get("protocol"))
        if key in seen:
            shown = {
                "Name": "",
                "Protocol": key[1],
                "AppProtocol": None,
                "Port": key[0],
                "TargetPort": 0,
                "NodePort": 0,
            }
            causes.append(duplicate(f"{path}.ports[{index}]", shown))
        seen.add(key)
    return causes


def _policies(spec: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    kind, external = spec.get("type"), spec.get("externalTrafficPolicy")
    outside = kind in ("NodePort", "LoadBalancer") or (
        kind == "ClusterIP" and spec.get("externalIPs")
    )
    where = f"{path}.externalTrafficPolicy"
    if external and not outside:
        why = "may only be set for externally-accessible services"
        causes.append(invalid(where, Named(external), why))
    elif outside and not external:
        causes.append(required(where))
    elif external and external not in _TRAFFIC:
        causes.append(unsupported(where, external, _TRAFFIC))
    check = spec.get("healthCheckNodePort")
    if check and not (kind == "LoadBalancer" and external == "Local"):
        why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        causes.append(invalid(f"{path}.healthCheckNodePort", check, why))
    elif check:
        where = f"{path}.healthCheckNodePort"
        causes += [invalid(where, check, why) for why in port_number(check)]
    internal = spec.get("internalTrafficPolicy")
    if internal is not None and internal not in _TRAFFIC:
        causes.append(unsupported(f"{path}.internalTrafficPolicy", internal, _TRAFFIC))
    spread = spec.get("trafficDistribution")
    if spread is not None and spread not in _DISTRIBUTIONS:
        where = f"{path}.trafficDistribution"
        causes.append(unsupported(where, spread, _DISTRIBUTIONS, plain=True))
    return causes
