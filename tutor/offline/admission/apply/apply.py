"""Server-side apply: the object an applied configuration makes of the one that is there.

Source: structured-merge-diff ``merge/update.go`` (``Apply``, ``prune``) and apimachinery
``util/managedfields/internal/structuredmerge.go``.
"""

from tutor.manifest.schema_bundle import (
    ANY,
    BOOLEAN,
    INT32,
    INT64,
    INT_OR_STRING,
    LIST,
    MAP,
    NUMBER,
    OBJECT,
    QUANTITY,
    Ref,
)
from tutor.offline.admission.apply import typed
from tutor.offline.admission.apply.managers import (
    APPLY,
    Entry,
    Manager,
    Managers,
    conflict_error,
    conflicts_of,
    stripped,
)
from tutor.offline.admission.apply.typed import Fields, TypedError
from tutor.offline.admission.values import Json
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, meta


def applied(
    live: Obj,
    config: Obj,
    ref: Ref,
    managers: Managers,
    manager: Manager,
    *,
    api_version: str,
    reset: Fields,
    force: bool,
    allowed: Fields = frozenset(),
    now: str,
) -> tuple[Obj, Managers]:
    """Apply a configuration.

    Args:
        live: The object that is there, without its ``managedFields``.
        config: What is applied.
        ref: The type of both.
        managers: The managers before.
        manager: The one that applies.
        api_version: In whose words it does.
        reset: Parts this way of writing may not change.
        force: Take over what others own.
        allowed: Fields to take over without force, if there are no other conflicts.
        now: The time to note.

    Returns:
        The object, without its ``managedFields``, not defaulted yet; and the managers after.

    Raises:
        ApiError: 409 for conflicts, 500 for a configuration that does not fit the schema.
    """
    try:
        fits(config, ref)
    except TypedError as error:
        where = f"{meta(config).get('namespace', '')}/{meta(config).get('name', '')}"
        kind = f"{config.get('apiVersion', '')}, Kind={config.get('kind', '')}"
        raise ApiError(
            500, "", f"failed to create typed patch object ({where}; {kind}): {error}"
        ) from None
    own = stripped(typed.field_set(config, ref), reset)
    config = typed.without(config, _outside(config, ref, reset), ref) if reset else config
    merged = typed.merge(live, config, ref)
    before = managers.get(manager)
    after = dict(managers)
    after[manager] = Entry(own, api_version, now)
    if before is not None and before.fields:
        merged = _pruned(merged, after, before.fields, ref)
    difference = typed.compare(live, merged, ref)
    conflicts = [
        one for one in conflicts_of(managers, manager, difference) if one[1] not in allowed
    ]
    if conflicts and not force:
        raise conflict_error(conflicts)
    taken = difference.added | difference.modified
    result: Managers = {}
    for other, entry in after.items():
        kept = entry.fields
        if other != manager:
            kept -= taken | difference.removed
        if kept:
            result[other] = entry._replace(fields=kept)
    if merged == live and before is not None and manager in result:
        result[manager] = result[manager]._replace(time=before.time)
    return merged, result


def applier(name: str, subresource: str) -> Manager:
    """The identity of one that applies."""
    return Manager(name, APPLY, "", subresource)


def _outside(config: Obj, ref: Ref, reset: Fields) -> Fields:
    present = typed.named_fields(typed.field_set(config, ref), ref)
    return frozenset(path for path in present if path in reset)


def _pruned(merged: Obj, managers: Managers, last: Fields, ref: Ref) -> Obj:
    """The merged object without what its applier owned before, and nobody owns now."""
    last_named = typed.named_fields(last, ref)
    pruned = typed.without(merged, last_named, ref)
    owned: Fields = frozenset()
    for entry in managers.values():
        owned |= entry.fields
    every = typed.named_fields(typed.field_set(merged, ref), ref)
    gone = every - typed.named_fields(typed.field_set(pruned, ref), ref)
    pruned = typed.without(merged, gone - typed.named_fields(owned, ref), ref)
    gone = every - typed.named_fields(typed.field_set(pruned, ref), ref)
    result: Obj = typed.without(merged, gone & last_named, ref) or {}
    return result


_KINDS = {
    "s": "string",
    "t": "string",
    "y": "string",
    BOOLEAN: "boolean",
    INT32: "numeric (int or float)",
    INT64: "numeric (int or float)",
    NUMBER: "numeric (int or float)",
}


def fits(config: Obj, ref: Ref) -> None:
    """Hold a configuration against the schema.

    Raises:
        TypedError: It does not fit. All that is wrong is named.
    """
    problems: list[str] = []
    _fits(config, ref, "", problems)
    if len(problems) == 1:
        raise TypedError(problems[0])
    if problems:
        raise TypedError("errors:" + "".join(f"\n  {problem}" for problem in problems))


def _fits(value: Json, ref: Ref, path: str, problems: list[str]) -> None:
    code = ref.code
    if value is None or code == ANY:
        return
    if code in (OBJECT, MAP):
        if not isinstance(value, dict):
            problems.append(f"{path}: expected map, got {_shown(value)}")
            return
        for key, item in value.items():
            field = ref.type.fields.get(key) if code == OBJECT else None
            below = field.ref if field is not None else ref.item
            if below is None:
                problems.append(f"{path}.{key}: field not declared in schema")
            else:
                _fits(item, below, f"{path}.{key}", problems)
    elif code == LIST:
        if not isinstance(value, list):
            problems.append(f"{path}: expected list, got {_shown(value)}")
            return
        assert ref.item is not None  # noqa: S101
        seen: set[str] = set()
        for index, item in enumerate(value):
            where = f"{path}[{index}]"
            if not typed.is_atomic(ref):
                try:
                    step = typed.element(item, ref, index, strict=True)
                except TypedError as error:
                    problems.append(f"{path}: {error}")
                    continue
                where = path + typed.shown((step,))
                if step in seen:
                    problems.append(f"{path}: duplicate entries for key {where[len(path) :]}")
                seen.add(step)
            _fits(item, ref.item, where, problems)
    elif not _is(value, code):
        wanted = _KINDS.get(code, "string")
        problems.append(f"{path}: expected {wanted}, got {_shown(value)}")


def _is(value: Json, code: str) -> bool:
    if code in (QUANTITY, INT_OR_STRING):
        return isinstance(value, str | int | float) and not isinstance(value, bool)
    if code == BOOLEAN:
        return isinstance(value, bool)
    if code in (INT32, INT64, NUMBER):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _shown(value: Json) -> str:
    if isinstance(value, bool | int | float | str):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return f"&value.valueUnstructured{{Value:{text}}}"
    return "map" if isinstance(value, dict) else "list"
