"""JSON patches (RFC 6902), as ``gopkg.in/evanphx/json-patch.v4`` applies them."""

import re

from tutor.offline.admission import gojson
from tutor.offline.admission.patch.errors import PatchError
from tutor.offline.admission.values import Json, copied
from tutor.offline.objects import Obj

MAX_OPERATIONS = 10_000
MAX_COPIED = 3 * 1024 * 1024
"""Bytes that all copies of a patch may come to (the API server's ``JSONPatchMaxCopyBytes``)."""
_INDEX = re.compile(r"-?[0-9]+")
_OPERATIONS = frozenset({"add", "remove", "replace", "move", "copy", "test"})


def apply(document: Obj, patch: Json) -> Json:
    """The document with all operations done.

    Raises:
        PatchError: 400 for what is no patch, 413 for too long a one, 422 for one that fails.
    """
    if not isinstance(patch, list) or not all(isinstance(one, dict) for one in patch):
        kind = "array" if isinstance(patch, list) else "object"
        raise PatchError(
            400, f"json: cannot unmarshal {kind} into Go value of type jsonpatch.Patch"
        )
    if len(patch) > MAX_OPERATIONS:
        raise PatchError(
            413,
            f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(patch)}",
        )
    result: Json = copied(document)
    grown = 0
    for operation in patch:
        if operation.get("op") == "copy":
            grown += _growth(result, operation)
            if grown > MAX_COPIED:
                raise PatchError(
                    422,
                    "Unable to complete the copy, the accumulated size increase of copy is "
                    f"{grown}, exceeding the limit {MAX_COPIED}",
                )
        result = _one(result, operation)
    return result


def _growth(document: Json, operation: Obj) -> int:
    """Bytes that a copy adds."""
    source = operation.get("from")
    if not isinstance(source, str):
        return 0
    return len(gojson.dumps(_find(document, source, absent=True)).encode())


def _one(document: Json, operation: Obj) -> Json:
    kind, path = operation.get("op"), operation.get("path")
    if kind not in _OPERATIONS:
        raise PatchError(422, f"Unexpected kind: {kind}")
    if not isinstance(path, str):
        raise PatchError(422, "missing path")
    if kind in ("move", "copy"):
        source = operation.get("from")
        if not isinstance(source, str):
            raise PatchError(422, "missing from")
        value = _find(document, source, absent=True)
        if kind == "move":
            return _add(_remove(document, source), path, value)
        return _add(document, path, copied(value))
    if kind == "remove":
        return _remove(document, path)
    if kind != "test" and "value" not in operation:
        raise PatchError(422, "missing value")
    value = copied(operation.get("value"))
    if kind == "add":
        return _add(document, path, value)
    if kind == "test":
        found = _find(document, path, absent=True)
        if found != value or isinstance(found, bool) != isinstance(value, bool):
            raise PatchError(422, f"testing value {path} failed")
        return document
    _find(document, path, absent=True)  # the library takes an absent key of an object for null
    if not path:
        return value
    parent, key = _parent(document, path)
    parent[_at(parent, key) if isinstance(parent, list) else key] = value
    return document


def _steps(path: str) -> list[str]:
    if path and not path.startswith("/"):
        raise PatchError(422, f"bad path {path}")
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _find(document: Json, path: str, *, absent: bool = False) -> Json:
    found = document
    steps = _steps(path)
    for number, step in enumerate(steps):
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list):
            found = found[_at(found, step)]
        elif absent and isinstance(found, dict) and number == len(steps) - 1:
            return None
        else:
            raise PatchError(422, f"doc is missing path: {path}")
    return found


def _at(items: list[Json], step: str) -> int:
    if not _INDEX.fullmatch(step):
        raise PatchError(422, f"bad index {step}")
    index = int(step) if len(step) < 10 else len(items)
    if not -len(items) <= index < len(items):
        raise PatchError(422, f"Unable to access invalid index: {step}")
    return index


def _parent(document: Json, path: str) -> tuple[Json, str]:
    before, _, last = path.rpartition("/")
    parent = _find(document, before)
    if not isinstance(parent, dict | list):
        raise PatchError(422, f"doc is missing path: {path}")
    return parent, last.replace("~1", "/").replace("~0", "~")


def _add(document: Json, path: str, value: Json) -> Json:
    if not path:
        return value
    parent, key = _parent(document, path)
    if isinstance(parent, dict):
        parent[key] = value
    elif key == "-":
        parent.append(value)
    else:
        if not _INDEX.fullmatch(key) or len(key) > 9:
            raise PatchError(422, f"bad index {key}")
        index = int(key)
        if index < 0:
            index += len(parent) + 1
        if not 0 <= index <= len(parent):
            raise PatchError(422, f"Unable to access invalid index: {key}")
        parent.insert(index, value)
    return document


def _remove(document: Json, path: str) -> Json:
    parent, key = _parent(document, path)
    if isinstance(parent, list):
        del parent[_at(parent, key)]
    elif key in parent:
        del parent[key]
    else:
        raise PatchError(422, f"Unable to remove nonexistent key: {key}")
    return document
