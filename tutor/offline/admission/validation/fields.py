"""The building blocks of validation: field errors, and formats shared by all kinds.

Source: apimachinery ``pkg/util/validation/{validation.go,field/errors.go}``.
"""

import re
from collections.abc import Iterable

from tutor.offline.admission.gojson import dumps, quote
from tutor.offline.admission.values import Json
from tutor.offline.errors import Cause

MAX_LABEL = 63
MAX_SUBDOMAIN = 253
NOT_NEGATIVE = "must be greater than or equal to 0"
IMMUTABLE = "field is immutable"

_LABEL_FORM = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN_FORM = rf"{_LABEL_FORM}(\.{_LABEL_FORM})*"
_VALUE_FORM = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_NAME_FORM = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL = re.compile(_LABEL_FORM, re.ASCII)
_SUBDOMAIN = re.compile(_SUBDOMAIN_FORM, re.ASCII)
_VALUE = re.compile(_VALUE_FORM, re.ASCII)
_NAME = re.compile(_NAME_FORM, re.ASCII)
_KEY = re.compile(r"[-._a-zA-Z0-9]+", re.ASCII)
_PERCENT = re.compile(r"[0-9]+%", re.ASCII)


def _shown(value: Json) -> str:
    return quote(value) if isinstance(value, str) else dumps(value)


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


def unsupported(path: str, value: Json, values: Iterable[str]) -> Cause:
    """A value outside a list."""
    listed = ", ".join(f'"{one}"' for one in values)
    return Cause(
        "FieldValueNotSupported",
        f"Unsupported value: {_shown(value)}: supported values: {listed}",
        path,
    )


def too_long(path: str, most: int) -> Cause:
    """A value that is too long to be repeated."""
    return Cause("FieldValueTooLong", f"Too long: may not be more than {most} bytes", path)


def not_negative(path: str, value: Json) -> list[Cause]:
    """Refuse a number below 0."""
    if isinstance(value, int) and value < 0:
        return [invalid(path, value, NOT_NEGATIVE)]
    return []


def _form(says: str, form: str, *examples: str) -> str:
    given = ", ".join(f" or '{one}'" if i else f"'{one}'" for i, one in enumerate(examples))
    return f"{says} (e.g. {given}, regex used for validation is '{form}')"


def _longest(most: int) -> str:
    return f"must be no more than {most} characters"


def dns_label(value: str) -> list[str]:
    """What is wrong with a DNS label (RFC 1123)."""
    wrong = [_longest(MAX_LABEL)] if len(value) > MAX_LABEL else []
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
    wrong = [_longest(MAX_SUBDOMAIN)] if len(value) > MAX_SUBDOMAIN else []
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
    return [f"may not contain '{one}'" for one in "/%" if one in value]


def label_value(value: str) -> list[str]:
    """What is wrong with the value of a label."""
    wrong = [_longest(MAX_LABEL)] if len(value) > MAX_LABEL else []
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
                "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and"
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
            wrong += [f"prefix part {one}" for one in dns_subdomain(prefix)]
    if not name:
        wrong.append("name part must be non-empty")
    elif len(name) > MAX_LABEL:
        wrong.append(f"name part {_longest(MAX_LABEL)}")
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
    wrong = [_longest(MAX_SUBDOMAIN)] if len(value) > MAX_SUBDOMAIN else []
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
    elif value == ".":
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
    wrong: list[str] = []
    if len(value) > 15:
        wrong.append(_longest(15))
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
