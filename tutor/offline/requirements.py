"""The requirements of label selectors, and the parser of ``?labelSelector=``.

It goes token by token, as the real one does, so that its refusals come out the same. Use it through
``tutor.offline.selectors``.

Source: staging/src/k8s.io/apimachinery/pkg/labels/selector.go.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tutor.offline.admission.gojson import quote
from tutor.offline.admission.validation.fields import label_value, qualified_name
from tutor.offline.errors import ApiError
from tutor.offline.integers import parse_int

_OPERATORS = ("in", "notin", "=", "==", "!=", "gt", "lt")
_SYMBOLS = "=!(),<>"
_WORD = re.compile(r"[^=!(),<> \t\r\n]+")


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
        found, bound = integer(value or ""), integer(self.values[0])
        if found is None or bound is None:
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


def integer(text: str) -> int | None:
    """What ``strconv.ParseInt`` reads in 64 bits; None for anything else."""
    try:
        return parse_int(text)
    except ApiError:
        return None


def parse(text: str) -> tuple[Requirement, ...]:
    """The requirements in a text, sorted by their keys.

    Raises:
        ValueError: In the words of the real parser.
    """
    return tuple(sorted(_Parser(text).parse(), key=lambda one: one.key))


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
            found = _WORD.match(text, at)
            assert found is not None  # noqa: S101  (it begins with a character of a word)
            word, end = found[0], found.end()
            yield (word if word in ("in", "notin") else "identifier"), word
            at = end
    yield "end", ""


def _check_key(key: str) -> None:
    problems = qualified_name(key)
    if problems:
        raise ValueError(f"<nil>: Invalid value: {quote(key)}: {'; '.join(problems)}")


def _requirement(key: str, operator: str, values: set[str]) -> Requirement:
    ordered = tuple(sorted(values))
    if operator in ("gt", "lt"):
        for value in ordered:
            if integer(value) is None:
                raise ValueError(
                    f"values[0]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, "
                    "the value must be an integer"
                )
    for index, value in enumerate(ordered):
        problems = label_value(value)
        if problems:
            raise ValueError(
                f"values[{index}][{key}]: Invalid value: {quote(value)}: {'; '.join(problems)}"
            )
    return Requirement(key, operator, ordered)
