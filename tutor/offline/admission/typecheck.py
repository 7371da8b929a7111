"""Bodies against the types of the API, as Go's decoder holds them: its words, its order.

Source: sigs.k8s.io/json ``decode.go`` and ``kubernetes_patch.go``; apimachinery
``pkg/runtime/converter.go``.
"""

from typing import NamedTuple

from tutor.manifest.quantity import QuantityError, parse
from tutor.manifest.schema_bundle import (
    ANY,
    BOOLEAN,
    BYTES,
    INT32,
    INT64,
    INT_OR_STRING,
    LIST,
    MAP,
    NUMBER,
    OBJECT,
    QUANTITY,
    STRING,
    TIME,
    Ref,
    Type,
)
from tutor.offline.admission import gobase64, gotime
from tutor.offline.admission.gojson import Decimal, Doubled, quote
from tutor.offline.admission.gotypes import embedded, go_type, item_type, struct_name
from tutor.offline.admission.values import Json
from tutor.offline.objects import Obj

_MOST_STRICT = 100
"""Unknown and doubled fields that are told. Source: sigs.k8s.io/json, saveStrictError."""
_INT32 = 1 << 31
_INT64 = 1 << 63


class DecodeError(ValueError):
    """A body that does not fit its type. ``str()`` is the server's wording.

    Attributes:
        converted: The wording where the object did not come as JSON but as a map that was patched;
            empty where it is the same.
    """

    def __init__(self, message: str, converted: str = "") -> None:
        super().__init__(message)
        self.converted = converted


def go_kind(value: Json) -> str:
    """What Go's decoder calls a JSON value."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        return "object"
    if isinstance(value, list):
        return "array"
    return "number"


def check(obj: Obj, type_: Type) -> list[str]:
    """Hold an object against its type, as Go's decoder does.

    Returns:
        Unknown and doubled fields, in the order met; each is told once, and a hundred at most.

    Raises:
        DecodeError: A value is of another type than the field. The first one met counts; but what
            a type with a decoder of its own refuses (a time, an amount) ends everything at once.
    """
    found = _Found({}, [])
    _check_object(obj, type_, (), "", found)
    if found.wrong:
        raise found.wrong[0]
    return list(found.strict)


class _Found(NamedTuple):
    """What was met on the way through an object."""

    strict: dict[str, None]
    wrong: list[DecodeError]

    def note(self, text: str) -> None:
        if len(self.strict) < _MOST_STRICT:
            self.strict[text] = None


class _Where(NamedTuple):
    """The struct field being decoded, as messages name it."""

    owner: str
    names: tuple[str, ...]
    type: str

    def within(self, ref: Ref) -> "_Where":
        """The same for what the field's list or map holds."""
        return self._replace(type=item_type(self.type, ref))


def _check_object(obj: Obj, type_: Type, names: tuple[str, ...], path: str, found: _Found) -> None:
    fields = type_.fields
    prefix = f"{path}." if path else ""
    seen: set[str] = set()
    for key in obj.sequence if isinstance(obj, Doubled) else obj:
        field, value = fields.get(key), obj[key]
        if key in seen:
            if field is not None:  # one that is unknown is only told to be that
                found.note(f"duplicate field {quote(prefix + key)}")
            continue
        seen.add(key)
        if field is None:
            found.note(f"unknown field {quote(prefix + key)}")
        elif value is not None:
            reached = (*names, *embedded(type_.name, key), key)
            where = _Where(type_.name, reached, go_type(type_.name, key, field.ref))
            _check(value, field.ref, where, prefix + key, found)


_RESTORED = {OBJECT: "struct from:", LIST: "slice from", MAP: "map from", BYTES: "slice from"}
_GO_KINDS = {"array": "slice", "object": "map"}
_SCALAR_KINDS = {INT32: "int32", INT64: "int64", BOOLEAN: "bool", NUMBER: "float64"}


def _mismatch(value: Json, where: _Where, type_: str, code: str) -> DecodeError:
    shown = kind = go_kind(value)
    if kind == "number" and type_ in ("int32", "int64"):
        shown = f"number {value.text if isinstance(value, Decimal) else value}"
    return DecodeError(
        f"json: cannot unmarshal {shown} into Go struct field"
        f" {struct_name(where.owner)}.{'.'.join(where.names)} of type {type_}",
        _unconverted(value, type_, code),
    )


def _unconverted(value: Json, type_: str, code: str) -> str:
    """The wording where the value comes from a map.

    Source: apimachinery ``pkg/runtime/converter.go``, fromUnstructured.
    """
    kind = go_kind(value)
    number = "float64" if isinstance(value, float) else "int64"
    if code in _RESTORED:
        found = number if kind == "number" else _GO_KINDS.get(kind, kind)
        return f"cannot restore {_RESTORED[code]} {found}"
    if kind == "number" and (number, code) in _CONVERTIBLE:
        return f"cannot convert {number} to {type_}"
    return f"unrecognized type: {_SCALAR_KINDS.get(code, 'string')}"


_CONVERTIBLE = frozenset({("int64", STRING), ("float64", INT32), ("float64", INT64)})
"""What Go could convert, and JSON does not."""


def _check(value: Json, ref: Ref, where: _Where, path: str, found: _Found) -> None:
    code, item = ref.code, ref.item
    if code == OBJECT:
        if isinstance(value, dict):
            _check_object(value, ref.type, where.names, path, found)
        else:
            found.wrong.append(_mismatch(value, where, where.type, code))
    elif code == LIST and item is not None:
        if not isinstance(value, list):
            found.wrong.append(_mismatch(value, where, where.type, code))
            return
        inner = where.within(item)
        for index, one in enumerate(value):
            if one is not None:
                _check(one, item, inner, f"{path}[{index}]", found)
    elif code == MAP and item is not None:
        if not isinstance(value, dict):
            found.wrong.append(_mismatch(value, where, where.type, code))
            return
        if isinstance(value, Doubled):
            for key in value.twice:
                found.note(f"duplicate field {quote(f'{path}.{key}')}")
        inner = where.within(item)
        for key, one in value.items():
            if one is not None:
                _check(one, item, inner, f"{path}.{key}", found)
    elif code == QUANTITY:
        _check_amount(value, path)
    elif code in (TIME, INT_OR_STRING):
        _check_decoded(value, code, where)
    elif code != ANY:
        _check_scalar(value, code, where, found)


def _check_amount(value: Json, path: str) -> None:
    try:
        if isinstance(value, bool | dict | list):
            raise QuantityError.form()
        parse(value.text if isinstance(value, Decimal) else value)
    except QuantityError as error:
        raise DecodeError(str(error)) from None


def _check_decoded(value: Json, code: str, where: _Where) -> None:
    """Hold a value against a type that has a decoder of its own."""
    if isinstance(value, str):
        problem = gotime.problem(value, micro=where.type == "v1.MicroTime") if code == TIME else ""
        if problem:
            raise DecodeError(problem)
        return
    whole = isinstance(value, int) and not isinstance(value, bool)
    if code == INT_OR_STRING and whole and -_INT32 <= value < _INT32:
        return
    type_ = "string" if code == TIME else "int32"
    wrong = _mismatch(value, where, type_, code)
    shown = str(wrong).partition(" into Go struct field ")[0]
    wrong.converted = f"{shown} into Go value of type {type_}"
    raise wrong


def _check_scalar(value: Json, code: str, where: _Where, found: _Found) -> None:
    if code in (INT32, INT64):
        bound = _INT32 if code == INT32 else _INT64
        whole = isinstance(value, int) and not isinstance(value, bool)
        fits = whole and -bound <= value < bound
    elif code == BOOLEAN:
        fits = isinstance(value, bool)
    elif code == NUMBER:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        fits = isinstance(value, str)
    if not fits:
        found.wrong.append(_mismatch(value, where, where.type, code))
    elif code == BYTES and (problem := gobase64.problem(value)):
        found.wrong.append(DecodeError(problem, f"error decoding from json: {problem}"))
