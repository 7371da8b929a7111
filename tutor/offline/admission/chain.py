"""Everything between the wire and the store, in the order of the real server."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from tutor.manifest.schema_bundle import Type
from tutor.offline import custom
from tutor.offline.admission import custom_schema, plugins, services
from tutor.offline.admission.apply import managers as owners
from tutor.offline.admission.apply import typed, upgrade
from tutor.offline.admission.apply.apply import applied, applier
from tutor.offline.admission.apply.managers import Manager
from tutor.offline.admission.decode import as_warnings, bad_request, decode
from tutor.offline.admission.defaults import default
from tutor.offline.admission.gates import without_disabled
from tutor.offline.admission.nulls import settled
from tutor.offline.admission.patching import patched
from tutor.offline.admission.resets import reset_fields
from tutor.offline.admission.typecheck import DecodeError, check
from tutor.offline.admission.types import type_of
from tutor.offline.admission.validation import validate_create, validate_update
from tutor.offline.admission.values import Json
from tutor.offline.admission.warnings import warnings_of
from tutor.offline.admission.wire import encode
from tutor.offline.clock import timestamp
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, dig, meta, name_of
from tutor.offline.plan import View
from tutor.offline.refusals import invalid
from tutor.offline.requests import Random, Raw, Request

_FROM_TEMPLATES = frozenset({"persistentvolumeclaims", "pods"})
"""What controllers make from templates: those in ControllerRevisions may be anybody's."""
_CANONICAL = {"endpoints": "subsets", "endpointslices.discovery.k8s.io": "endpoints"}
"""Long lists that their controllers write often, and as the server does: they are taken as such."""


def _schema(request: Request) -> Mapping[str, Any] | None:
    """What the body is held against where the resource is a custom one; None where it is not."""
    return None if request.subresource == "scale" else request.resource.schema


class Now(Protocol):
    """Something that tells the time."""

    @property
    def now(self) -> float:
        """Virtual time, seconds since the epoch."""


class Rules:
    """Admission as the real server does it.

    Args:
        clock: For the times of ``managedFields``.
        random: For what the server makes up: addresses, ports, the suffix of a token's volume.
        gates: Feature gates of this cluster.
    """

    def __init__(self, clock: Now, random: Random, gates: Mapping[str, bool]) -> None:
        self.clock = clock
        self.random = random
        self.gates = gates

    # -- bodies

    def decode(self, request: Request, body: Json) -> Obj:
        """The object a body means: known fields of the right types, defaults set.

        Raises:
            ApiError: 400 or 415.
        """
        api_version, kind = request.kind
        schema = _schema(request)
        if isinstance(body, Raw):
            checks = None if schema is None else partial(custom_schema.unknown, schema=schema)
            obj, warnings = decode(
                body,
                body.content_type,
                kind,
                api_version,
                request.field_validation,
                custom=checks,
            )
            request.warnings += warnings
        elif schema is not None and isinstance(body, dict):
            obj = {"kind": kind, "apiVersion": api_version, **body}
        elif not isinstance(body, dict):
            raise bad_request(f"the object provided is unrecognized (must be of type {kind})")
        else:
            obj = self._checked(request, body)
        return self._finished(obj, request, self._type(request))

    @staticmethod
    def _type(request: Request) -> Type:
        schema = _schema(request)
        if schema is not None:
            return custom_schema.reference(schema).type
        api_version, kind = request.kind
        return type_of(kind, api_version)

    def _checked(self, request: Request, body: Obj) -> Obj:
        api_version, kind = request.kind
        from_template = request.verb == "create" and request.resource.name in _FROM_TEMPLATES
        if not request.trusted or from_template:
            try:
                check(body, type_of(kind, api_version))
            except DecodeError as error:
                version = api_version.rpartition("/")[2]
                raise bad_request(
                    f'{kind} in version "{version}" cannot be handled as a {kind}: {error}'
                ) from None
        return {"kind": kind, "apiVersion": api_version, **body}

    def _finished(self, obj: Obj, request: Request, type_: Type) -> Obj:
        schema = _schema(request)
        if schema is not None:
            made = custom_schema.finished(obj, schema)
        elif request.trusted:
            made = self._of_ours(obj, request, type_)
        else:
            made = encode(default(settled(obj, type_), type_, self.gates), type_)
            _keep_empty(obj, made)
        api_version, kind = request.kind
        made["kind"], made["apiVersion"] = kind, api_version
        return made

    def _of_ours(self, obj: Obj, request: Request, type_: Type) -> Obj:
        """What a controller sends, without going through what it cannot have changed.

        Of an update of the status the rest is put back anyway; and none of ours writes owners.
        """
        metadata = meta(obj)
        held = metadata.get("managedFields")
        if held is not None:
            plain = {key: value for key, value in metadata.items() if key != "managedFields"}
            obj = {**obj, "metadata": plain}
        if request.subresource == "status":
            parts: Obj = {name: obj[name] for name in ("metadata", "status") if name in obj}
            encoded = encode(default(parts, type_, self.gates), type_)
            made: Obj = {**obj, **{name: encoded[name] for name in parts}}
        elif obj.get(canonical := _CANONICAL.get(request.resource.name, "")):
            rest = {name: value for name, value in obj.items() if name != canonical}
            made = encode(default(rest, type_, self.gates), type_)
            made[canonical] = obj[canonical]
        else:
            made = encode(default(obj, type_, self.gates), type_)
        if held is not None:
            made["metadata"] = {**made["metadata"], "managedFields": held}
        return made

    def patch(self, request: Request, current: Obj | None, body: Json) -> Obj:
        """The object a patch makes of the current one, decoded and defaulted.

        Raises:
            ApiError: 400, 409, 415, 422 or 500.
        """
        type_ = self._type(request)
        if request.patch_type == "apply":
            return self._apply(request, current, body, type_)
        schema = _schema(request)
        checks = None if schema is None else partial(custom_schema.unknown, schema=schema)
        if current is not None and schema is not None:
            current = custom.shown(request.resource, current)
        obj, strict = patched(request, current or {}, body, type_, checks)
        if request.field_validation != "Ignore":
            request.warnings += as_warnings(strict)
        return self._finished(obj, request, type_)

    def _apply(self, request: Request, current: Obj | None, body: Json, type_: Type) -> Obj:
        from tutor.offline.admission.patching import configuration

        config = configuration(request, body)
        api_version, kind = request.kind
        found = config.get("apiVersion") or ""
        if found != api_version or config.get("kind") != kind:
            raise bad_request(
                "incorrect version specified in apply patch. Specified patch version:"
                f" {found}, expected: {api_version}"
            )
        if meta(config).get("managedFields") is not None:
            raise bad_request("metadata.managedFields must be nil")
        live = current if current is not None else self._empty(request, type_)
        plain = owners.unmanaged(live)
        ref, reset = (
            typed.root(type_.name),
            reset_fields(request.resource, request.subresource),
        )
        now = timestamp(self.clock.now)
        before = owners.read(current)
        if current is not None and not before:
            before = owners.unowned(
                api_version, request.subresource, typed.field_set(plain, ref), reset, now
            )
        result, managers = applied(
            plain,
            config,
            ref,
            before,
            applier(request.field_manager, request.subresource),
            api_version=api_version,
            reset=reset,
            force=request.force,
            allowed=upgrade.its_own(request.field_manager, plain, ref, api_version),
            now=now,
        )
        result = upgrade.noted(request.field_manager, result, config)
        try:
            if _schema(request) is None:
                check(result, type_)
            elif request.field_validation != "Ignore":
                self._strictly(request, result)
        except DecodeError as error:
            raise bad_request(str(error)) from None
        made = self._finished(result, request, type_)
        return self._steady(current, owners.managed(made, managers))

    @staticmethod
    def _strictly(request: Request, obj: Obj) -> None:
        """Tell, or refuse, the unknown fields of a custom resource that was applied."""
        found = custom_schema.unknown(obj, request.resource.schema or {})
        if found and request.field_validation == "Strict":
            raise bad_request(f"strict decoding error: {', '.join(found)}")
        request.warnings += as_warnings(found)

    def _empty(self, request: Request, type_: Type) -> Obj:
        return {} if request.resource.schema is not None else encode({}, type_)

    # -- owners

    def manage(self, request: Request, old: Obj | None, new: Obj) -> Obj:
        """The new object with ``metadata.managedFields`` kept as the request changes them."""
        if request.patch_type == "apply" and request.subresource != "scale":
            return new
        before = owners.read(old)
        sent = meta(new).get("managedFields")
        if old is not None:
            if not before or sent == [{}]:
                return owners.unmanaged(new)  # the latter asks to forget all owners
            if sent and not request.subresource and sent != meta(old).get("managedFields"):
                before = owners.read(new) or before
        resource = request.resource
        type_ = self._type(replace(request, subresource=""))
        ref = typed.root(type_.name)
        live = owners.unmanaged(old) if old is not None else self._empty(request, type_)
        if old is not None and resource.schema is not None:
            live = custom.shown(resource, live)
        plain = owners.unmanaged(new)
        reset = reset_fields(resource, request.subresource)
        difference = typed.compare(live, plain, ref)
        if request.subresource == "scale":
            managers = self._scaled(request, before, difference)
        else:
            manager = Manager(
                request.field_manager, owners.UPDATE, resource.api_version, request.subresource
            )
            managers = owners.updated(before, manager, difference, reset, timestamp(self.clock.now))
        return self._steady(old, owners.managed(plain, managers))

    def _scaled(
        self, request: Request, before: owners.Managers, difference: typed.Difference
    ) -> owners.Managers:
        """Who owns the replicas after a Scale was written: noted only where somebody did before.

        Source: apimachinery ``util/managedfields/scalehandler.go``.
        """
        replicas = ("f:spec", "f:replicas")
        if not any(replicas in entry.fields for entry in before.values()):
            return before
        only = typed.Difference(
            difference.added & {replicas}, frozenset(), difference.modified & {replicas}
        )
        if not only.added | only.modified:
            return before
        manager = Manager(
            request.field_manager, owners.UPDATE, request.resource.api_version, "scale"
        )
        return owners.updated(before, manager, only, frozenset(), "")

    def _steady(self, old: Obj | None, new: Obj) -> Obj:
        """The new object; with the old times of its owners where nothing else changed."""
        if old is None:
            return new
        old_entries = meta(old).get("managedFields") or []
        entries = meta(new).get("managedFields") or []
        if owners.same_but_for_times(old_entries, entries):
            restored = {**new, "metadata": {**meta(new), "managedFields": old_entries}}
            if restored == old:
                return restored
        return new

    # -- plugins and validation

    def create(self, request: Request, view: View, obj: Obj) -> Obj:
        """A new object after mutating plugins, and only if it is valid and allowed.

        Raises:
            ApiError: 403 or 422.
        """
        obj = plugins.mutate(request, view, obj, self.random)
        obj = without_disabled(obj, None, self.gates)
        if request.resource.name == "services":
            obj = services.prepared(obj)
        self._refuse(request, obj, self._wrong(request, None, obj))
        if not request.trusted:
            request.warnings += warnings_of(request.resource.kind, obj)
        if request.resource.name == "services":
            obj = services.allocated(request, view, obj, self.random)
        plugins.allow(request, view, None, obj)
        return self._phased(request, None, obj)

    def update(self, request: Request, view: View, old: Obj, new: Obj) -> Obj:
        """A changed object after mutating plugins, and only if the change is valid and allowed.

        Raises:
            ApiError: 403 or 422.
        """
        new = without_disabled(_dated(new, old), old, self.gates)
        if request.resource.name == "services" and not request.subresource:
            new = services.kept(old, new)
        new = plugins.mutate_update(request, view, old, new)
        self._refuse(request, new, self._wrong(request, old, new))
        if not request.trusted:
            request.warnings += warnings_of(request.resource.kind, new, old, request.subresource)
        if request.resource.name == "services" and not request.subresource:
            new = services.allocated(request, view, new, self.random)
        plugins.allow(request, view, old, new)
        return self._phased(request, old, new)

    def _wrong(self, request: Request, old: Obj | None, new: Obj) -> list[Cause]:
        """What is wrong with a new object, or with a change of one."""
        resource = request.resource
        # A custom resource may be called as a kind of the server's own is.
        kind = resource.kind if resource.schema is None else ""
        if old is None:
            causes = validate_create(kind, new, self.gates)
        else:
            causes = validate_update(kind, request.subresource, old, new, self.gates)
        if resource.schema is not None:
            causes = [*causes, *custom_schema.causes(new, resource.schema)]
        return causes

    def delete(self, request: Request, view: View, old: Obj) -> None:
        """Every deletion may go on: those of protected objects wait for their finalizers."""

    def _phased(self, request: Request, old: Obj | None, new: Obj) -> Obj:
        """A volume with the time its phase changed.

        Source: ``pkg/registry/core/persistentvolume/strategy.go``.
        """
        if request.resource.name != "persistentvolumes":
            return new
        field = "lastPhaseTransitionTime"
        before = {} if old is None else old.get("status") or {}
        status = new.get("status") or {}
        same = status.get("phase") == before.get("phase")
        given = status.get(field) is not None and status.get(field) != before.get(field)
        if same or given:
            return new
        return {**new, "status": {**status, field: timestamp(self.clock.now)}}

    def _refuse(self, request: Request, obj: Obj, causes: list[Cause]) -> None:
        if causes:
            resource = request.resource
            raise invalid(resource.kind, resource.group, name_of(obj), causes)


_SHOWN_EMPTY = (("spec", "template", "metadata", "labels"), ("spec", "capacity"))
"""Maps that a refusal shows, ``{}`` or ``null``, and that no stored object has empty."""


def _keep_empty(sent: Obj, made: Obj) -> None:
    """Put back the maps that were sent empty, for the words of the refusal that follows."""
    for path in _SHOWN_EMPTY:
        parent = dig(made, *path[:-1])
        if dig(sent, *path) == {} and isinstance(parent, dict):
            parent.setdefault(path[-1], {})


def _dated(new: Obj, old: Obj) -> Obj:
    """A changed object with the time it was made: another one is passed over in silence."""
    made = meta(old).get("creationTimestamp")
    if made is None or meta(new).get("creationTimestamp") == made:
        return new
    return {**new, "metadata": {**meta(new), "creationTimestamp": made}}
