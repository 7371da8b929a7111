"""Where a server stands, read from its address alone: this machine, a machine in it, elsewhere.

Addresses are read strictly. What several programs would read in several ways (``127.1``, a
backslash, a name before an ``@``) is no address of this machine, and the address that is connected
to is put together anew from what was read.
"""

import enum
import ipaddress
import re
from dataclasses import dataclass
from typing import TypeAlias

from tutor.model.errors import ExitCode, TutorError

_SERVER = re.compile(
    r"(?:(?P<scheme>https?)://)?"
    r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})\]|(?P<host>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})))"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~/:@!$&'()*+,;=%-]*)?",
    re.IGNORECASE,
)
_PORTS = {"http": 80, "https": 443}

_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"),
            *("fc00::/7", "fe80::/10"),
        ),
    )
)
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

OF_THE_HOST = frozenset(
    {
        "gateway.docker.internal",
        "host.docker.internal",
        "host.k3d.internal",
        "host.lima.internal",
        "host.minikube.internal",
        "kubernetes.docker.internal",
        "k8s.orb.local",
    }
)
"""Names that Docker Desktop, k3d, Lima, minikube and OrbStack give this machine."""


class Place(enum.StrEnum):
    """Where an address leads to."""

    MACHINE = "machine"
    """The loopback."""
    HOST_NAME = "host-name"
    """A name of this machine that a local cluster's software made up."""
    NETWORK = "network"
    """A private network: of a virtual machine here, or of a whole company."""
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Server:
    """The address of an API server.

    Attributes:
        host: In lower case, without brackets.
        path: Empty, or with its leading slash.
    """

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def url(self) -> str:
        """What to connect to, without the path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def address(self) -> Address | None:
        """As a number; None for a name."""
        try:
            found = ipaddress.ip_address(self.host)
        except ValueError:
            return None
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            return found.ipv4_mapped
        return found

    @property
    def place(self) -> Place:
        """Where it stands."""
        address = self.address
        if address is None:
            name = self.host.removesuffix(".")
            if name == "localhost":
                return Place.MACHINE
            return Place.HOST_NAME if name in OF_THE_HOST else Place.ELSEWHERE
        # k3d writes 0.0.0.0, which leads to the loopback.
        if address.is_loopback or address.is_unspecified:
            return Place.MACHINE
        return Place.NETWORK if _is_private(address) else Place.ELSEWHERE

    def within(self, *networks: str) -> bool:
        """Whether its address lies in one of these networks."""
        address = self.address
        return address is not None and any(
            address in ipaddress.ip_network(network) for network in networks
        )


def parse(text: str, context: str) -> Server:
    """Read a cluster's ``server``.

    Args:
        text: As the kubeconfig has it.
        context: For the message.

    Raises:
        TutorError: ``context-server``.
    """
    match = _SERVER.fullmatch(text)
    port = 0
    if match:
        scheme = (match["scheme"] or "https").lower()
        port = int(match["port"]) if match["port"] else _PORTS[scheme]
    if not match or not 0 < port < 65536:
        raise TutorError("context-server", ExitCode.CLUSTER, context=context, server=text)
    host = match["six"] or match["host"]
    if match["six"]:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise TutorError(
                "context-server", ExitCode.CLUSTER, context=context, server=text
            ) from None
    path = (match["path"] or "").rstrip("/")
    return Server(scheme, host.lower(), port, path)


def _is_private(address: Address) -> bool:
    return any(address in network for network in _PRIVATE)


def stays(place: Place, addresses: list[str]) -> bool:
    """Whether what a name resolves to is where the name was judged to lead.

    Args:
        place: As judged by the name.
        addresses: What the system resolves it to.
    """
    found = [ipaddress.ip_address(one.partition("%")[0]) for one in addresses]
    if place is Place.MACHINE:
        return bool(found) and all(one.is_loopback or one.is_unspecified for one in found)
    return bool(found) and all(_is_private(one) or one.is_loopback for one in found)
