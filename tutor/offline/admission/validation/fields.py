"""The building blocks of validation: field errors, and formats shared by all kinds.

Source: apimachinery ``pkg/util/validation/{validation.go,field/errors.go}`` and
``pkg/api/validate/content``. Keys and values of labels are measured in "bytes", everything older in
"characters"; both count bytes.
"""

import re
from collections.abc import Callable, Iterable

from tutor.offline.admission.gojson import dumps, quote
from tutor.offline.admission.values import Json
from tutor.offline.errors import Cause

MAX_LABEL = 63
MAX_SUBDOMAIN = 253
NOT_NEGATIVE = "must be greater than or equal to 0"
IMMUTABLE = "field is immutable"

_LABEL_FORM = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN_FORM = rf"{_LABEL_FORM}(\.{_LABEL_FORM})*"
_UNDERSCORED_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_UNDERSCORED_FORM = rf"{_UNDERSCORED_LABEL}(\.{_UNDERSCORED_LABEL})*"
_VALUE_FORM = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_NAME_FORM = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL = re.compile(_LABEL_FORM, re.ASCII)
_SUBDOMAIN = re.compile(_SUBDOMAIN_FORM, re.ASCII)
_UNDERSCORED = re.compile(_UNDERSCORED_FORM, re.ASCII)
_VALUE = re.compile(_VALUE_FORM, re.ASCII)
_NAME = re.compile(_NAME_FORM, re.ASCII)
_KEY = re.compile(r"[-._a-zA-Z0-9]+", re.ASCII)
_PERCENT = re.compile(r"[0-9]+%", re.ASCII)


class Named(str):
    """A text of a type of its own in Go, which is shown as JSON and not as Go quotes texts."""

    __slots__ = ()


def _shown(value: Json) -> str:
    plain = isinstance(value, str) and not isinstance(value, Named)
    return quote(value) if plain else dumps(value)


def invalid(path: str, value: Json, why: str) -> Cause:
    """A value that breaks a rule."""
    text = f"Invalid value: {_shown(value)}"
    return Cause("FieldValueInvalid", f"{text}: {why}" if why else text, path)


def required(path: str, why: str = "") -> Cause:
    """A value that is missing."""
    return Cause("FieldValueRequired", f"Required value: {why}" if why else "Required value", path)


def duplicate(path: str, value: Json) -> Cause:
    """A value that may stand once and stands twice."""
    return Cause("FieldValueDuplicate", f"Duplicate value: {_shown(value)}", path)


def not_found(path: str, value: Json) -> Cause:
    """A reference to something that is not there."""
    return Cause("FieldValueNotFound", f"Not found: {_shown(value)}", path)


def forbidden(path: str, why: str) -> Cause:
    """A value where none may stand, or a change that may not be made."""
    return Cause("FieldValueForbidden", f"Forbidden: {why}", path)


def unsupported(path: str, value: Json, values: Iterable[str], *, plain: bool = False) -> Cause:
    """A value outside a list.

    Args:
        path: Where it stands.
        value: The value.
        values: The list.
        plain: Whether Go has it as a string, and not as a type of its own.
    """
    listed = ", ".join(f'"{one}"' for one in values)
    shown = _shown(value) if plain else dumps(value)
    return Cause(
        "FieldValueNotSupported", f"Unsupported value: {shown}: supported values: {listed}", path
    )


def too_long(path: str, most: int) -> Cause:
    """A value that is too long to be repeated."""
    return Cause("FieldValueTooLong", f"Too long: may not be more than {most} bytes", path)


def too_many(path: str, count: int, most: int) -> Cause:
    """A list that is too long."""
    why = f"must have at most {most} items"
    return Cause("FieldValueTooMany", f"Too many: {count}: {why}", path)


def not_negative(path: str, value: Json) -> list[Cause]:
    """Refuse a number below 0."""
    if isinstance(value, int) and value < 0:
        return [invalid(path, value, NOT_NEGATIVE)]
    return []


def _form(says: str, form: str, *examples: str) -> str:
    given = ", ".join(f" or '{one}'" if i else f"'{one}'" for i, one in enumerate(examples))
    return f"{says} (e.g. {given}, regex used for validation is '{form}')"


_CHARACTERS, _BYTES = "characters", "bytes"


def size(value: str) -> int:
    """Bytes of a text."""
    return len(value.encode("utf-8", "surrogatepass"))


def _longer(value: str, most: int, unit: str = _CHARACTERS) -> list[str]:
    return [f"must be no more than {most} {unit}"] if size(value) > most else []


def as_prefix(rule: Callable[[str], list[str]], base: str) -> list[str]:
    """What is wrong with the beginning of a name, to which the server will add."""
    if rule is path_segment:
        return _segment(base)
    return rule(base[:-2] + "a" if len(base) > 1 and base.endswith("-") else base)


def dns_label(value: str) -> list[str]:
    """What is wrong with a DNS label (RFC 1123)."""
    wrong = _longer(value, MAX_LABEL)
    if not _LABEL.fullmatch(value):
        if _SUBDOMAIN.fullmatch(value):
            wrong.append("must not contain dots")
        else:
            wrong.append(
                _form(
                    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters"
                    " or '-', and must start and end with an alphanumeric character",
                    _LABEL_FORM,
                    "my-name",
                    "123-abc",
                )
            )
    return wrong


def dns_subdomain(value: str) -> list[str]:
    """What is wrong with a DNS name (RFC 1123)."""
    return _subdomain(value, _CHARACTERS)


def _subdomain(value: str, unit: str) -> list[str]:
    wrong = _longer(value, MAX_SUBDOMAIN, unit)
    if not _SUBDOMAIN.fullmatch(value):
        wrong.append(
            _form(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters,"
                " '-' or '.', and must start and end with an alphanumeric character",
                _SUBDOMAIN_FORM,
                "example.com",
            )
        )
    return wrong


def path_segment(value: str) -> list[str]:
    """What is wrong with a name that only has to stand in a path."""
    if value in (".", ".."):
        return [f"may not be '{value}'"]
    return _segment(value)


def _segment(value: str) -> list[str]:
    return [f"may not contain '{one}'" for one in "/%" if one in value]


def dns_subdomain_underscored(value: str) -> list[str]:
    """What is wrong with a DNS name that may have underscores."""
    wrong = _longer(value, MAX_SUBDOMAIN)
    if not _UNDERSCORED.fullmatch(value):
        wrong.append(
            _form(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters,"
                " '_', '-' or '.', and must start and end with an alphanumeric character",
                _UNDERSCORED_FORM,
                "example.com",
            )
        )
    return wrong


def label_value(value: str) -> list[str]:
    """What is wrong with the value of a label."""
    wrong = _longer(value, MAX_LABEL, _BYTES)
    if not _VALUE.fullmatch(value):
        wrong.append(
            _form(
                "a valid label must be an empty string or consist of alphanumeric characters, '-',"
                " '_' or '.', and must start and end with an alphanumeric character",
                _VALUE_FORM,
                "MyValue",
                "my_value",
                "12345",
            )
        )
    return wrong


def qualified_name(value: str) -> list[str]:
    """What is wrong with the key of a label or an annotation."""
    wrong: list[str] = []
    prefix, slash, name = value.rpartition("/")
    if "/" in prefix:
        return [
            _form(
                "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and"
                " must start and end with an alphanumeric character",
                _NAME_FORM,
                "MyName",
                "my.name",
                "123-abc",
            )
            + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        ]
    if slash:
        if not prefix:
            wrong.append("prefix part must be non-empty")
        else:
            wrong += [f"prefix part {one}" for one in _subdomain(prefix, _BYTES)]
    if not name:
        wrong.append("name part must be non-empty")
    wrong += [f"name part {one}" for one in _longer(name, MAX_LABEL, _BYTES)]
    if not _NAME.fullmatch(name):
        wrong.append(
            "name part "
            + _form(
                "must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
                " with an alphanumeric character",
                _NAME_FORM,
                "MyName",
                "my.name",
                "123-abc",
            )
        )
    return wrong


def config_key(value: str) -> list[str]:
    """What is wrong with a key of a ConfigMap or a Secret."""
    wrong = _longer(value, MAX_SUBDOMAIN)
    if not _KEY.fullmatch(value):
        wrong.append(
            _form(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                "[-._a-zA-Z0-9]+",
                "key.name",
                "KEY_NAME",
                "key-name",
            )
        )
    if value == ".":
        wrong.append("must not be '.'")
    elif value == "..":
        wrong.append("must not be '..'")
    elif value.startswith(".."):
        wrong.append("must not start with '..'")
    return wrong


def percent(value: str) -> list[str]:
    """What is wrong with a percentage."""
    if _PERCENT.fullmatch(value):
        return []
    return [
        _form(
            "a valid percent string must be a numeric string followed by an ending '%'",
            "[0-9]+%",
            "1%",
            "93%",
        )
    ]


def port_name(value: str) -> list[str]:
    """What is wrong with the name of a port (RFC 6335)."""
    wrong = _longer(value, 15)
    if not re.fullmatch("[-a-z0-9]+", value):
        wrong.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", value):
        wrong.append("must contain at least one letter (a-z)")
    if "--" in value:
        wrong.append("must not contain consecutive hyphens")
    if value and (value[0] == "-" or value[-1] == "-"):
        wrong.append("must not begin or end with a hyphen")
    return wrong


def port_number(value: int) -> list[str]:
    """What is wrong with the number of a port."""
    return [] if 1 <= value <= 65535 else ["must be between 1 and 65535, inclusive"]
