"""What the API server does with a request, behind HTTP and in front of the store.

Users and controllers come through the same methods::

    registry.create(Request("create", named("pods"), "default"), body)   # → Obj
    registry.update(Request("update", named("pods"), "default", "web-0"), body)
    registry.patch(Request("patch", …, patch_type="merge"), body)        # → (Obj, created)
    registry.delete(Request("delete", …), options_of(body))              # → (Obj | Status, gone)
    registry.get(named("pods"), "default", "web-0")

A ``subresource`` in the request picks ``status``, ``scale``, ``finalize`` or ``binding``; what
other rooms add (``eviction`` …) is put into :attr:`Registry.handlers`. Everything refused is an
:class:`~tutor.offline.errors.ApiError` with the server's own words. Lists are in
``tutor.offline.listing``, watches in ``tutor.offline.watching``.

Source: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go, pkg/registry/rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from tutor.offline import binding, scale
from tutor.offline.clock import Clock, timestamp
from tutor.offline.deletion import DeleteOptions, decide
from tutor.offline.errors import ApiError, Cause
from tutor.offline.incoming import check_namespace, match_name, match_namespace, new_metadata
from tutor.offline.names import generated, uuid
from tutor.offline.objects import Obj, dig, meta, name_of, namespace_of, terminating, uid_of
from tutor.offline.plan import View
from tutor.offline.refusals import (
    already_exists,
    conflict,
    details_of,
    forbidden,
    full,
    invalid_object,
    not_found,
)
from tutor.offline.requests import Admission, Random, Raw, Request
from tutor.offline.resources import Resource, named
from tutor.offline.sharing import apart
from tutor.offline.store import LEASES, ROOM, Store
from tutor.offline.strategies import first_status, prepare_update

Handler: TypeAlias = Callable[[Request, Any], Obj]
"""Answers a request for a subresource: the request and its body in, the answer's body out."""

_IMMORTAL = frozenset({"default", "kube-public", "kube-system"})
_LEAVINGS = 8  # attempts at a generated name (RetryGenerateName)


class Registry:
    """The registries of all resources.

    Args:
        store: Where objects are kept.
        clock: Virtual time.
        random: For uids and generated names.
        admission: Decoding, defaults, validation, patches, ownership.
        view: What admission sees.

    Attributes:
        handlers: Subresources served elsewhere, by resource name and subresource name.
    """

    def __init__(
        self, store: Store, clock: Clock, random: Random, admission: Admission, view: View
    ) -> None:
        self.store = store
        self.clock = clock
        self.random = random
        self.admission = admission
        self.view = view
        self.handlers: dict[tuple[str, str], Handler] = {
            ("pods", "binding"): lambda request, body: binding.bind(self, request, body)
        }

    # -- reading

    def get(self, resource: Resource, namespace: str, name: str, subresource: str = "") -> Obj:
        """One object, or its scale.

        Raises:
            ApiError: 404.
        """
        obj = self.store.get(resource.name, _key(namespace, name))
        if obj is None:
            raise not_found(resource, name)
        return scale.of(obj, resource.scaled) if subresource == "scale" else obj

    # -- creating

    def create(self, request: Request, body: Any) -> Obj:  # noqa: ANN401
        """A new object, or what is asked for below one.

        Raises:
            ApiError: The refusal.
        """
        if request.subresource:
            return self.below(request, body)
        obj = self.admission.decode(request, body)
        return self._create(request, obj)

    def below(self, request: Request, body: Any) -> Obj:  # noqa: ANN401
        """The answer of a subresource that is served by a handler.

        Raises:
            ApiError: 404 where there is none.
        """
        handler = self.handlers.get((request.resource.name, request.subresource))
        if handler is None:
            raise ApiError(404, "NotFound", "the server could not find the requested resource", {})
        if isinstance(body, Raw):
            body = self.admission.decode(request, body)
        return handler(request, body)

    def _create(self, request: Request, obj: Obj) -> Obj:
        resource = request.resource
        metadata = new_metadata(request, obj, uuid(self.random), self.clock.now)
        check_namespace(self.store, request, str(metadata.get("name", "")))
        if metadata.get("resourceVersion") and not request.dry_run:  # only the store refuses it
            raise ApiError(500, "", "resourceVersion should not be set on objects to be created")
        generate = not metadata.get("name") and metadata.get("generateName")
        for attempt in range(_LEAVINGS if generate else 1):
            if generate:
                metadata = {**metadata, "name": generated(self.random, str(generate))}
            new = first_status(resource, {**obj, "metadata": metadata}, self.clock.now)
            new = self.admission.manage(request, None, new)
            new = self.admission.create(request, self.view, new)
            if not name_of(new):
                raise _nameless(resource)
            if self.store.get(resource.name, _key(request.namespace, name_of(new))) is None:
                break
            if attempt == _LEAVINGS - 1 or not generate:
                raise already_exists(resource, name_of(new))
        if request.dry_run:
            return new
        self._check_room(resource, None)
        return self.store.create(resource.name, new).last

    def _check_room(self, resource: Resource, old: Obj | None) -> None:
        """Refuse a new object, or one that grows, where there is no more room.

        There is a little more for what tells of it, and more for changes: they are the way out.

        Raises:
            ApiError: 500.
        """
        spare = ROOM // 2 if old is not None else ROOM // 8 if resource.name == "events" else 0
        if self.store.weight > ROOM + spare:
            raise full()

    # -- changing

    def update(self, request: Request, body: Any) -> tuple[Obj, bool]:  # noqa: ANN401
        """An object replaced, or what its subresource covers, and whether this created it.

        Raises:
            ApiError: The refusal.
        """
        new = self.admission.decode(request, body)
        match_name(request, new)
        return self._update(request, new)

    def patch(self, request: Request, body: Any) -> tuple[Obj, bool]:  # noqa: ANN401
        """An object patched, and whether an apply created it.

        Raises:
            ApiError: The refusal.
        """
        resource = request.resource
        if request.subresource and request.subresource not in resource.subresources:
            raise ApiError(404, "NotFound", "the server could not find the requested resource", {})
        current = self.store.get(resource.name, _key(request.namespace, request.name))
        if current is None:
            if request.patch_type != "apply" or request.subresource:
                raise not_found(resource, request.name)
            made = self.admission.patch(request, None, body)
            match_name(request, made)
            return self._create(request, made), True
        shown = scale.of(current, resource.scaled) if request.subresource == "scale" else current
        new = self.admission.patch(request, shown, body)
        match_name(request, new)
        return self._update(request, new)

    def _update(self, request: Request, new: Obj) -> tuple[Obj, bool]:
        resource = request.resource
        metadata = dict(meta(new))
        match_namespace(request, metadata)
        new = {**new, "metadata": metadata}
        old = self.store.get(resource.name, _key(request.namespace, request.name))
        if old is None:
            if resource.create_on_update and not request.subresource:
                return self._create(request, _unversioned(new)), True
            raise not_found(resource, request.name)
        self._check_versions(request, old, metadata)
        if request.subresource == "scale":
            changed = scale.apply(old, new, resource.scaled)
            new = prepare_update(resource, "", old, changed)
        else:
            new = prepare_update(resource, request.subresource, old, new)
        new["metadata"]["resourceVersion"] = meta(old)["resourceVersion"]
        new = self.admission.manage(request, old, new)
        new = self.admission.update(request, self.view, old, new)
        stored = self._replace(request, old, new)
        return (
            scale.of(stored, resource.scaled) if request.subresource == "scale" else stored
        ), False

    def _check_versions(self, request: Request, old: Obj, metadata: Mapping[str, Any]) -> None:
        resource, name = request.resource, request.name
        uid, version = metadata.get("uid"), metadata.get("resourceVersion")
        # A patch has no preconditions: what it does to the uid is for validation to refuse.
        checked = request.subresource != "scale" and request.verb != "patch"
        if uid and uid != uid_of(old) and checked:
            folder = resource.folder or resource.plural
            raise conflict(
                resource,
                name,
                "StorageError: invalid object, Code: 4, Key: "
                f"/registry/{folder}/{_key(request.namespace, name)}, ResourceVersion: 0, "
                f"AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in "
                f"object meta: {uid_of(old)}",
            )
        if not version or version == "0":
            if not resource.blind_update and not request.subresource:
                raise invalid_object(
                    resource,
                    name,
                    Cause(
                        "FieldValueInvalid",
                        "Invalid value: 0: must be specified for an update",
                        "metadata.resourceVersion",
                    ),
                )
        elif version != meta(old).get("resourceVersion"):
            raise conflict(resource, name)

    def _replace(self, request: Request, old: Obj, new: Obj) -> Obj:
        """Store a changed object; one that waited only for its finalizers goes."""
        resource = request.resource
        if _spent(resource, new):
            if not request.dry_run:
                self.store.delete(resource.name, _key(request.namespace, request.name))
            return new
        if new == old:
            return old
        if request.dry_run:
            return new
        if apart(new, old) > apart(old, new):
            self._check_room(resource, old)
        return self.store.update(resource.name, new).last

    def bind(self, pod: Obj) -> Obj:
        """Store a Pod that was given a node, past the rules for updates."""
        return self.store.update("pods", pod).last

    def renew(self, lease: Obj) -> Obj:
        """Store a lease renewed by its holder, past the rules: nothing beats as often.

        Raises:
            ApiError: 404 where it is gone.
        """
        resource = named(LEASES)
        old = self.store.get(LEASES, _key(namespace_of(lease), name_of(lease)))
        if old is None:
            raise not_found(resource, name_of(lease))
        return self.store.update(LEASES, {**old, "spec": lease["spec"]}).last

    # -- deleting

    def delete(self, request: Request, options: DeleteOptions) -> tuple[Obj, bool]:
        """Delete an object: the answer's body, and whether the object is gone.

        Raises:
            ApiError: The refusal.
        """
        resource, name = request.resource, request.name
        key = _key(request.namespace, name)
        old = self.store.get(resource.name, key)
        if old is None:
            raise not_found(resource, name)
        if resource.name == "namespaces":
            return self._delete_namespace(request, options, old)
        decide(resource, old, options, self.clock.now)  # its preconditions come first
        self.admission.delete(request, self.view, old)
        verdict = decide(resource, old, options, self.clock.now)
        dry = request.dry_run or options.dry_run
        current = old
        if verdict.marked is not None and verdict.marked != old:
            current = (
                verdict.marked if dry else self.store.update(resource.name, verdict.marked).last
            )
        if not verdict.gone:
            return current, False
        last = current if dry else self.store.delete(resource.name, key).last
        return (last if resource.returns_deleted else success(resource, old)), True

    def delete_collection(
        self, request: Request, options: DeleteOptions, selects: Callable[[Obj], bool]
    ) -> list[Obj]:
        """Delete the objects of a collection that are selected, all at once.

        Returns:
            The objects as they were, in order.

        Raises:
            ApiError: The first refusal; what was deleted before it stays deleted.
        """
        found = self.selected(request, selects)
        for obj in found:
            self.delete_selected(request, options, obj)
        return found

    def selected(self, request: Request, selects: Callable[[Obj], bool]) -> list[Obj]:
        """The objects of a collection that are selected, in order."""
        return [
            obj for obj in self.store.list(request.resource.name, request.namespace) if selects(obj)
        ]

    def delete_selected(self, request: Request, options: DeleteOptions, obj: Obj) -> None:
        """Delete one object of a collection; it may have gone meanwhile.

        Raises:
            ApiError: The refusal.
        """
        one = replace(request, namespace=namespace_of(obj), name=name_of(obj))
        try:
            self.delete(one, options)
        except ApiError as refused:
            if refused.code != 404:
                raise

    def _delete_namespace(
        self, request: Request, options: DeleteOptions, old: Obj
    ) -> tuple[Obj, bool]:
        """Mark a Namespace; its controller empties and finalizes it.

        Source: pkg/registry/core/namespace/storage/storage.go, Delete.
        """
        resource, name = request.resource, request.name
        if name in _IMMORTAL:
            raise forbidden(resource, name, "this namespace may not be deleted")
        decide(resource, old, options, self.clock.now)
        self.admission.delete(request, self.view, old)
        dry = request.dry_run or options.dry_run
        if not terminating(old):
            metadata = {**meta(old), "deletionTimestamp": timestamp(self.clock.now)}
            status = {**(old.get("status") or {}), "phase": "Terminating"}
            new = {**old, "metadata": metadata, "status": status}
            if not _spent(resource, new):
                return (new if dry else self.store.update(resource.name, new).last), False
        elif not _spent(resource, old):
            return old, False
        if not dry:
            self.store.delete(resource.name, name)
        return success(resource, old), True


def success(resource: Resource, obj: Obj) -> Obj:
    """The Status that answers a deletion."""
    details = details_of(resource, name_of(obj))
    details["uid"] = uid_of(obj)
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": details,
    }


def _key(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name


def _unversioned(obj: Obj) -> Obj:
    metadata = {name: value for name, value in meta(obj).items() if name != "resourceVersion"}
    return {**obj, "metadata": metadata}


def _spent(resource: Resource, obj: Obj) -> bool:
    """Whether nothing holds an object any more that is being deleted."""
    found = meta(obj)
    if "deletionTimestamp" not in found or found.get("finalizers"):
        return False
    if resource.name == "namespaces":
        return not dig(obj, "spec", "finalizers")
    return not found.get("deletionGracePeriodSeconds")


def _nameless(resource: Resource) -> ApiError:
    return invalid_object(
        resource,
        "",
        Cause(
            "FieldValueRequired",
            "Required value: name or generateName is required",
            "metadata.name",
        ),
    )
