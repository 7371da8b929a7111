"""Label and field selectors: parsed, matched and printed as apimachinery does.

``labels(text)`` and ``fields(resource, text)`` parse what a request carries and raise the real
refusals; ``of_object(selector)`` reads a LabelSelector of an object (``matchLabels`` and
``matchExpressions``). All give something to call: ``selector(obj) -> bool``.

Source: staging/src/k8s.io/apimachinery/pkg/labels/selector.go, pkg/fields/selector.go;
pkg/apis/core/v1/conversion.go for the fields of each kind.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, labels_of, name_of, namespace_of
from tutor.offline.resources import Resource

_OPERATORS = ("in", "notin", "=", "==", "!=", "gt", "lt")
_SYMBOLS = "=!(),<>"
_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def bad_request(message: str) -> ApiError:
    """A 400 with this text."""
    return ApiError(400, "BadRequest", message)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label.

    Attributes:
        key: The label.
        operator: ``=``, ``!=``, ``in``, ``notin``, ``exists``, ``!``, ``gt``, ``lt``.
        values: Sorted; one for comparisons, none for ``exists`` and ``!``.
    """

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def __call__(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet it."""
        value = labels.get(self.key)
        match self.operator:
            case "=" | "in":
                return value is not None and value in self.values
            case "!=" | "notin":
                return value is None or value not in self.values
            case "exists":
                return value is not None
            case "!":
                return value is None
        try:
            found, bound = int(value or ""), int(self.values[0])
        except ValueError:
            return False
        return found > bound if self.operator == "gt" else found < bound

    def __str__(self) -> str:
        values = ",".join(self.values)
        match self.operator:
            case "exists":
                return self.key
            case "!":
                return f"!{self.key}"
            case "in" | "notin":
                return f"{self.key} {self.operator} ({values})"
            case "gt":
                return f"{self.key}>{values}"
            case "lt":
                return f"{self.key}<{values}"
        return f"{self.key}{self.operator}{values}"


@dataclass(frozen=True, slots=True)
class Selector:
    """A label selector: all requirements must hold; none at all select everything.

    Attributes:
        requirements: Sorted by key.
        nothing: Selects no object at all (a missing LabelSelector).
    """

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False

    def __call__(self, obj: Obj) -> bool:
        """Whether the object's labels meet it."""
        return self.matches(labels_of(obj))

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet it."""
        return not self.nothing and all(one(labels) for one in self.requirements)

    def __str__(self) -> str:
        return ",".join(map(str, self.requirements))


EVERYTHING = Selector()


class _Parser:
    """The parser of labels.Parse, token by token, so that its refusals come out the same."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0

    def look(self, values: bool = False) -> tuple[str, str]:
        sort, literal = self.tokens[self.at]
        if values and sort in ("in", "notin"):
            sort = "identifier"
        return sort, literal

    def take(self, values: bool = False) -> tuple[str, str]:
        found = self.look(values)
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return found

    def parse(self) -> Iterator[Requirement]:
        while True:
            sort, literal = self.look(values=True)
            if sort in ("identifier", "!"):
                yield self.requirement()
                sort, literal = self.take(values=True)
                if sort == "end":
                    return
                if sort != ",":
                    raise ValueError(f"found '{literal}', expected: ',' or 'end of string'")
                after, literal = self.look(values=True)
                if after not in ("identifier", "!"):
                    raise ValueError(f"found '{literal}', expected: identifier after ','")
            elif sort == "end":
                return
            else:
                raise ValueError(f"found '{literal}', expected: !, identifier, or 'end of string'")

    def requirement(self) -> Requirement:
        negated = self.look()[0] == "!"
        if negated:
            self.take()
        sort, key = self.take(values=True)
        if sort != "identifier":
            raise ValueError(f"found '{key}', expected: identifier")
        _check_key(key)
        if negated:
            return Requirement(key, "!")
        if self.look(values=True)[0] in ("end", ","):
            return Requirement(key, "exists")
        sort, literal = self.take()
        if sort not in ("in", "notin", "=", "==", "!=", ">", "<"):
            raise ValueError(f"found '{literal}', expected: {', '.join(_OPERATORS)}")
        if sort in ("in", "notin"):
            return _requirement(key, sort, self.set_values())
        value = self.exact_value()
        operator = {"==": "=", ">": "gt", "<": "lt"}.get(sort, sort)
        return _requirement(key, operator, {value})

    def set_values(self) -> set[str]:
        sort, literal = self.take(values=True)
        if sort != "(":
            raise ValueError(f"found '{literal}' expected: '('")
        sort, literal = self.look(values=True)
        if sort == ")":
            self.take()
            return {""}
        if sort not in ("identifier", ","):
            raise ValueError(f"found '{literal}', expected: ',', ')' or identifier")
        found = self.identifiers()
        sort, literal = self.take()
        if sort != ")":
            raise ValueError(f"found '{literal}', expected: ')'")
        return found

    def identifiers(self) -> set[str]:
        found: set[str] = set()
        while True:
            sort, literal = self.take(values=True)
            if sort == "identifier":
                found.add(literal)
                after, other = self.look(values=True)
                if after == ")":
                    return found
                if after != ",":
                    raise ValueError(f"found '{other}', expected: ',' or ')'")
            elif sort == ",":
                if not found:
                    found.add("")
                after, other = self.look(values=True)
                if after == ")":
                    found.add("")
                    return found
                if after == ",":
                    self.take(values=True)
                    found.add("")
            else:
                raise ValueError(f"found '{literal}', expected: ',', or identifier")

    def exact_value(self) -> str:
        sort, literal = self.look(values=True)
        if sort in ("end", ","):
            return ""
        sort, literal = self.take(values=True)
        if sort != "identifier":
            raise ValueError(f"found '{literal}', expected: identifier")
        return literal


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        one = text[at]
        if one in " \t\r\n":
            at += 1
        elif one in _SYMBOLS:
            end = at + (2 if text[at : at + 2] in ("==", "!=") else 1)
            yield text[at:end], text[at:end]
            at = end
        else:
            end = at
            while end < len(text) and text[end] not in _SYMBOLS and text[end] not in " \t\r\n":
                end += 1
            word = text[at:end]
            yield (word if word in ("in", "notin") else "identifier"), word
            at = end
    yield "end", ""


def _check_key(key: str) -> None:
    prefix, slash, name = key.rpartition("/")
    problems = []
    if "/" in prefix:
        problems.append(
            "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must "
            "start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
            "'123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') "
            "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        )
    else:
        if slash and not prefix:
            problems.append("prefix part must be non-empty")
        elif slash and not _SUBDOMAIN.fullmatch(prefix):
            problems.append(
                "prefix part a lowercase RFC 1123 subdomain must consist of lower case "
                "alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
                "character (e.g. 'example.com', regex used for validation is "
                "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
            )
        if not name:
            problems.append("name part must be non-empty")
        elif len(name) > 63:
            problems.append("name part must be no more than 63 characters")
        if not _NAME.fullmatch(name):
            problems.append(
                "name part must consist of alphanumeric characters, '-', '_' or '.', and must "
                "start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
                "'123-abc', regex used for validation is "
                "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
            )
    if problems:
        raise ValueError(f'<nil>: Invalid value: "{key}": {"; ".join(problems)}')


def _requirement(key: str, operator: str, values: set[str]) -> Requirement:
    ordered = tuple(sorted(values))
    if operator in ("gt", "lt"):
        for value in ordered:
            if not re.fullmatch(r"[+-]?[0-9]+", value):
                raise ValueError(
                    f"values[0]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, "
                    "the value must be an integer"
                )
    for index, value in enumerate(ordered):
        problems = []
        if len(value) > 63:
            problems.append("must be no more than 63 characters")
        if not _VALUE.fullmatch(value):
            problems.append(
                "a valid label must be an empty string or consist of alphanumeric characters, "
                "'-', '_' or '.', and must start and end with an alphanumeric character (e.g. "
                "'MyValue',  or 'my_value',  or '12345', regex used for validation is "
                "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
            )
        if problems:
            raise ValueError(
                f'values[{index}][{key}]: Invalid value: "{value}": {"; ".join(problems)}'
            )
    return Requirement(key, operator, ordered)


def labels(text: str) -> Selector:
    """The selector of ``?labelSelector=``.

    Raises:
        ApiError: 400 with the parser's own words.
    """
    if not text:
        return EVERYTHING
    try:
        found = tuple(sorted(_Parser(text).parse(), key=lambda one: one.key))
    except ValueError as problem:
        raise bad_request(f"unable to parse requirement: {problem}") from None
    return Selector(found)


def of_object(selector: Any) -> Selector:  # noqa: ANN401
    """The selector of a LabelSelector; none selects nothing, an empty one everything.

    Raises:
        ApiError: An operator that does not exist; the API refuses such objects when they are made.
    """
    if not isinstance(selector, dict):
        return Selector(nothing=True)
    found = [
        Requirement(key, "=", (str(value),))
        for key, value in (selector.get("matchLabels") or {}).items()
    ]
    operators = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!"}
    for one in selector.get("matchExpressions") or ():
        operator = operators.get(one.get("operator"))
        if operator is None:
            raise bad_request(f'"{one.get("operator")}" is not a valid label selector operator')
        found.append(
            Requirement(one.get("key", ""), operator, tuple(sorted(one.get("values") or ())))
        )
    return Selector(tuple(sorted(found, key=lambda one: one.key)))


def of_labels(wanted: Mapping[str, str] | None) -> Selector:
    """The selector of a plain map, as a Service has; none and empty select nothing."""
    if not wanted:
        return Selector(nothing=True)
    return Selector(tuple(Requirement(key, "=", (wanted[key],)) for key in sorted(wanted)))


def _flag(value: Any) -> str:  # noqa: ANN401
    return "true" if value else "false"


_Reader = Callable[[Obj], str]


def _text(*path: str, default: str = "") -> _Reader:
    return lambda obj: str(dig(obj, *path, default=default))


_GENERIC: dict[str, _Reader] = {"metadata.name": name_of, "metadata.namespace": namespace_of}
_FIELDS: dict[str, dict[str, _Reader]] = {
    "pods": {
        "spec.nodeName": _text("spec", "nodeName"),
        "spec.restartPolicy": _text("spec", "restartPolicy"),
        "spec.schedulerName": _text("spec", "schedulerName"),
        "spec.serviceAccountName": _text("spec", "serviceAccountName"),
        "spec.hostNetwork": lambda obj: _flag(dig(obj, "spec", "hostNetwork")),
        "status.phase": _text("status", "phase"),
        "status.podIP": _text("status", "podIP"),
        "status.nominatedNodeName": _text("status", "nominatedNodeName"),
    },
    "nodes": {"spec.unschedulable": lambda obj: _flag(dig(obj, "spec", "unschedulable"))},
    "namespaces": {"status.phase": _text("status", "phase")},
    "secrets": {"type": _text("type")},
    "services": {"spec.clusterIP": _text("spec", "clusterIP"), "spec.type": _text("spec", "type")},
    "events": {
        **{
            f"involvedObject.{part}": _text("involvedObject", part)
            for part in (
                "kind",
                "namespace",
                "name",
                "uid",
                "apiVersion",
                "resourceVersion",
                "fieldPath",
            )
        },
        "reason": _text("reason"),
        "reportingComponent": _text("reportingComponent"),
        "source": lambda obj: (
            dig(obj, "source", "component") or dig(obj, "reportingComponent", default="")
        ),
        "type": _text("type"),
    },
    "replicasets.apps": {"status.replicas": _text("status", "replicas", default="0")},
}
# Their conversion functions word the refusal of an unknown field in the old way.
_OLD_WORDS = {"pods", "nodes", "namespaces", "secrets", "services", "events", "replicasets.apps"}


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """A field selector of one resource.

    Attributes:
        terms: Each a field, whether it must be equal, and the value.
        readers: How to read each field.
    """

    terms: tuple[tuple[str, bool, str], ...]
    readers: Mapping[str, _Reader]

    def __call__(self, obj: Obj) -> bool:
        """Whether the object meets it."""
        return all(
            (self.readers[field](obj) == value) is equal for field, equal, value in self.terms
        )

    def __str__(self) -> str:
        return ",".join(
            f"{field}{'=' if equal else '!='}{value}" for field, equal, value in self.terms
        )


def fields(resource: Resource, text: str) -> FieldSelector:
    """The selector of ``?fieldSelector=``.

    Raises:
        ApiError: 400 for what cannot be parsed or for a field that is not selectable.
    """
    readers = {**_GENERIC, **_FIELDS.get(resource.name, {})}
    terms = []
    for part in _split_terms(text):
        if not part:
            continue
        found = re.match(r"((?:[^\\=!]|\\.)*?)(!=|==|=)(.*)", part, re.DOTALL)
        if not found:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{part}'")
        field, operator, raw = found.groups()
        value = _unescape(raw)
        if field not in readers:
            if resource.name in _OLD_WORDS:
                raise bad_request(f"field label not supported: {field}")
            raise bad_request(
                f'"{field}" is not a known field selector: '
                'only "metadata.name", "metadata.namespace"'
            )
        terms.append((field, operator != "!=", value))
    return FieldSelector(tuple(terms), readers)


def _split_terms(text: str) -> Iterator[str]:
    start = at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == ",":
            yield text[start:at]
            start = at + 1
        at += 1
    yield text[start:]


def _unescape(value: str) -> str:
    out, at = [], 0
    while at < len(value):
        one = value[at]
        if one == "\\":
            after = value[at + 1 : at + 2]
            if after not in ("\\", ",", "=") or not after:
                raise bad_request(
                    f"invalid field selector: invalid escape sequence: {value[at : at + 2]}"
                )
            out.append(after)
            at += 2
            continue
        if one in ",=":
            raise bad_request(
                f"invalid field selector: unescaped character in field selector: {one}"
            )
        out.append(one)
        at += 1
    return "".join(out)
