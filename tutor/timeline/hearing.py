"""The offline store's changes as a watch of one namespace would tell them."""

from collections.abc import Iterable, Iterator

from tutor.model.timeline import Change
from tutor.offline.objects import meta, name_of, namespace_of, uid_of
from tutor.offline.resources import known, named
from tutor.offline.store import Change as Stored
from tutor.offline.store import Store

UNHEARD = frozenset({"leases.coordination.k8s.io", "namespaces", "endpoints"})
"""Resources whose changes tell a reader nothing."""


def _told(resource: str) -> bool:
    """Whether changes of a resource are told: those of custom resources are not."""
    return resource not in UNHEARD and known(resource)


def heard(stored: Iterable[Stored], namespace: str) -> Iterator[Change]:
    """What a watch of a namespace, and of what belongs to none, would tell.

    Args:
        stored: Changes of the store, oldest first.
        namespace: The namespace.
    """
    for one in stored:
        space = namespace_of(one.last)
        if not _told(one.resource) or space not in ("", namespace):
            continue
        if one.resource == "nodes" and one.before is not None and _same_node(one):
            continue
        kind, name = named(one.resource).kind, name_of(one.last)
        yield Change(
            one.time, one.version, kind, space, name, uid_of(one.last), one.before, one.after
        )


def there(store: Store, namespace: str) -> Iterator[Change]:
    """What a watch tells first: everything in a namespace, and what belongs to none."""
    for resource in store.resources():
        for one in store.list(resource) if _told(resource) else ():
            space = namespace_of(one)
            if space in ("", namespace):
                about = named(resource).kind, space, name_of(one), uid_of(one)
                yield Change(store.time_at(store.version), store.version, *about, None, one)


def _same_node(one: Stored) -> bool:
    """Whether only its heartbeat has changed."""
    if one.before is None or one.after is None:
        return False
    spec = one.before.get("spec"), one.after.get("spec")
    taken = meta(one.before).get("labels"), meta(one.after).get("labels")
    conditions = [
        [(part.get("type"), part.get("status")) for part in node["status"].get("conditions") or ()]
        for node in (one.before, one.after)
    ]
    return spec[0] == spec[1] and taken[0] == taken[1] and conditions[0] == conditions[1]
