"""``metadata.managedFields``: read, kept up to date, written.

Source: apimachinery ``util/managedfields/internal`` and structured-merge-diff ``merge/update.go``.
"""

from typing import NamedTuple

from tutor.offline.admission.apply.typed import Difference, Fields, of_tree, shown, to_tree
from tutor.offline.admission.values import Json
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, meta

APPLY = "Apply"
UPDATE = "Update"
MOST_UPDATES = 10
"""Managers that only update; the oldest beyond are counted as one."""
ANCIENT = "ancient-changes"
BEFORE_APPLY = "before-first-apply"

_IGNORED: Fields = frozenset(
    {
        ("f:apiVersion",),
        ("f:kind",),
        ("f:metadata",),
        *(
            ("f:metadata", f"f:{name}")
            for name in (
                "name",
                "namespace",
                "creationTimestamp",
                "selfLink",
                "uid",
                "clusterName",
                "generation",
                "managedFields",
                "resourceVersion",
            )
        ),
    }
)
"""Fields nobody owns: they are the server's."""


class Manager(NamedTuple):
    """Who owns fields: the identity of an entry.

    An applier is the same one whatever version it writes; its entry's version is kept beside.
    """

    name: str
    operation: str
    api_version: str
    subresource: str

    def __str__(self) -> str:
        """As conflicts name it."""
        text = f'"{self.name}"'
        if self.subresource:
            text += f' with subresource "{self.subresource}"'
        return text if self.operation == APPLY else f"{text} using {self.api_version}"


class Entry(NamedTuple):
    """What a manager owns, in the words of which version, since when."""

    fields: Fields
    api_version: str
    time: str


Managers = dict[Manager, Entry]


def read(obj: Obj | None) -> Managers:
    """The managers of an object."""
    found: Managers = {}
    for entry in meta(obj or {}).get("managedFields") or ():
        operation = entry.get("operation", "")
        api_version = entry.get("apiVersion", "")
        manager = Manager(
            entry.get("manager", ""),
            operation,
            "" if operation == APPLY else api_version,
            entry.get("subresource", ""),
        )
        fields = of_tree(entry.get("fieldsV1") or {})
        if manager in found:
            fields |= found[manager].fields
        found[manager] = Entry(fields, api_version, entry.get("time", ""))
    return found


def written(managers: Managers) -> list[Obj]:
    """Managers as ``managedFields`` holds them: applies first, then by time and name."""
    entries: list[Obj] = []
    for manager, entry in sorted(
        managers.items(),
        key=lambda one: (
            one[0].operation,
            one[1].time,
            one[0].name,
            one[1].api_version,
            one[0].subresource,
        ),
    ):
        made: Obj = {"manager": manager.name} if manager.name else {}
        made |= {"operation": manager.operation, "apiVersion": entry.api_version}
        if entry.time:
            made["time"] = entry.time
        made |= {"fieldsType": "FieldsV1", "fieldsV1": to_tree(entry.fields)}
        if manager.subresource:
            made["subresource"] = manager.subresource
        entries.append(made)
    return entries


def stripped(fields: Fields, reset: Fields) -> Fields:
    """A set without what nobody owns, and without what this way of writing may not change.

    Args:
        fields: The set.
        reset: Top parts that the request cannot change: ``("f:status",)``.
    """
    kept = fields - _IGNORED
    if not reset:
        return kept
    return frozenset(path for path in kept if not any(path[: len(part)] == part for part in reset))


def updated(
    managers: Managers, manager: Manager, difference: Difference, reset: Fields, now: str
) -> Managers:
    """Managers after a change by one that does not apply: it owns what it changed."""
    gone = difference.removed
    taken = difference.added | difference.modified
    result: Managers = {}
    for other, entry in managers.items():
        kept = entry.fields - gone
        if other != manager:
            kept -= taken
        if kept:
            result[other] = entry if kept == entry.fields else entry._replace(fields=kept)
    own = stripped(taken, reset)
    if own:
        before = result.get(manager)
        fields = own | before.fields if before is not None else own
        result[manager] = Entry(fields, manager.api_version, now)
    return _capped(result)


def unowned(
    api_version: str, subresource: str, fields: Fields, reset: Fields, now: str
) -> Managers:
    """The one manager of an object that had none until somebody applied to it."""
    own = stripped(fields, reset)
    manager = Manager(BEFORE_APPLY, UPDATE, api_version, subresource)
    return {manager: Entry(own, api_version, now)} if own else {}


def _capped(managers: Managers) -> Managers:
    """No more than ten managers that update; the oldest become one."""
    updates = [one for one in managers if one.operation == UPDATE]
    if len(updates) <= MOST_UPDATES:
        return managers
    updates.sort(key=lambda one: (managers[one].time, one.name))
    result = dict(managers)
    for oldest in updates[: len(updates) - MOST_UPDATES + 1]:
        entry = result.pop(oldest)
        ancient = Manager(ANCIENT, UPDATE, entry.api_version, "")
        before = result.get(ancient)
        fields = entry.fields | before.fields if before is not None else entry.fields
        result[ancient] = Entry(fields, entry.api_version, entry.time)
    return result


def conflicts_of(
    managers: Managers, manager: Manager, difference: Difference
) -> list[tuple[Manager, tuple[str, ...]]]:
    """Fields an apply would change that others own, each with its owner."""
    taken = difference.added | difference.modified
    return sorted(
        (other, path)
        for other, entry in managers.items()
        if other != manager
        for path in entry.fields & taken
    )


def conflict_error(conflicts: list[tuple[Manager, tuple[str, ...]]]) -> ApiError:
    """409, as the real server words it."""
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f"conflict with {manager}",
            "field": shown(path),
        }
        for manager, path in conflicts
    ]
    count = len(conflicts)
    if count == 1:
        manager, path = conflicts[0]
        text = f"1 conflict: conflict with {manager}: {shown(path)}"
    else:
        by_manager: dict[str, list[str]] = {}
        for manager, path in conflicts:
            by_manager.setdefault(str(manager), []).append(shown(path))
        lines = [
            line
            for name in sorted(by_manager)
            for line in (f"conflicts with {name}:", *(f"- {one}" for one in by_manager[name]))
        ]
        text = f"{count} conflicts: " + "\n".join(lines)
    return ApiError(409, "Conflict", f"Apply failed with {text}", {"causes": causes})


def same_but_for_times(old: list[Json], new: list[Json]) -> bool:
    """Whether two ``managedFields`` differ in nothing but the times of their entries."""
    return len(old) == len(new) and all(
        {**a, "time": ""} == {**b, "time": ""} for a, b in zip(old, new, strict=True)
    )


def unmanaged(obj: Obj) -> Obj:
    """An object without its ``managedFields``."""
    metadata = meta(obj)
    if "managedFields" not in metadata:
        return obj
    return {**obj, "metadata": {k: v for k, v in metadata.items() if k != "managedFields"}}


def managed(obj: Obj, managers: Managers) -> Obj:
    """An object with the ``managedFields`` of these managers."""
    entries = written(managers)
    metadata = {k: v for k, v in meta(obj).items() if k != "managedFields"}
    if entries:
        metadata["managedFields"] = entries
    return {**obj, "metadata": metadata}
