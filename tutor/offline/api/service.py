"""A request to the API, without HTTP: what it asks for in, the answer out.

::

    service = Service(runner)
    answer = service.handle(Call(target, parameters, body, "application/json", agent))

The answer is an :class:`~tutor.offline.errors.Answer`, a page of a list, a watch or a log. What is
refused is an :class:`~tutor.offline.errors.ApiError`.

Source: staging/src/k8s.io/apiserver/pkg/endpoints/handlers.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, TypeAlias

from tutor.manifest.bodies import BodyError
from tutor.offline.admission import gojson, protobuf
from tutor.offline.admission.parsing import ahead, value_of
from tutor.offline.api.encoding import outweighs
from tutor.offline.api.logs import Log, log_of
from tutor.offline.api.paths import Target
from tutor.offline.api.people import ADMIN, User
from tutor.offline.api.reviews import review
from tutor.offline.deletion import DeleteOptions, dry_run_causes, options_of
from tutor.offline.errors import Answer, ApiError, Cause
from tutor.offline.integers import parse_int
from tutor.offline.listing import Page, Query, page, query_of
from tutor.offline.newer_events import NewerEvents
from tutor.offline.objects import Obj, name_of
from tutor.offline.older_scalers import OlderScalers
from tutor.offline.refusals import invalid_options, unsupported
from tutor.offline.registry import Registry
from tutor.offline.requests import PatchType, Raw, Request
from tutor.offline.resources import REVIEWS, Resource, named
from tutor.offline.runner import Runner
from tutor.offline.watching import Watch

PATCHES: Mapping[str, PatchType] = {
    "application/json-patch+json": "json",
    "application/merge-patch+json": "merge",
    "application/strategic-merge-patch+json": "strategic",
    "application/apply-patch+yaml": "apply",
}
LONG = 32 * 1024
"""Bytes of a body from which on a change takes long."""
_JSON_PATCH = "application/json-patch+json"
_VALIDATIONS = ("", "Ignore", "Strict", "Warn")
_LONGEST_MANAGER = 128
_OPTIONS = {"create": "CreateOptions", "update": "UpdateOptions", "patch": "PatchOptions"}
_NO_LIVES = {  # subresources that need what is not emulated
    "attach": "attach to a container: no container runs",
    "ephemeralcontainers": "add an ephemeral container to a Pod: no container runs",
    "exec": "run a command in a container: no container runs",
    "portforward": "forward a port to a container: no container runs",
    "proxy": "pass a request on: no container runs",
    "resize": "resize the containers of a Pod: no container runs",
    "token": "issue a token: it has one user",
}

_FORMS: Mapping[str, type[NewerEvents] | type[OlderScalers]] = {
    "events": NewerEvents,
    "horizontalpodautoscalers.autoscaling": OlderScalers,
}
"""Who takes objects of another form than the stored one, by the resource they are stored as."""

Parameters: TypeAlias = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Attributes:
        target: Verb, resource and name.
        parameters: Of the query.
        body: As it came.
        content_type: Of the body, without parameters; empty for JSON.
        agent: The User-Agent.
        user: Who asks.
        read: The body, read already; None where it is not.
    """

    target: Target
    parameters: Parameters
    body: bytes = b""
    content_type: str = ""
    agent: str = ""
    user: User = ADMIN
    read: Raw | None = None

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.target.verb in ("get", "list", "watch")

    def ahead(self) -> "Call":
        """The same with its body read."""
        return replace(self, read=ahead(_raw(self)))


@dataclass(frozen=True, slots=True)
class Listed:
    """A list granted.

    Attributes:
        resource: Of what.
        page: The objects.
    """

    resource: Resource
    page: Page


@dataclass(frozen=True, slots=True)
class Watching:
    """A watch granted.

    Attributes:
        resource: Of what.
        watch: To be polled.
        query: What was asked for.
    """

    resource: Resource
    watch: Watch
    query: Query


Handled: TypeAlias = Answer | Listed | Watching | Log


@dataclass(frozen=True, slots=True)
class Deletions:
    """A collection to be deleted.

    Attributes:
        resource: Of what.
        found: The objects as they were.
        delete: Deletes one of them. Raises ApiError: what was deleted before stays deleted.
    """

    resource: Resource
    found: list[Obj]
    delete: Callable[[Obj], None]


class Service:
    """Answers requests from a running cluster.

    Args:
        runner: The cluster.
    """

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    def handle(self, call: Call) -> Handled:
        """The answer to a request.

        Raises:
            ApiError: The refusal.
        """
        target = call.target
        if target.subresource in _NO_LIVES:
            self.runner.registry.get(target.resource, target.namespace, target.name)
            message = f"the offline cluster cannot {_NO_LIVES[target.subresource]}"
            raise ApiError(501, "NotImplemented", message, {})
        answer: Callable[[Call], Handled] = getattr(self, f"_{target.verb}")
        if call.reads:
            return answer(call)
        with self._acting(call):
            return answer(call)

    @contextmanager
    def _acting(self, call: Call) -> Iterator[None]:
        store = self.runner.store
        store.actor = call.agent
        try:
            yield
        finally:
            store.actor = ""

    def long(self, call: Call) -> bool:
        """Whether a change takes long: what is sent is large, or what it is about.

        The copies of a JSON patch may come to 3 MB, however short it is.
        """
        if len(call.body) > LONG or call.content_type == _JSON_PATCH:
            return True
        target = call.target
        name = f"{target.namespace}/{target.name}" if target.namespace else target.name
        found = self.runner.store.get(stored(target.resource).name, name)
        return found is not None and outweighs(found)

    # -- reading

    def _get(self, call: Call) -> Handled:
        target = call.target
        registry = self.runner.registry
        if target.subresource == "log":
            pod = registry.get(target.resource, target.namespace, target.name)
            return log_of(pod, _flat(call.parameters), self.runner.clock.now)
        version = _first(call.parameters, "resourceVersion")
        if version:  # refused as a list's would be
            query_of(target.resource, {"resourceVersion": version})
        resource = stored(target.resource)
        return Answer(
            200, registry.get(resource, target.namespace, target.name, target.subresource)
        )

    def _list(self, call: Call) -> Handled:
        target = call.target
        query = query_of(target.resource, _flat(call.parameters))
        found = page(self.runner.store, stored(target.resource), target.namespace, query)
        return Listed(target.resource, found)

    def _watch(self, call: Call) -> Handled:
        target = call.target
        parameters = {**_flat(call.parameters), "watch": "true"}
        if target.name:
            one = f"metadata.name={target.name}"
            wanted = parameters.get("fieldSelector")
            parameters["fieldSelector"] = f"{wanted},{one}" if wanted else one
        query = query_of(target.resource, parameters)
        watch = Watch(self.runner.store, stored(target.resource), target.namespace, query)
        return Watching(target.resource, watch, query)

    # -- changing

    def _create(self, call: Call) -> Handled:
        request = self._request(call)
        if request.resource in REVIEWS:
            return review(self.runner.registry, request, _raw(call), call.user)
        if request.resource.name == "bindings":
            return self._bind(request, _raw(call))
        made = self._home(request).create(request, _raw(call))
        return Answer(201, made, tuple(request.warnings))

    def _bind(self, request: Request, body: Raw) -> Answer:
        """A Binding posted by itself: it means the Pod of its name."""
        registry = self.runner.registry
        found = registry.admission.decode(request, body)
        below = replace(request, resource=named("pods"), name=name_of(found), subresource="binding")
        return Answer(201, registry.below(below, found), tuple(request.warnings))

    def _update(self, call: Call) -> Handled:
        request = self._request(call)
        found, created = self._home(request).update(request, _raw(call))
        return Answer(201 if created else 200, found, tuple(request.warnings))

    def _patch(self, call: Call) -> Handled:
        request = self._request(call)
        found, created = self._home(request).patch(request, _raw(call))
        return Answer(201 if created else 200, found, tuple(request.warnings))

    def _delete(self, call: Call) -> Handled:
        options = _delete_options(call)
        request = self._deletion(call, options)
        body, gone = self.runner.registry.delete(request, options)
        code = 202 if not gone and options.orphan_dependents is False else 200
        return Answer(code, body, tuple(request.warnings))

    def deletions(self, call: Call) -> "Deletions":
        """The deletion of a collection, to be done object by object.

        Raises:
            ApiError: The refusal.
        """
        target = call.target
        options = _delete_options(call)
        query = query_of(target.resource, _flat(call.parameters))
        request = self._deletion(call, options)
        found = self.runner.registry.selected(request, query.selects)
        return Deletions(target.resource, found, partial(self._delete_one, call, request, options))

    def _delete_one(self, call: Call, request: Request, options: DeleteOptions, obj: Obj) -> None:
        with self._acting(call):
            self.runner.registry.delete_selected(request, options, obj)

    def _home(self, request: Request) -> Registry | NewerEvents | OlderScalers:
        """The registry that takes objects of the request's resource."""
        registry = self.runner.registry
        home = _FORMS.get(request.resource.stored_as)
        return registry if home is None else home(registry)

    @staticmethod
    def _deletion(call: Call, options: DeleteOptions) -> Request:
        target = call.target
        return Request(
            "delete",
            stored(target.resource),
            target.namespace,
            target.name,
            dry_run=options.dry_run,
            field_manager=call.agent.partition("/")[0],
        )

    def _request(self, call: Call) -> Request:
        """The registry's request, its options checked."""
        target, parameters = call.target, call.parameters
        dry_run = list(parameters.get("dryRun", ()))
        manager = _first(parameters, "fieldManager")
        validation = _first(parameters, "fieldValidation")
        force = _first(parameters, "force")
        patch_type: PatchType | Literal[""] = ""
        if target.verb == "patch":
            patch_type = PATCHES[call.content_type]
        causes = dry_run_causes(dry_run)
        if target.verb == "patch":
            if patch_type == "apply" and not manager:
                causes.append(
                    Cause(
                        "FieldValueRequired",
                        "Required value: is required for apply patch",
                        "fieldManager",
                    )
                )
            if patch_type != "apply" and force:
                causes.append(
                    Cause(
                        "FieldValueForbidden",
                        "Forbidden: may not be specified for non-apply patch",
                        "force",
                    )
                )
        causes += _manager_causes(manager)
        if validation not in _VALIDATIONS:
            causes.append(unsupported("fieldValidation", f'"{validation}"', *_VALIDATIONS))
        if causes:
            raise invalid_options(_OPTIONS[target.verb], *causes)
        return Request(
            target.verb,
            target.resource,
            target.namespace,
            target.name,
            target.subresource,
            dry_run=bool(dry_run),
            field_manager=manager or call.agent.partition("/")[0],
            field_validation=validation or "Warn",
            force=force in ("1", "true", "True", "TRUE", "t", "T"),
            patch_type=patch_type,
            user=call.user.name,
        )


def stored(resource: Resource) -> Resource:
    """The resource whose objects are kept where another one shows them."""
    return named(resource.stored_as) if resource.stored_as else resource


def _manager_causes(manager: str) -> list[Cause]:
    if len(manager.encode()) > _LONGEST_MANAGER:
        message = f"Too long: may not be more than {_LONGEST_MANAGER} bytes"
        return [Cause("FieldValueTooLong", message, "fieldManager")]
    if not manager.isprintable():
        shown = json.dumps(manager, ensure_ascii=False)
        message = f"Invalid value: {shown}: should only contain printable characters"
        return [Cause("FieldValueInvalid", message, "fieldManager")]
    return []


def _first(parameters: Parameters, name: str) -> str:
    found = parameters.get(name)
    return found[0] if found else ""


def _flat(parameters: Parameters) -> dict[str, str]:
    return {name: values[0] for name, values in parameters.items() if values}


def _raw(call: Call) -> Raw:
    return Raw(call.body, call.content_type) if call.read is None else call.read


def _delete_options(call: Call) -> DeleteOptions:
    """The options in the body, or without one those in the query.

    Source: apiserver pkg/endpoints/handlers/delete.go: what cannot be decoded is an error of the
    server's own there.
    """
    if not call.body.strip():
        return _options_in_query(call.parameters)
    found: Any
    try:
        found = value_of(_raw(call), call.content_type).value
    except (protobuf.ProtobufError, BodyError) as broken:
        raise ApiError(500, "", str(broken)) from None
    except gojson.JsonError as broken:
        text = f"couldn't get version/kind; json parse error: {broken}"
        raise ApiError(500, "", text) from None
    kind = found.get("kind", "") if isinstance(found, dict) else ""
    if kind not in ("", "DeleteOptions"):
        version = found.get("apiVersion") or "v1"
        text = f'no kind "{kind}" is registered for version "{version}"'
        raise ApiError(500, "", text)
    try:
        return options_of(found)
    except ApiError as refusal:
        raise (ApiError(500, "", refusal.message) if refusal.code == 400 else refusal) from None


def _options_in_query(parameters: Parameters) -> DeleteOptions:
    body: dict[str, Any] = {}
    grace = _first(parameters, "gracePeriodSeconds")
    if grace:
        body["gracePeriodSeconds"] = parse_int(grace)
    orphan = _first(parameters, "orphanDependents")
    if orphan:
        body["orphanDependents"] = orphan not in ("0", "f", "F", "FALSE", "false", "False")
    policy = _first(parameters, "propagationPolicy")
    if policy:
        body["propagationPolicy"] = policy
    dry_run = list(parameters.get("dryRun", ()))
    if dry_run:
        body["dryRun"] = dry_run
    return options_of(body or None)
