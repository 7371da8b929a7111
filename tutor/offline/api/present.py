"""The answer in the form that was asked for: the object, a Table, or its metadata alone.

Source: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/response.go.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tutor.offline import custom, newer_events, older_scalers
from tutor.offline.api.cells import CELLS, scale
from tutor.offline.api.columns import COLUMNS, SCALE, Column, definitions
from tutor.offline.api.inert_cells import TABLES, custom_parts
from tutor.offline.api.negotiate import Form
from tutor.offline.api.podcells import conditions
from tutor.offline.elsewhere import Unserved
from tutor.offline.errors import ApiError, Cause
from tutor.offline.listing import Page
from tutor.offline.objects import Obj, meta
from tutor.offline.refusals import invalid
from tutor.offline.resources import Resource

_SHOWN = {
    newer_events.STORED.name: newer_events.shown,
    older_scalers.STORED.name: older_scalers.shown,
}
INCLUDED = ("", "Metadata", "Object", "None")


def check_included(include: str) -> None:
    """Refuse an ``includeObject`` there is not.

    Raises:
        ApiError: 422.
    """
    if include not in INCLUDED:
        message = f"Invalid value: \"{include}\": must be 'Metadata', 'Object', 'None', or empty"
        cause = Cause("FieldValueInvalid", message, "includeObject")
        raise invalid("TableOptions", "meta.k8s.io", "", [cause])


def native(resource: Resource, obj: Obj) -> Obj:
    """An object in the form its resource has."""
    if not resource.stored_as or obj.get("kind") == "Status":
        return obj if resource.schema is None else custom.shown(resource, obj)
    return _SHOWN[resource.stored_as](obj)


def partial(obj: Obj, version: str) -> Obj:
    """An object's metadata alone."""
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": f"meta.k8s.io/{version}",
        "metadata": meta(obj),
    }


def table(
    resource: Resource,
    objects: Iterable[Obj],
    metadata: dict[str, Any],
    now: float,
    form: Form,
    *,
    include: str = "",
    headed: bool = True,
) -> Obj:
    """Objects as rows of a Table.

    Args:
        resource: Of what.
        objects: The objects.
        metadata: Of the Table.
        now: Virtual time, for ages.
        form: For the version of the Table.
        include: ``includeObject``: what of the object each row carries.
        headed: Whether the columns are described; once in a watch.

    Raises:
        ApiError: 406 for what is no object with a name.
    """
    scales = None
    home = resource.stored_as or resource.name
    parts = TABLES.get(home) or (custom_parts(resource) if home not in CELLS else None)
    if parts is None and home not in CELLS:
        why = f"the resource {home} does not support being converted to a Table"
        raise ApiError(406, "NotAcceptable", why)
    rows = []
    for obj in objects:
        scales = obj.get("kind") == "Scale"
        if scales:
            cells = scale(obj, now)
        elif parts is not None:
            cells = [part.cell(obj, now) for part in parts]
        else:
            cells = CELLS[home](obj, now)
        row: dict[str, Any] = {"cells": cells}
        if home == "pods" and not scales:
            ended = conditions(obj)
            if ended:
                row["conditions"] = ended
        if include == "Object":
            row["object"] = native(
                resource,
                {"kind": resource.kind, "apiVersion": resource.api_version, **obj},
            )
        else:
            row["object"] = None if include == "None" else partial(obj, form.version)
        rows.append(row)
    columns: tuple[Column, ...]
    if scales:
        columns = SCALE
    elif parts is not None:
        columns = tuple(part.column for part in parts)
    else:
        columns = COLUMNS[home]
    return {
        "kind": "Table",
        "apiVersion": f"meta.k8s.io/{form.version}",
        "metadata": metadata,
        "columnDefinitions": definitions(columns) if headed else None,
        "rows": rows,
    }


def one(resource: Resource, obj: Obj, now: float, form: Form, include: str = "") -> Obj:
    """One object in the form asked for."""
    if obj.get("kind") == "Status":
        return obj
    if form.kind == "Table":
        version = meta(obj).get("resourceVersion")
        metadata = {"resourceVersion": version} if version else {}
        return table(resource, [obj], metadata, now, form, include=include)
    if form.kind == "PartialObjectMetadata":
        return partial(obj, form.version)
    return native(resource, obj)


def listed(resource: Resource, page: Page, now: float, form: Form, include: str = "") -> Obj:
    """A list in the form asked for."""
    if form.kind == "Table":
        return table(resource, page.items, page.metadata, now, form, include=include)
    if form.kind == "PartialObjectMetadataList":
        return {
            "kind": form.kind,
            "apiVersion": f"meta.k8s.io/{form.version}",
            "metadata": page.metadata,
            "items": [partial(obj, form.version) for obj in page.items],
        }
    if resource.stored_as or resource.schema is not None:
        page = replace(page, items=[native(resource, obj) for obj in page.items])
    return page.body(resource)


def empty(resource: Unserved, version: int) -> Obj:
    """The list of a kind that is not emulated."""
    group = f"{resource.group}/" if resource.group else ""
    return {
        "kind": f"{resource.kind}List",
        "apiVersion": f"{group}{resource.version}",
        "metadata": {"resourceVersion": str(version)},
        "items": [],
    }


def event(
    resource: Resource,
    found: dict[str, Any],
    now: float,
    form: Form,
    *,
    include: str = "",
    headed: bool = True,
) -> dict[str, Any]:
    """An event of a watch in the form asked for."""
    obj = found["object"]
    if found["type"] == "ERROR":
        return found
    if not form.kind:
        return {"type": found["type"], "object": native(resource, obj)}
    if form.kind != "Table":
        return {"type": found["type"], "object": partial(obj, form.version)}
    metadata = {"resourceVersion": meta(obj)["resourceVersion"]}
    shown = table(resource, [obj], metadata, now, form, include=include, headed=headed)
    return {"type": found["type"], "object": shown}
