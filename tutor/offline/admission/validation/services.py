"""Services.

Source: ``ValidateService`` in ``pkg/apis/core/validation/validation.go``.
"""

from ipaddress import ip_address

from tutor.offline.admission.validation.fields import (
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
_NONE = "None"


def validate_service(obj: Obj) -> list[Cause]:
    """What is wrong with a new Service."""
    return validate_metadata(meta(obj), dns_label) + _spec(obj.get("spec") or {}, "spec")


def validate_service_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of a Service."""
    causes = validate_metadata_update(meta(new), meta(old), dns_label)
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    causes += _spec(spec, "spec")
    if "ExternalName" in (spec.get("type"), before.get("type")):
        return causes
    had, has = before.get("clusterIPs") or [], spec.get("clusterIPs") or []
    if had and not has:
        causes.append(invalid("spec.clusterIPs[0]", has, "primary clusterIP can not be unset"))
    elif had and had[0] != has[0]:
        causes.append(invalid("spec.clusterIPs[0]", has, "may not change once set"))
    families, were = spec.get("ipFamilies") or [], before.get("ipFamilies") or []
    if families and were and families[0] != were[0]:
        causes.append(invalid("spec.ipFamilies[0]", families, "may not change once set"))
    return causes


def _spec(spec: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    kind, address = spec.get("type", ""), spec.get("clusterIP", "")
    ports = spec.get("ports") or []
    headless = address == _NONE
    if not ports and not headless and kind != "ExternalName":
        causes.append(required(f"{path}.ports"))
    if kind == "LoadBalancer" and headless:
        why = "may not be set to 'None' for LoadBalancer services"
        causes.append(invalid(f"{path}.clusterIPs[0]", address, why))
    elif kind == "NodePort" and headless:
        why = "may not be set to 'None' for NodePort services"
        causes.append(invalid(f"{path}.clusterIPs[0]", address, why))
    elif kind == "ExternalName":
        if address or spec.get("clusterIPs"):
            why = "may not be set for ExternalName services"
            causes.append(forbidden(f"{path}.clusterIPs", why))
        name = spec.get("externalName", "").removesuffix(".")
        if not name:
            causes.append(required(f"{path}.externalName"))
        else:
            causes += [invalid(f"{path}.externalName", name, why) for why in dns_subdomain(name)]
    names: set[str] = set()
    for index, port in enumerate(ports):
        where = f"{path}.ports[{index}]"
        causes += _port(port, names, where, needs_name=len(ports) > 1, headless=headless)
    causes += validate_labels(spec.get("selector"), f"{path}.selector")
    affinity = spec.get("sessionAffinity", "")
    if not affinity:
        causes.append(required(f"{path}.sessionAffinity"))
    elif affinity not in ("ClientIP", "None"):
        causes.append(unsupported(f"{path}.sessionAffinity", affinity, ("ClientIP", "None")))
    if kind not in _TYPES:
        causes.append(
            unsupported(f"{path}.type", kind, _TYPES) if kind else required(f"{path}.type")
        )
    causes += _addresses(spec, path)
    causes += _unique(ports, path)
    return causes + _policies(spec, path)


def _port(
    port: Obj, names: set[str], path: str, *, needs_name: bool, headless: bool
) -> list[Cause]:
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
    if application:
        causes += [
            invalid(f"{path}.appProtocol", application, why) for why in qualified_name(application)
        ]
    return causes


def _addresses(spec: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    address, addresses = spec.get("clusterIP", ""), spec.get("clusterIPs") or []
    if spec.get("type") == "ExternalName":
        return causes
    if addresses and address != addresses[0]:
        why = "must match first value in `clusterIPs`" if address else "must be set"
        field = "clusterIP" if address else "clusterIPs"
        causes.append(invalid(f"{path}.{field}", address or addresses, why))
    for index, one in enumerate(addresses):
        where = f"{path}.clusterIPs[{index}]"
        if one == _NONE:
            if index:
                why = "must be empty when `clusterIPs[0]` is 'None'"
                causes.append(invalid(where, one, why))
            continue
        try:
            ip_address(one)
        except ValueError:
            why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            causes.append(invalid(where, one, why))
    return causes


def _unique(ports: list[Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    seen: set[tuple[object, object]] = set()
    nodes: set[tuple[object, object]] = set()
    for index, port in enumerate(ports):
        key = (port.get("port"), port.get("protocol"))
        if key in seen:
            shown = {"port": port.get("port"), "protocol": port.get("protocol")}
            go = {
                "Name": "",
                "Protocol": shown["protocol"],
                "AppProtocol": None,
                "Port": shown["port"],
                "TargetPort": 0,
                "NodePort": 0,
            }
            causes.append(duplicate(f"{path}.ports[{index}]", go))
        seen.add(key)
        node = (port.get("nodePort"), port.get("protocol"))
        if node[0]:
            if node in nodes:
                causes.append(duplicate(f"{path}.ports[{index}].nodePort", node[0]))
            nodes.add(node)
    return causes


def _policies(spec: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    kind = spec.get("type")
    if kind == "ClusterIP":
        for index, port in enumerate(spec.get("ports") or ()):
            if port.get("nodePort"):
                why = "may not be used when `type` is 'ClusterIP'"
                causes.append(forbidden(f"{path}.ports[{index}].nodePort", why))
    external = spec.get("externalTrafficPolicy")
    if external:
        if kind not in ("NodePort", "LoadBalancer") and not spec.get("externalIPs"):
            why = "may only be set for externally-accessible services"
            causes.append(invalid(f"{path}.externalTrafficPolicy", external, why))
        elif external not in ("Cluster", "Local"):
            values = ("Cluster", "Local")
            causes.append(unsupported(f"{path}.externalTrafficPolicy", external, values))
    internal = spec.get("internalTrafficPolicy")
    if internal is not None and internal not in ("Cluster", "Local"):
        values = ("Cluster", "Local")
        causes.append(unsupported(f"{path}.internalTrafficPolicy", internal, values))
    return causes
