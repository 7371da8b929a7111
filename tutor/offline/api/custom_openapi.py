"""The OpenAPI v3 documents of what CustomResourceDefinitions add.

Source: apiextensions-apiserver pkg/controller/openapi/builder.
"""

import gzip
from collections.abc import Iterator, Sequence
from typing import Any

from tutor.offline.api.encoding import as_json
from tutor.offline.resources import Resource

_INFO = {"title": "Kubernetes CRD Swagger", "version": "v0.1.0"}
_OPTIONS = ("dryRun", "fieldManager", "fieldValidation")


_KEPT = 64
_made: dict[str, tuple[tuple[object, ...], bytes]] = {}
"""The last documents, each with the schemas it was made of: what is stored never changes."""


def path_of(resource: Resource) -> str:
    """Where the document of a resource is: ``apis/ledger.example.com/v1``."""
    return f"apis/{resource.group}/{resource.version}"


def compressed(path: str, custom: Sequence[Resource]) -> bytes:
    """A document, compressed with gzip.

    Raises:
        KeyError: No definition adds anything there.
    """
    found = [one for one in custom if path_of(one) == path]
    if not found:
        raise KeyError(path)
    schemas = tuple(one.schema for one in found)
    kept = _made.get(path)
    if kept is None or [id(one) for one in kept[0]] != [id(one) for one in schemas]:
        if len(_made) >= _KEPT:
            _made.pop(next(iter(_made)))
        kept = _made[path] = schemas, gzip.compress(as_json(document(found)), 5, mtime=0)
    return kept[1]


def document(resources: Sequence[Resource]) -> dict[str, Any]:
    """The document of the resources of one group and version."""
    paths: dict[str, Any] = {}
    for one in resources:
        paths.update(_paths(one))
    schemas = {_name(one): _schema(one) for one in resources}
    return {
        "openapi": "3.0.0",
        "info": _INFO,
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _name(resource: Resource) -> str:
    domain = ".".join(reversed(resource.group.split(".")))
    return f"{domain}.{resource.version}.{resource.kind}"


def _gvk(resource: Resource) -> dict[str, str]:
    return {"group": resource.group, "version": resource.version, "kind": resource.kind}


def _schema(resource: Resource) -> dict[str, Any]:
    given = dict(resource.schema or {})
    head = {name: {"type": "string"} for name in ("apiVersion", "kind")}
    properties = {**head, "metadata": {"type": "object"}, **(given.get("properties") or {})}
    return {
        **given,
        "type": "object",
        "properties": properties,
        "x-kubernetes-group-version-kind": [_gvk(resource)],
    }


def _paths(resource: Resource) -> Iterator[tuple[str, Any]]:
    base = f"/{path_of(resource)}"
    folder = f"{base}/namespaces/{{namespace}}" if resource.namespaced else base
    collection = f"{folder}/{resource.plural}"
    yield collection, {verb: _operation(resource, verb) for verb in ("get", "post", "delete")}
    verbs = ("get", "put", "patch", "delete")
    yield f"{collection}/{{name}}", {verb: _operation(resource, verb) for verb in verbs}


def _operation(resource: Resource, verb: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{_name(resource)}"}
    options = _OPTIONS if verb in ("post", "put", "patch") else ()
    return {
        "operationId": f"{verb}{resource.kind}{resource.version}",
        "parameters": [
            {"name": name, "in": "query", "schema": {"type": "string"}} for name in options
        ],
        "responses": {"200": {"description": "OK", "content": {"application/json": {
            "schema": schema,
        }}}},
        "x-kubernetes-action": verb,
        "x-kubernetes-group-version-kind": _gvk(resource),
    }  # fmt: skip
