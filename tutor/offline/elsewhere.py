"""What a v1.36.2 control plane serves and the offline cluster does not, so that it can say so.

Clients look a kind up in discovery before they ask for it. These kinds stand there without a verb:
kubectl finds them, sends its request and shows the refusal (``the offline cluster has no
CSINodes``), while ``kubectl api-resources``, ``get all`` and whoever looks for something to list or
to delete pass them over. Source: the discovery documents of v1.36.2.
"""

from dataclasses import dataclass

from tutor.offline import inert

_TABLE = """
v1
    ComponentStatus componentstatuses * cs
authentication.k8s.io/v1
    TokenReview tokenreviews *
networking.k8s.io/v1
    IPAddress ipaddresses * ip
    ServiceCIDR servicecidrs *
resource.k8s.io/v1
    ResourceSlice resourceslices *
storage.k8s.io/v1
    CSINode csinodes *
    CSIStorageCapacity csistoragecapacities
    VolumeAttachment volumeattachments *
"""
"""Kind, plural, ``*`` for objects of the whole cluster, short names."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """A resource that is not emulated.

    Attributes:
        group: API group; empty for the core group.
        version: Of the group.
        kind: ``CSINode``.
        plural: ``csinodes``.
        namespaced: Whether its objects would live in a namespace.
        short_names: What kubectl takes for it.
    """

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    short_names: tuple[str, ...]

    @property
    def several(self) -> str:
        """What more than one is called: ``CSINodes``, ``ComponentStatuses``."""
        return inert.several(self.kind, self.plural)


def _read() -> list[Unserved]:
    found: list[Unserved] = []
    group = version = ""
    for line in _TABLE.strip("\n").splitlines():
        if not line.startswith(" "):
            group, _, version = line.rpartition("/")
            continue
        kind, plural, *rest = line.split()
        names = tuple(rest[-1].split(",")) if rest and rest[-1] != "*" else ()
        found.append(Unserved(group, version, kind, plural, "*" not in rest, names))
    return found


UNSERVED = tuple(_read())
_BY_PATH = {(one.group, one.version, one.plural): one for one in UNSERVED}


def unserved(group: str, version: str, plural: str) -> Unserved | None:
    """The resource of a request path; None where a real cluster has none either."""
    return _BY_PATH.get((group, version, plural))
