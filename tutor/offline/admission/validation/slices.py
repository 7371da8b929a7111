"""EndpointSlices.

Source: ``pkg/apis/discovery/validation/validation.go``.
"""

from tutor.offline.admission.validation.addresses import (
    beyond_endpoints,
    parsed,
    validate_address,
    validate_strict_address,
)
from tutor.offline.admission.validation.fields import (
    IMMUTABLE,
    Named,
    dns_label,
    dns_subdomain,
    duplicate,
    invalid,
    label_value,
    qualified_name,
    required,
    too_many,
    unsupported,
)
from tutor.offline.admission.validation.metadata import validate_labels, validate_metadata
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

_TYPES = ("FQDN", "IPv4", "IPv6")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_MOST_ENDPOINTS, _MOST_ADDRESSES, _MOST_PORTS = 1000, 100, 20_000
_MOST_LABELS, _MOST_HINTS = 16, 8


def validate_slice(obj: Obj, old: Obj | None = None) -> list[Cause]:
    """What is wrong with an endpoint slice; what was wrong with its endpoints before may stay."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    kind = obj.get("addressType", "")
    if not kind:
        causes.append(required("addressType"))
    elif kind not in _TYPES:
        causes.append(unsupported("addressType", kind, _TYPES))
    causes += _ports(obj.get("ports") or [])
    endpoints = obj.get("endpoints") or []
    if old is not None and endpoints == (old.get("endpoints") or []):
        return causes
    if len(endpoints) > _MOST_ENDPOINTS:
        return [*causes, too_many("endpoints", len(endpoints), _MOST_ENDPOINTS)]
    for index, endpoint in enumerate(endpoints):
        causes += _endpoint(endpoint, kind, f"endpoints[{index}]")
    return causes


def validate_slice_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of an endpoint slice."""
    causes = validate_slice(new, old)
    if new.get("addressType") != old.get("addressType"):
        causes.append(invalid("addressType", Named(new.get("addressType", "")), IMMUTABLE))
    return causes


def _ports(ports: list[Obj]) -> list[Cause]:
    if len(ports) > _MOST_PORTS:
        return [too_many("ports", len(ports), _MOST_PORTS)]
    causes: list[Cause] = []
    names: set[str] = set()
    for index, port in enumerate(ports):
        where, name, protocol = f"ports[{index}]", port.get("name") or "", port.get("protocol")
        if name:
            causes += [invalid(f"{where}.name", name, why) for why in dns_label(name)]
        if name in names:
            causes.append(duplicate(f"{where}.name", Named(name)))
        names.add(name)
        if protocol is None:
            causes.append(required(f"{where}.protocol"))
        elif protocol not in _PROTOCOLS:
            causes.append(unsupported(f"{where}.protocol", protocol, _PROTOCOLS))
        application = port.get("appProtocol")
        if application is not None:
            causes += [
                invalid(f"{where}.appProtocol", application, why)
                for why in qualified_name(application)
            ]
    return causes


def _endpoint(endpoint: Obj, kind: str, path: str) -> list[Cause]:
    causes: list[Cause] = []
    addresses, where = endpoint.get("addresses") or [], f"{path}.addresses"
    if not addresses:
        causes.append(required(where, "must contain at least 1 address"))
    elif len(addresses) > _MOST_ADDRESSES:
        causes.append(too_many(where, len(addresses), _MOST_ADDRESSES))
    for index, address in enumerate(addresses):
        if kind == "FQDN":
            causes += _full_name(address, f"{where}[{index}]")
        elif kind in _TYPES:
            causes += _address(address, kind, where, index)
    node = endpoint.get("nodeName")
    if node is not None:
        causes += [invalid(f"{path}.nodeName", node, why) for why in dns_subdomain(node)]
    topology = endpoint.get("deprecatedTopology") or {}
    if len(topology) > _MOST_LABELS:
        causes.append(too_many(f"{path}.deprecatedTopology", len(topology), _MOST_LABELS))
    causes += validate_labels(topology, f"{path}.deprecatedTopology")
    name = endpoint.get("hostname")
    if name is not None:
        causes += [invalid(f"{path}.hostname", name, why) for why in dns_label(name)]
    hints = endpoint.get("hints")
    return causes if hints is None else causes + _hints(hints, f"{path}.hints")


def _address(address: str, kind: str, path: str, index: int) -> list[Cause]:
    where = f"{path}[{index}]"
    look = validate_address if kind == "IPv4" else validate_strict_address
    causes, found = look(address, where), parsed(address)
    if causes or found is None:
        return causes
    if f"IPv{found.version}" != kind:
        causes.append(invalid(path, address, f"must be an {kind} address"))
    return causes + [invalid(where, address, why) for why in beyond_endpoints(address)]


def _full_name(name: str, path: str) -> list[Cause]:
    if not name:
        return [required(path)]
    name = name.removesuffix(".")
    wrong = dns_subdomain(name)
    if wrong:
        return [invalid(path, name, ",".join(wrong))]
    parts = name.split(".")
    if len(parts) < 2:
        why = "should be a domain with at least two segments separated by dots"
        return [invalid(path, name, why)]
    for part in parts:
        wrong = dns_label(part)
        if wrong:
            return [invalid(path, part, ",".join(wrong))]
    return []


def _hints(hints: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    for field, rule in (("forZones", label_value), ("forNodes", dns_subdomain)):
        given, names = hints.get(field) or [], set[str]()
        if len(given) > _MOST_HINTS:
            return [*causes, too_many(f"{path}.{field}", len(given), _MOST_HINTS)]
        for index, one in enumerate(given):
            where, name = f"{path}.{field}[{index}].name", one.get("name", "")
            if name in names:
                causes.append(duplicate(where, name))
            names.add(name)
            causes += [invalid(where, name, why) for why in rule(name)]
    return causes
