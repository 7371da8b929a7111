"""The types of the API as the offline cluster serves them: those of the bundle, and a few more.

The bundle describes what people write. Beside it stand here the few types that only requests hold
(``Scale``, ``Eviction``, ``DeleteOptions``). Fields newer than the emulated version are unknown, as
they are to its server.
"""

import json
import pkgutil
from functools import cache

from tutor.manifest.schema_bundle import Bundle, Ref, Type

_EXTRA = {
    "Binding": "apiVersion=s kind=s metadata=ObjectMeta target=ObjectReference!",
    "DeleteOptions": (
        "apiVersion=s dryRun=[atomic:|:]s gracePeriodSeconds=l"
        " ignoreStoreReadErrorWithClusterBreakingPotential=b kind=s orphanDependents=b"
        " preconditions=Preconditions propagationPolicy=s"
    ),
    "Eviction": "apiVersion=s deleteOptions=DeleteOptions kind=s metadata=ObjectMeta",
    "Preconditions": "resourceVersion=s uid=s",
    "PriorityClass": (
        "apiVersion=s description=s globalDefault=b kind=s metadata=ObjectMeta preemptionPolicy=s"
        " value=i!"
    ),
    "Scale": "apiVersion=s kind=s metadata=ObjectMeta spec=ScaleSpec status=ScaleStatus",
    "ScaleSpec": "replicas=i",
    "ScaleStatus": "replicas=i! selector=s",
}
_EXTRA_KINDS = {
    "Binding": "v1",
    "DeleteOptions": "v1",
    "Eviction": "policy/v1",
    "PriorityClass": "scheduling.k8s.io/v1",
    "Scale": "autoscaling/v1",
}
_GROUPS = {
    "apps": "apps",
    "autoscaling": "autoscaling",
    "batch": "batch",
    "coordination.k8s.io": "coordination",
    "discovery.k8s.io": "discovery",
    "events.k8s.io": "events",
    "networking.k8s.io": "networking",
    "policy": "policy",
    "scheduling.k8s.io": "scheduling",
    "storage.k8s.io": "storage",
    "": "core",
}

_GRANULAR = (("PersistentVolumeSpec", "claimRef", "ObjectReference"),)
"""Fields whose parts have owners of their own, although their type has one as a whole elsewhere.

Source: ``+structType=granular`` in ``types.go`` of ``k8s.io/api``.
"""


@cache
def types() -> Bundle:
    """All types, those of requests included."""
    data = json.loads(pkgutil.get_data("tutor.manifest", "schema.json") or b"")
    minor = int(data["kubernetes"].partition(".")[2])
    for name, packed in data["types"].items():
        data["types"][name] = " ".join(
            field for field in packed.split() if not _newer(field, minor)
        )
    data["types"].update(_EXTRA)
    for owner, field, target in _GRANULAR:
        data["types"][f"granular.{target}"] = data["types"][target]
        packed = data["types"][owner]
        data["types"][owner] = packed.replace(f"{field}={target}", f"{field}=granular.{target}")
    for kind, api_version in _EXTRA_KINDS.items():
        data["kinds"].setdefault(kind, {})[api_version] = kind
    return Bundle(json.dumps(data))


def _newer(field: str, minor: int) -> bool:
    since = field.rpartition("@1.")[2] if "@1." in field else ""
    return bool(since) and int(since) > minor


def type_of(kind: str, api_version: str) -> Type:
    """The type of an object.

    Raises:
        KeyError: The cluster serves no such objects.
    """
    found = types().root(kind, api_version)
    if found is None:
        raise KeyError(f"{api_version} {kind}")
    return found


def registered(kind: str, api_version: str) -> bool:
    """Whether the real server's scheme knows the kind in that version, served or not."""
    bundle = types()
    if api_version in bundle.kinds.get(kind, ()) or api_version in bundle.removed.get(kind, ()):
        return True
    list_of = kind.removesuffix("List")
    return kind != list_of and registered(list_of, api_version)


def internal_name(kind: str, api_version: str) -> str:
    """What Go prints for the type the server works with: ``apps.StatefulSet``."""
    group = api_version.rpartition("/")[0]
    return f"{_GROUPS.get(group, group)}.{kind}"


def plain(ref: Ref) -> Ref:
    """What a list or a map holds, in the end."""
    while ref.item is not None:
        ref = ref.item
    return ref
