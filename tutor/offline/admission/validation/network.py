"""Endpoints, and Events.

Source: ``pkg/apis/core/validation/{validation.go,events.go}``.
"""

from tutor.offline.admission.validation.addresses import beyond_endpoints, validate_address
from tutor.offline.admission.validation.fields import (
    dns_label,
    dns_subdomain,
    invalid,
    qualified_name,
    required,
    unsupported,
)
from tutor.offline.admission.validation.metadata import (
    validate_metadata,
    validate_metadata_update,
)
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, dig, meta, namespace_of

_PROTOCOLS = ("SCTP", "TCP", "UDP")
_PORTS = range(1, 65536)
_SHORT, _NOTE = 128, 1024


def validate_endpoints(obj: Obj) -> list[Cause]:
    """What is wrong with Endpoints."""
    causes = validate_metadata(meta(obj), dns_subdomain)
    for index, subset in enumerate(obj.get("subsets") or ()):
        path = f"subsets[{index}]"
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            causes.append(required(path, "must specify `addresses` or `notReadyAddresses`"))
        for part in ("addresses", "notReadyAddresses"):
            for at, address in enumerate(subset.get(part) or ()):
                causes += _address(address, f"{path}.{part}[{at}]")
        ports = subset.get("ports") or ()
        for at, port in enumerate(ports):
            causes += _port(port, len(ports) > 1, f"{path}.ports[{at}]")
    return causes


def validate_endpoints_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of Endpoints."""
    causes = validate_metadata_update(meta(new), meta(old))
    if new.get("subsets") == old.get("subsets"):  # what was wrong with them may stay
        return causes + validate_metadata(meta(new), dns_subdomain)
    return causes + validate_endpoints(new)


def _address(address: Obj, path: str) -> list[Cause]:
    text = address.get("ip") or ""
    causes = validate_address(text, f"{path}.ip")
    if address.get("hostname"):
        name = address["hostname"]
        causes += [invalid(f"{path}.hostname", name, why) for why in dns_label(name)]
    if address.get("nodeName") is not None:
        name = address["nodeName"]
        causes += [invalid(f"{path}.nodeName", name, why) for why in dns_subdomain(name)]
    return causes + [invalid(f"{path}.ip", text, why) for why in beyond_endpoints(text)]


def _port(port: Obj, named: bool, path: str) -> list[Cause]:
    causes = []
    name = port.get("name") or ""
    if named and not name:
        causes.append(required(f"{path}.name"))
    elif name:
        causes += [invalid(f"{path}.name", name, why) for why in dns_label(name)]
    number = port.get("port", 0)
    if number not in _PORTS:
        why = "must be between 1 and 65535, inclusive"
        causes.append(invalid(f"{path}.port", number, why))
    protocol = port.get("protocol") or ""
    if not protocol:
        causes.append(required(f"{path}.protocol"))
    elif protocol not in _PROTOCOLS:
        causes.append(unsupported(f"{path}.protocol", protocol, _PROTOCOLS))
    if port.get("appProtocol") is not None:
        application = port["appProtocol"]
        causes += [
            invalid(f"{path}.appProtocol", application, why) for why in qualified_name(application)
        ]
    return causes


def validate_event_update(new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a change of an Event of the older kind."""
    return validate_event(new)


def validate_event(obj: Obj) -> list[Cause]:
    """What is wrong with an Event, of the older or the newer kind."""
    causes = []
    namespace, about = namespace_of(obj), dig(obj, "involvedObject", "namespace", default="")
    newer = obj.get("eventTime") is not None
    homes = ("", "default", "kube-system") if newer else ("", "default")
    if (not about and namespace not in homes) or (about and not newer and about != namespace):
        causes.append(invalid("involvedObject.namespace", about, "does not match event.namespace"))
    if newer:
        causes += _named(obj)
    causes += [invalid("namespace", namespace, why) for why in dns_subdomain(namespace)]
    return causes


def _named(obj: Obj) -> list[Cause]:
    causes = []
    controller = obj.get("reportingComponent") or ""
    if not controller:
        causes.append(required("reportingComponent"))
    causes += [invalid("reportingComponent", controller, why) for why in qualified_name(controller)]
    for field in ("reportingInstance", "action"):
        value = obj.get(field) or ""
        if not value:
            causes.append(required(field))
        if len(value.encode()) > _SHORT:
            causes.append(invalid(field, "", f"can have at most {_SHORT} characters"))
    reason = obj.get("reason") or ""
    if not reason:
        causes.append(required("reason"))
    if len(reason.encode()) > _SHORT:
        causes.append(invalid("reason", "", f"can have at most {_SHORT} characters"))
    if len((obj.get("message") or "").encode()) > _NOTE:
        causes.append(invalid("message", "", f"can have at most {_NOTE} characters"))
    return causes
