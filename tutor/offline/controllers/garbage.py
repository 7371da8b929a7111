"""The garbage collector: what goes, waits or is let go when an owner is deleted.

A key's name holds the resource and the name: ``pods/web-0``.

Source: pkg/controller/garbagecollector/garbagecollector.go, v1.36.
"""

from collections.abc import Iterable

from tutor.offline import custom
from tutor.offline.deletion import FOREGROUND, ORPHAN
from tutor.offline.errors import ApiError
from tutor.offline.objects import (
    Obj,
    meta,
    name_of,
    namespace_of,
    owners_of,
    terminating,
    uid_of,
)
from tutor.offline.plan import CUSTOM, Delete, Key, Outcome, Plan, Record, Retry, Update, View
from tutor.offline.resources import RESOURCES, Resource

_IGNORED = frozenset({"events"})


def _key(resource: str, obj: Obj) -> Key:
    return Key(namespace_of(obj), f"{resource}/{name_of(obj)}")


def _held_by(obj: Obj, finalizer: str) -> bool:
    return terminating(obj) and finalizer in (meta(obj).get("finalizers") or ())


class GarbageCollector:
    """Deletes what has lost its owners, and sees foreground and orphan deletions through."""

    name = "garbage-collector-controller"
    watches = (*(one.name for one in RESOURCES if one.name not in _IGNORED), CUSTOM)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The object where its owners or its deletion changed; of one that is gone its kin."""
        if after is None:
            return self._kin(view, before or {})
        begins = any(
            _held_by(after, one) and not (before is not None and _held_by(before, one))
            for one in (ORPHAN, FOREGROUND)
        )
        waits = _held_by(after, ORPHAN) or _held_by(after, FOREGROUND)
        had = list(owners_of(before)) if before is not None else []
        has = list(owners_of(after))
        if waits:
            return (_key(resource, after),) if begins or had != has else ()
        changed = has != had and bool(has)
        freed = [one for one in had if one not in has]
        keys = [_key(resource, after)] if changed and not terminating(after) else []
        return keys + self._waiting(view, after, freed)

    def _kin(self, view: View, gone: Obj) -> list[Key]:
        keys = [_key(name, one) for name, one in view.dependents(uid_of(gone))]
        return keys + self._waiting(view, gone, owners_of(gone))

    @staticmethod
    def _waiting(view: View, obj: Obj, owners: Iterable[Obj]) -> list[Key]:
        """The owners that wait for this object to be gone."""
        keys = []
        for reference in owners:
            found, owner = _owner(view, obj, reference)
            if found is not None and owner is not None and _held_by(owner, FOREGROUND):
                keys.append(_key(found.name, owner))
        return keys

    def sync(self, view: View, key: Key) -> Plan:
        """Look after one object.

        Raises:
            Retry: A write was refused.
        """
        resource, _, name = key.name.partition("/")
        obj = view.get(resource, key.namespace, name)
        if obj is None:
            return
        if _held_by(obj, ORPHAN):
            yield from self._orphan(view, resource, obj)
        elif _held_by(obj, FOREGROUND):
            yield from self._foreground(view, resource, obj)
        elif not terminating(obj):
            yield from self._examine(view, resource, obj)

    # -- an owner being deleted

    def _orphan(self, view: View, resource: str, owner: Obj) -> Plan:
        """Let every dependent go, then the owner."""
        for name, one in tuple(view.dependents(uid_of(owner))):
            _settled((yield _without_owners(name, one, {uid_of(owner)})))
        yield from self._release(view, resource, owner, ORPHAN)

    def _foreground(self, view: View, resource: str, owner: Obj) -> Plan:
        """Delete the dependents; the owner goes when none is left that blocks it."""
        dependents = tuple(view.dependents(uid_of(owner)))
        for name, one in dependents:
            if not terminating(one):
                yield from self._examine(view, name, one)
        left = [
            reference
            for _, one in view.dependents(uid_of(owner))
            for reference in owners_of(one)
            if reference.get("uid") == uid_of(owner) and reference.get("blockOwnerDeletion")
        ]
        if not left:
            yield from self._release(view, resource, owner, FOREGROUND)

    @staticmethod
    def _release(view: View, resource: str, owner: Obj, finalizer: str) -> Plan:
        current = view.get(resource, namespace_of(owner), name_of(owner))
        if current is None or uid_of(current) != uid_of(owner):
            return
        held = [one for one in meta(current).get("finalizers") or () if one != finalizer]
        metadata = {name: value for name, value in meta(current).items() if name != "finalizers"}
        if held:
            metadata["finalizers"] = held
        _settled((yield Update(resource, {**current, "metadata": metadata})))

    # -- a dependent

    def _examine(self, view: View, resource: str, obj: Obj) -> Plan:
        """Delete an object without a living owner; drop references to owners that are gone."""
        references = list(owners_of(obj))
        if not references:
            return
        solid, dangling, waiting = 0, set(), set()
        for reference in references:
            found, owner = _owner(view, obj, reference)
            if found is None:
                return  # a kind that is not served: nobody knows whether it lives
            if owner is not None and _held_by(owner, FOREGROUND):
                waiting.add(reference.get("uid", ""))
            elif owner is not None:
                solid += 1
            else:
                dangling.add(reference.get("uid", ""))
                yield from self._elsewhere(view, obj, found, reference)
        if solid:
            if dangling or waiting:
                _settled((yield _without_owners(resource, obj, dangling | waiting)))
            return
        dependents = tuple(view.dependents(uid_of(obj))) if waiting else ()
        if dependents:
            if any(_held_by(one, FOREGROUND) for _, one in dependents):
                # Perhaps a circle of owners, each waiting for the next: this one blocks no longer.
                _settled((yield _unblocking(resource, obj)))
            policy = "Foreground"
        elif ORPHAN in (meta(obj).get("finalizers") or ()):
            policy = "Orphan"
        elif FOREGROUND in (meta(obj).get("finalizers") or ()):
            policy = "Foreground"
        else:
            policy = "Background"
        _settled((yield Delete(resource, namespace_of(obj), name_of(obj), uid_of(obj), policy)))

    @staticmethod
    def _elsewhere(view: View, obj: Obj, found: Resource, reference: Obj) -> Plan:
        """Say so where an owner was named that lives in another namespace."""
        uid = reference.get("uid", "")
        if not found.namespaced or not any(
            uid_of(one) == uid
            for one in view.list(found.name)
            if name_of(one) == reference.get("name") and namespace_of(one) != namespace_of(obj)
        ):
            return
        text = (
            f"ownerRef [{found.api_version}/{found.kind}, namespace: {namespace_of(obj)}, name: "
            f"{reference.get('name', '')}, uid: {uid}] does not exist in namespace "
            f'"{namespace_of(obj)}"'
        )
        yield Record(obj, "Warning", "OwnerRefInvalidNamespace", text)


def _owner(view: View, obj: Obj, reference: Obj) -> tuple[Resource | None, Obj | None]:
    """The resource an owner reference speaks of, and the owner if it still lives."""
    found = custom.of_kind(
        view, str(reference.get("apiVersion", "")), str(reference.get("kind", ""))
    )
    if found is None:
        return None, None
    namespace = namespace_of(obj)
    if found.namespaced and not namespace:
        return None, None
    owner = view.get(found.name, namespace if found.namespaced else "", reference.get("name", ""))
    if owner is None or uid_of(owner) != reference.get("uid"):
        return found, None
    return found, owner


def _without_owners(resource: str, obj: Obj, gone: set[str]) -> Update:
    kept = [one for one in owners_of(obj) if one.get("uid") not in gone]
    metadata = {name: value for name, value in meta(obj).items() if name != "ownerReferences"}
    if kept:
        metadata["ownerReferences"] = kept
    return Update(resource, {**obj, "metadata": metadata})


def _unblocking(resource: str, obj: Obj) -> Update:
    references = [
        {**one, "blockOwnerDeletion": False} if one.get("blockOwnerDeletion") else one
        for one in owners_of(obj)
    ]
    return Update(resource, {**obj, "metadata": {**meta(obj), "ownerReferences": references}})


def _settled(outcome: Outcome) -> None:
    if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
        raise Retry(outcome.message)
