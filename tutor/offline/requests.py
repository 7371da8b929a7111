"""What a request says besides its object, and the door admission stands in.

The registry calls an :class:`Admission` in this order (in parentheses its own part)::

    create:  decode → (names, namespace, system fields, status) → manage → create → store
    update:  decode → (versions, what the subresource may change) → manage → update → store
    patch:   patch  → as update, or as create where an apply finds nothing
    delete:  delete → (preconditions, grace, finalizers) → store

``manage`` sees objects after the registry has put back what the request may not change, so fields
that were reset count as unchanged. Warnings go to ``request.warnings``.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from tutor.offline.objects import Obj, copy_of
from tutor.offline.plan import View
from tutor.offline.refusals import bad_request
from tutor.offline.resources import Resource

PatchType = Literal["merge", "strategic", "json", "apply"]


class Raw(NamedTuple):
    """A body as it came over the wire. Where one is taken, the JSON value it means is, too.

    Attributes:
        data: The bytes.
        content_type: Their media type; empty for JSON.
        parsed: What they say, or why they say nothing, where they were read before.
    """

    data: bytes
    content_type: str = ""
    parsed: Any = None


class Random(Protocol):
    """The one source of randomness, handed in; ``random.Random`` is one."""

    def getrandbits(self, k: int, /) -> int:
        """A number of so many random bits."""


@dataclass(slots=True)
class Request:
    """One request for a change.

    Attributes:
        verb: ``create``, ``update``, ``patch``, ``delete``, ``deletecollection``.
        resource: Of what.
        namespace: Of the path; empty for the whole cluster.
        name: Of the path; empty for a collection.
        subresource: Of the path: ``status``, ``scale`` …
        dry_run: Nothing is stored.
        field_manager: ``?fieldManager=``, else the first part of the User-Agent.
        field_validation: ``Strict``, ``Warn``, ``Ignore``.
        force: ``?force=true`` of an apply.
        patch_type: Of a patch; empty otherwise.
        user: Who asks.
        trusted: From a controller of this cluster: the object needs no strict decoding.
        warnings: What the answer warns of, in order.
    """

    verb: str
    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    dry_run: bool = False
    field_manager: str = ""
    field_validation: str = "Warn"
    force: bool = False
    patch_type: PatchType | Literal[""] = ""
    user: str = "kubernetes-admin"
    trusted: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def kind(self) -> tuple[str, str]:
        """``apiVersion`` and ``kind`` of the request's body."""
        below = self.resource.subresources.get(self.subresource)
        if below is None:
            return self.resource.api_version, self.resource.kind
        if below.version:
            return f"{below.group}/{below.version}", below.kind
        return self.resource.api_version, below.kind


class Admission(Protocol):
    """Decoding, defaults, plugins, validation, patches and field ownership.

    Every method may raise :class:`~tutor.offline.errors.ApiError`. Objects passed in are shared:
    none may be changed. ``view`` shows the cluster as it is.
    """

    def decode(self, request: Request, body: Any) -> Obj:  # noqa: ANN401
        """The object a body means: known fields of the right types, defaults set."""

    def patch(self, request: Request, current: Obj | None, body: Any) -> Obj:  # noqa: ANN401
        """The object a patch makes of the current one, decoded and defaulted.

        ``request.patch_type`` says what the body is. ``current`` is None where an apply creates.
        An apply also sets ``metadata.managedFields``.
        """

    def manage(self, request: Request, old: Obj | None, new: Obj) -> Obj:
        """The new object with ``metadata.managedFields`` kept as the request changes them.

        Of an apply they are right already.
        """

    def create(self, request: Request, view: View, obj: Obj) -> Obj:
        """A new object after mutating plugins, and only if it is valid and allowed."""

    def update(self, request: Request, view: View, old: Obj, new: Obj) -> Obj:
        """A changed object after mutating plugins, and only if the change is valid and allowed."""

    def delete(self, request: Request, view: View, old: Obj) -> None:
        """Refuse a deletion, or let it happen."""


class Bare:
    """Admission that takes everything as it comes: for tests of what lies behind it.

    Patches are JSON merge patches (RFC 7386) whatever they are called.
    """

    def decode(self, request: Request, body: Any) -> Obj:  # noqa: ANN401
        """The body itself."""
        if not isinstance(body, dict):
            raise bad_request("the object provided is unrecognized")
        api_version, kind = request.kind
        return {"apiVersion": api_version, "kind": kind, **body}

    def patch(self, request: Request, current: Obj | None, body: Any) -> Obj:  # noqa: ANN401
        """The current object, merged."""
        merged = merge(copy_of(current or {}), body)
        return self.decode(request, merged)

    def manage(self, request: Request, old: Obj | None, new: Obj) -> Obj:
        """The object as it is."""
        return new

    def create(self, request: Request, view: View, obj: Obj) -> Obj:
        """The object as it is."""
        return obj

    def update(self, request: Request, view: View, old: Obj, new: Obj) -> Obj:
        """The object as it is."""
        return new

    def delete(self, request: Request, view: View, old: Obj) -> None:
        """Anything may go."""


def merge(target: Any, patch: Any) -> Any:  # noqa: ANN401
    """A JSON merge patch applied (RFC 7386); the target's dicts are changed."""
    if not isinstance(patch, dict):
        return patch
    if not isinstance(target, dict):
        target = {}
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        else:
            target[key] = merge(target.get(key), value)
    return target
