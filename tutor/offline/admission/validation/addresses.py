"""IP addresses and ranges of them.

Fields older than the strict rules take what those take, but not "010.0.0.1", nor an IPv4 address in
the form of IPv6, nor a range with bits beyond its prefix (StrictIPCIDRValidation, on since 1.36).

Source: apimachinery ``pkg/util/validation/ip.go``.
"""

import re
from collections.abc import Container
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from tutor.offline.admission.gojson import quote
from tutor.offline.admission.validation.fields import invalid
from tutor.offline.errors import Cause

Address = IPv4Address | IPv6Address
NO_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
NO_RANGE = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
_MAPPED = "must not be an IPv4-mapped IPv6 address"
_DOTTED = re.compile(r"(?P<before>.*:)?(?P<dotted>[0-9]+(?:\.[0-9]+){3})", re.ASCII)


def _strict(text: str) -> Address | None:
    try:
        return None if "%" in text else ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def parsed(text: str) -> Address | None:
    """The address a text means, as Kubernetes has always read it: with zeros before its numbers."""
    found = _strict(text)
    match = _DOTTED.fullmatch(text) if found is None and len(text) < 256 else None
    if match is not None:
        dotted = ".".join(str(int(number)) for number in match["dotted"].split("."))
        found = _strict(f"{match['before'] or ''}{dotted}")
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def _mapped(found: Address | None) -> bool:
    return isinstance(found, IPv6Address) and found.ipv4_mapped is not None


def validate_address(text: str, path: str, old: Container[str] = ()) -> list[Cause]:
    """What is wrong with an address. Those that were there before may stay."""
    if text in old:
        return []
    if parsed(text) is None:
        return [invalid(path, text, NO_ADDRESS)]
    strict = _strict(text)
    if strict is None:
        return [invalid(path, text, "must not have leading 0s")]
    return [invalid(path, text, _MAPPED)] if _mapped(strict) else []


def validate_strict_address(text: str, path: str) -> list[Cause]:
    """What is wrong with an address that has to be written as it is printed."""
    causes, found = validate_address(text, path), parsed(text)
    if causes or found is None or str(found) == text:
        return causes
    return [invalid(path, text, f"must be in canonical form ({quote(str(found))})")]


def validate_range(text: str, path: str, old: Container[str] = ()) -> list[Cause]:
    """What is wrong with a range of addresses. Those that were there before may stay."""
    if text in old:
        return []
    address, slash, bits = text.partition("/")
    found = parsed(address)
    most = 128 if ":" in address else 32
    digits = slash and bits.isascii() and bits.isdigit() and len(bits) < 9
    if found is None or not digits or int(bits) > most:
        return [invalid(path, text, NO_RANGE)]
    strict = _strict(address)
    if strict is None or str(int(bits)) != bits:
        return [invalid(path, text, "must not have leading 0s in IP or prefix length")]
    if _mapped(strict):
        return [invalid(path, text, "must not have an IPv4-mapped IPv6 address")]
    try:
        ip_network(text)
    except ValueError:
        return [invalid(path, text, "must not have bits set beyond the prefix length")]
    return []


def address_warnings(text: str, path: str) -> list[str]:
    """What the server says to an address that it takes and would write otherwise."""
    found, strict = parsed(text), _strict(text)
    if found is None:
        return []
    if strict is None or _mapped(strict):
        return [
            f"{path}: non-standard IP address {quote(text)} is invalid: use {quote(str(found))}"
        ]
    if isinstance(strict, IPv6Address) and str(strict) != text:
        canonical = quote(str(strict))
        return [
            f"{path}: IPv6 address {quote(text)} should be in RFC 5952 canonical format"
            f" ({canonical})"
        ]
    return []


def range_warnings(text: str, path: str) -> list[str]:
    """What the server says to a range that it takes and would write otherwise."""
    try:
        found = ip_network(text)
    except ValueError:
        return []
    if found.version == 4 or str(found) == text:
        return []
    return [
        f"{path}: IPv6 CIDR value {quote(text)} should be in RFC 5952 canonical format"
        f" ({quote(str(found))})"
    ]


@lru_cache(maxsize=4096)
def beyond_endpoints(text: str) -> tuple[str, ...]:
    """Why nothing can be reached at an address.

    Source: ``ValidateEndpointIP`` in ``pkg/apis/core/validation/validation.go``.
    """
    found = parsed(text)
    if found is None:
        return ("must be a valid IP address",)
    first, second = found.packed[:2]
    local = found in _LOCAL_4 if found.version == 4 else first == 0xFF and second & 0xF == 2
    wrong = {
        f"may not be unspecified ({text})": found.is_unspecified,
        "may not be in the loopback range (127.0.0.0/8, ::1/128)": found.is_loopback,
        "may not be in the link-local range (169.254.0.0/16, fe80::/10)": found.is_link_local,
        "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)": local,
    }
    return tuple(why for why, holds in wrong.items() if holds)


_LOCAL_4 = ip_network("224.0.0.0/24")
