"""Bodies against the types of the API, as Go's decoder holds them: its words, its order.

Source: sigs.k8s.io/json ``decode.go`` and ``kubernetes_patch.go``; apimachinery
``pkg/runtime/converter.go``.
"""

from math import isfinite
from typing import NamedTuple

from tutor.manifest.quantity import QuantityError, immense, parse
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
from tutor.offline import refusals
from tutor.offline.admission import gobase64, gotime
from tutor.offline.admission.gojson import Decimal, Doubled, quote
from tutor.offline.admission.gotypes import embedded, go_type, item_type, struct_name
from tutor.offline.admission.values import Json
from tutor.offline.objects import Obj

MOST_STRICT = 100
"""Unknown and doubled fields of one body that are told."""
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
        ApiError: 504 for an amount that nothing calculates with.
    """
    found = _Found()
    _check_object(obj, type_, (), "", found)
    if found.wrong is not None:
        raise found.wrong
    return found.strict.texts


class Strict:
    """What a strict decoder finds: each thing once, and no more than a hundred of them.

    Source: ``sigs.k8s.io/json``, kubernetes_patch.go, ``saveStrictError``.

    Attributes:
        texts: ``unknown field "spec.x"``, in the order met.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._seen: set[tuple[str, str]] = set()

    @property
    def full(self) -> bool:
        """Whether no more is noted."""
        return len(self.texts) >= MOST_STRICT

    def note(self, what: str, path: str) -> None:
        """Note that a field is ``unknown`` or ``duplicate``."""
        if not self.full and (what, path) not in self._seen:
            self._seen.add((what, path))
            self.texts.append(f"{what} field {quote(path)}")


class _Found:
    """What was met on the way through an object: what is strict, and the first wrong value."""

    def __init__(self) -> None:
        self.strict = Strict()
        self.wrong: DecodeError | None = None

    def mismatch(self, value: Json, where: "_Where", code: str) -> None:
        """Note a value of another type than the field."""
        if self.wrong is None:
            self.wrong = _mismatch(value, where, where.type, code)


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
                found.strict.note("duplicate", prefix + key)
            continue
        seen.add(key)
        if field is None:
            found.strict.note("unknown", prefix + key)
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
            found.mismatch(value, where, code)
    elif code == LIST and item is not None:
        if not isinstance(value, list):
            found.mismatch(value, where, code)
            return
        inner = where.within(item)
        for index, one in enumerate(value):
            if one is not None:
                _check(one, item, inner, f"{path}[{index}]", found)
            elif item.code == OBJECT:
                value[index] = {}  # a struct without anything, to Go
    elif code == MAP and item is not None:
        if not isinstance(value, dict):
            found.mismatch(value, where, code)
            return
        if isinstance(value, Doubled):
            for key in value.twice:
                if found.strict.full:
                    break
                found.strict.note("duplicate", f"{path}.{key}")
        inner = where.within(item)
        for key, one in value.items():
            if one is not None:
                _check(one, item, inner, f"{path}.{key}", found)
    elif code == QUANTITY:
        _check_amount(value, path)
    elif code in (TIME, INT_OR_STRING):
        _check_decoded(value, code, where)
    elif code == ANY:
        _check_finite(value)
    else:
        _check_scalar(value, code, where, found)


def _check_finite(value: Json) -> None:
    """Refuse a number that no float holds: where nothing says what it is, it is read as one."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _check_finite(item)
    elif isinstance(value, float) and not isfinite(value):
        shown = value.text if isinstance(value, Decimal) else value
        raise DecodeError(f"json: cannot unmarshal number {shown} into Go value of type float64")


def _check_amount(value: Json, path: str) -> None:
    if isinstance(value, bool | dict | list):
        raise DecodeError(str(QuantityError.form()))
    text = value.text if isinstance(value, Decimal) else value
    if immense(text):
        raise refusals.immense(path, str(text))
    try:
        parse(text)
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
        found.mismatch(value, where, code)
    elif code == BYTES and found.wrong is None and (problem := gobase64.problem(value)):
        found.wrong = DecodeError(problem, f"error decoding from json: {problem}")
