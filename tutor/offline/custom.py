"""The resources that CustomResourceDefinitions add, read from the definitions themselves.

A cluster's definitions are objects like others: what is served is looked up in them with every
request, so that it begins and ends with them. Custom resources are kept and not acted on.

Source: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go and
customresource_discovery_controller.go.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from tutor.offline import resources
from tutor.offline.objects import Obj, dig
from tutor.offline.resources import Resource, Subresource, hash_of

DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
ESTABLISHED, NAMES_ACCEPTED = "Established", "NamesAccepted"
_SCALE = Subresource("scale", "Scale", group="autoscaling", version="v1")


class Definitions(Protocol):
    """Where the definitions are: a view of a cluster."""

    def get(self, resource: str, namespace: str, name: str) -> Obj | None:
        """One object."""

    def list(self, resource: str, namespace: str = "") -> Iterable[Obj]:
        """All objects of a resource."""


def holds(definition: Obj, condition: str) -> bool:
    """Whether a condition of a definition is True."""
    return any(
        one.get("type") == condition and one.get("status") == "True"
        for one in dig(definition, "status", "conditions", default=()) or ()
    )


def served(definition: Obj) -> Iterator[Resource]:
    """The resources of a definition, one for each version that is served; none before it stands."""
    if not holds(definition, ESTABLISHED):
        return
    spec = definition["spec"]
    accepted = dig(definition, "status", "acceptedNames", default={})
    names = {**(spec.get("names") or {}), **(accepted or {})}
    storage = next((one for one in spec["versions"] if one.get("storage")), spec["versions"][0])
    group, kind = spec["group"], names["kind"]
    for version in spec["versions"]:
        if version.get("served"):
            yield Resource(
                group,
                version["name"],
                kind,
                names["plural"],
                tuple(names.get("shortNames") or ()),
                tuple(names.get("categories") or ()),
                namespaced=spec.get("scope") == "Namespaced",
                subresources=dict(_below(version, kind)),
                storage_version_hash=hash_of(f"{group}/{storage['name']}", kind),
                generation=True,
                blind_update=False,
                warning=_deprecation(version, group, kind),
                inert=True,
                schema=dig(version, "schema", "openAPIV3Schema", default={}),
                columns=tuple(version.get("additionalPrinterColumns") or ()),
                list_kind=names.get("listKind") or f"{kind}List",
                scaled=dig(version, "subresources", "scale"),
                alone=names.get("singular") or kind.lower(),
            )


def _below(version: Obj, kind: str) -> Iterator[tuple[str, Subresource]]:
    found = version.get("subresources") or {}
    if found.get("scale") is not None:
        yield "scale", _SCALE
    if found.get("status") is not None:
        yield "status", Subresource("status", kind)


def _deprecation(version: Obj, group: str, kind: str) -> str:
    if not version.get("deprecated"):
        return ""
    return str(
        version.get("deprecationWarning") or f"{group}/{version['name']} {kind} is deprecated"
    )


def every(view: Definitions) -> list[Resource]:
    """All that definitions add, in the order of their names."""
    return [one for found in view.list(DEFINITIONS) for one in served(found)]


def find(view: Definitions, group: str, version: str, plural: str) -> Resource | None:
    """The resource of a request path; None where it is not served."""
    known = resources.find(group, version, plural)
    definition = None if known else view.get(DEFINITIONS, "", f"{plural}.{group}")
    if definition is None:
        return known
    return next((one for one in served(definition) if one.version == version), None)


def of_kind(view: Definitions, api_version: str, kind: str) -> Resource | None:
    """The resource of an object's ``apiVersion`` and ``kind``; None where it is not served."""
    known = resources.of_kind(api_version, kind)
    if known is not None:
        return known
    return next(
        (one for one in every(view) if (one.api_version, one.kind) == (api_version, kind)), None
    )


def named(view: Definitions, name: str) -> Resource:
    """The resource of a name such as ``books.ledger.example.com``.

    Of several versions it is the first: what is kept is the same.

    Raises:
        KeyError: There is no such resource.
    """
    if resources.known(name):
        return resources.named(name)
    definition = view.get(DEFINITIONS, "", name)
    found = next(served(definition), None) if definition is not None else None
    if found is None:
        raise KeyError(name)
    return found


def stored_names(view: Definitions) -> list[str]:
    """The names under which custom resources are kept."""
    return [str(dig(one, "metadata", "name")) for one in view.list(DEFINITIONS)]


def shown(resource: Resource, obj: Obj) -> Obj:
    """An object in the version asked for: conversion changes nothing else."""
    if obj.get("kind") != resource.kind or obj.get("apiVersion") == resource.api_version:
        return obj
    return {**obj, "apiVersion": resource.api_version}


def cell(obj: Obj, path: str) -> Any:  # noqa: ANN401
    """What a simple JSONPath of a printer column (``.spec.members``) finds; empty for nothing."""
    found: Any = obj
    for step in path.strip("{}").strip(".").split("."):
        name, _, index = step.partition("[")
        if name:
            found = found.get(name) if isinstance(found, dict) else None
        if index:
            at = index.rstrip("]")
            listed = isinstance(found, list) and at.isdigit() and int(at) < len(found)
            found = found[int(at)] if listed else None
    return found
