"""What the server gives a Service: addresses, families, node ports; and what an update keeps of it.

Source: ``pkg/registry/core/service/storage/{alloc,storage}.go``, ``.../service/strategy.go``.
"""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from tutor.offline.errors import Cause
from tutor.offline.names import below
from tutor.offline.objects import Obj, meta, name_of
from tutor.offline.plan import View
from tutor.offline.refusals import invalid_object
from tutor.offline.requests import Random, Request

NONE = "None"
FIRST_PORT, LAST_PORT = 30000, 32767
_NETWORK = (10 << 24) + (96 << 16)
_ADDRESSES = 1 << 16
_WITH_PORTS = ("NodePort", "LoadBalancer")
_ALLOCATED = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")


def prepared(service: Obj) -> Obj:
    """A new Service with ``clusterIP`` and ``clusterIPs`` made to agree."""
    spec = dict(service.get("spec") or {})
    if spec.get("type") == "ExternalName":
        return service
    if spec.get("clusterIP") and not spec.get("clusterIPs"):
        spec["clusterIPs"] = [spec["clusterIP"]]
    return {**service, "spec": spec}


def kept(old: Obj, new: Obj) -> Obj:
    """A changed Service with what was given to the old one and the change does not mention."""
    before, spec = old.get("spec") or {}, dict(new.get("spec") or {})
    was, is_ = before.get("type"), spec.get("type")
    if was != "ExternalName" and is_ == "ExternalName":
        if spec.get("clusterIP") == before.get("clusterIP"):
            for name in (*_ALLOCATED, "internalTrafficPolicy"):
                if spec.get(name) == before.get(name):
                    spec.pop(name, None)
    elif was != "ExternalName":
        for name in ("clusterIP", "clusterIPs"):
            if not spec.get(name) and before.get(name):
                spec[name] = before[name]
        changed = spec.get("clusterIP") and spec["clusterIP"] != before.get("clusterIP")
        if changed and spec.get("clusterIPs") == before.get("clusterIPs"):
            spec["clusterIPs"] = [spec["clusterIP"]]
        for name in ("ipFamilies", "ipFamilyPolicy"):
            if not spec.get(name) and name in before:
                spec[name] = before[name]
    if _allocates_ports(before) and _allocates_ports(spec):
        spec["ports"] = _same_node_ports(before, spec)
    elif was in _WITH_PORTS and is_ not in _WITH_PORTS and _node_set(spec) <= _node_set(before):
        spec["ports"] = [
            {key: value for key, value in port.items() if key != "nodePort"}
            for port in spec.get("ports") or ()
        ]
    if _checks_health(before):
        if not spec.get("healthCheckNodePort") and _checks_health(spec):
            spec["healthCheckNodePort"] = before.get("healthCheckNodePort")
        same = spec.get("healthCheckNodePort") == before.get("healthCheckNodePort")
        if same and not _checks_health(spec):
            spec.pop("healthCheckNodePort", None)
    kept = spec.get("externalTrafficPolicy") == before.get("externalTrafficPolicy")
    if kept and _from_outside(before) and not _from_outside(spec):
        spec.pop("externalTrafficPolicy", None)
    if was == "LoadBalancer" != is_:
        for name in ("allocateLoadBalancerNodePorts", "loadBalancerClass"):
            if spec.get(name) == before.get(name):
                spec.pop(name, None)
    if not spec.get("ports"):
        spec.pop("ports", None)
    status = new.get("status") or {}
    if is_ != "LoadBalancer" and status.get("loadBalancer"):
        return {**new, "spec": spec, "status": {**status, "loadBalancer": {}}}
    return {**new, "spec": spec}


def _allocates_ports(spec: Obj) -> bool:
    """Whether every port of a Service is given a port of the nodes."""
    if spec.get("type") == "LoadBalancer":
        return spec.get("allocateLoadBalancerNodePorts") is not False
    return spec.get("type") == "NodePort"


def _checks_health(spec: Obj) -> bool:
    return spec.get("type") == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"


def _from_outside(spec: Obj) -> bool:
    inside = spec.get("type") == "ClusterIP" and not spec.get("externalIPs")
    return spec.get("type") != "ExternalName" and not inside


def _node_set(spec: Obj) -> set[int]:
    return {port["nodePort"] for port in spec.get("ports") or () if port.get("nodePort")}


def _same_node_ports(before: Obj, spec: Obj) -> list[Obj]:
    """The ports of a Service, each with the node port that was its own by its name.

    Source: patchAllocatedValues: one that another port has taken over is not given again.
    """
    taken = _node_set(before) & _node_set(spec)
    held = {port.get("name", ""): port.get("nodePort") for port in before.get("ports") or ()}
    ports = []
    for port in spec.get("ports") or ():
        own = held.get(port.get("name", ""))
        free = own and own not in taken and not port.get("nodePort")
        ports.append({**port, "nodePort": own} if free else port)
    return ports


def allocated(request: Request, view: View, service: Obj, random: Random) -> Obj:
    """A valid Service with its addresses and node ports.

    Raises:
        ApiError: 422 where an address or a port asked for is taken.
    """
    spec = dict(service.get("spec") or {})
    if spec.get("type") == "ExternalName":
        return service
    address = spec.get("clusterIP") or (spec.get("clusterIPs") or [""])[0]
    others = [one for one in view.list("services") if meta(one).get("uid") != meta(service)["uid"]]
    if not address:
        address = _free_address(others, random)
    elif address != NONE:
        why = _why_not(address, others)
        if why:
            message = f'Invalid value: ["{address}"]: failed to allocate IP {address}: {why}'
            raise invalid_object(
                request.resource,
                name_of(service),
                Cause("FieldValueInvalid", message, "spec.clusterIPs"),
            )
    spec["clusterIP"] = address
    spec["clusterIPs"] = spec.get("clusterIPs") or [address]
    if address == NONE and not spec.get("selector") and not spec.get("ipFamilyPolicy"):
        spec["ipFamilyPolicy"] = "RequireDualStack"
        spec["ipFamilies"] = spec.get("ipFamilies") or ["IPv4", "IPv6"]
    spec["ipFamilyPolicy"] = spec.get("ipFamilyPolicy") or "SingleStack"
    spec["ipFamilies"] = spec.get("ipFamilies") or ["IPv4"]
    if spec.get("type") in ("NodePort", "LoadBalancer"):
        spec["ports"] = _node_ports(request, service, spec, others, random)
    return {**service, "spec": spec}


def _of(service: Obj) -> Obj:
    return service.get("spec") or {}


def _why_not(address: str, others: list[Obj]) -> str:
    """Why an address cannot be given to a Service."""
    network = ip_network((_NETWORK, 16))
    if ip_address(address) not in network:
        return "the provided network does not match the current range"
    if ip_address(address) in (network.network_address, network.broadcast_address):
        return (
            f"the provided IP ({address}) is not in the valid range. The range of valid IPs is"
            f" {network}"
        )
    taken = any(_of(one).get("clusterIP") == address for one in others)
    return "provided IP is already allocated" if taken else ""


def _free_address(others: list[Obj], random: Random) -> str:
    taken = {_of(one).get("clusterIP") for one in others}
    while True:
        number = _NETWORK + 1 + below(random, _ADDRESSES - 2)
        address = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
        if address not in taken:
            return address


def _node_ports(
    request: Request, service: Obj, spec: Obj, others: list[Obj], random: Random
) -> list[Obj]:
    if spec.get("type") == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts") is False:
        return list(spec.get("ports") or ())
    taken = set(_taken(others))
    ports: list[Obj] = []
    for index, port in enumerate(spec.get("ports") or ()):
        wanted = port.get("nodePort")
        if wanted:
            why = ""
            if not FIRST_PORT <= wanted <= LAST_PORT:
                why = (
                    "provided port is not in the valid range. The range of valid ports is"
                    f" {FIRST_PORT}-{LAST_PORT}"
                )
            elif (wanted, port.get("protocol")) in taken:
                why = "provided port is already allocated"
            if why:
                raise invalid_object(
                    request.resource,
                    name_of(service),
                    Cause(
                        "FieldValueInvalid",
                        f"Invalid value: {wanted}: {why}",
                        f"spec.ports[{index}].nodePort",
                    ),
                )
        else:
            protocols = [port.get("protocol")]
            wanted = FIRST_PORT + below(random, LAST_PORT - FIRST_PORT + 1)
            while any((wanted, protocol) in taken for protocol in protocols):
                wanted = FIRST_PORT + below(random, LAST_PORT - FIRST_PORT + 1)
        taken.add((wanted, port.get("protocol")))
        ports.append({**port, "nodePort": wanted})
    return ports


def _taken(services: list[Obj]) -> Iterator[tuple[int, str]]:
    for service in services:
        for port in _of(service).get("ports") or ():
            if port.get("nodePort"):
                yield port["nodePort"], port.get("protocol", "TCP")
