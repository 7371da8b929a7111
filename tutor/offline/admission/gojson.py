"""JSON as Go reads and writes it: its error texts, its numbers, its duplicate keys.

Python's parser does the work. Only where it refuses a text is the text scanned as Go's scanner
would, to say why in Go's words.

Source: ``encoding/json`` (scanner.go) and ``sigs.k8s.io/json``.
"""

import json
import re
from typing import NoReturn

from tutor.offline.admission.values import Json

MAX_DEPTH = 500
"""Lists and objects within each other. (Go stops at 10,000; whoever walks a body may recurse.)"""

_SPACE = " \t\r\n"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_HTML_SPECIAL = re.compile("[<>&\u2028\u2029]")
_BLANK = re.compile(f"[{_SPACE}]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
"""What a string may hold as it is."""


class JsonError(ValueError):
    """A text that is no JSON. ``str()`` is Go's wording."""


class Decimal(float):
    """A number with a point or an exponent, and how it was written."""

    __slots__ = ("text",)

    def __new__(cls, text: str) -> "Decimal":
        """Keep the text of the number."""
        made = super().__new__(cls, text)
        made.text = text
        return made

    text: str


class Doubled(dict[str, Json]):
    """An object of which some keys came twice; the last one counts."""

    __slots__ = ("sequence", "twice")
    sequence: tuple[str, ...]
    """Its keys as they came, the doubled ones more than once."""
    twice: tuple[str, ...]


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    twice: dict[str, None] = {}  # a set that keeps its order
    for key, _ in pairs:
        if key in seen:
            twice[key] = None
        seen.add(key)
    doubled = Doubled(made)
    doubled.twice = tuple(twice)
    doubled.sequence = tuple(key for key, _ in pairs)
    return doubled


def _number(text: str) -> Decimal:
    return Decimal(text)


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) < 40 else Decimal(text)


def _constant(text: str) -> NoReturn:
    raise ValueError(text)


# An escape: two halves of one character, a half by itself, or any other.
_HALF = r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(" + _HALF + r")|\\."
)


def _whole(text: str) -> str:
    """JSON whose strings have no halves of characters: Go reads them as U+FFFD."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPE.sub(lambda match: "\\ufffd" if match[1] else match[0], text)


def loads(text: str) -> Json:
    """Read one JSON value.

    Raises:
        JsonError: The text is something else, or too deep.
    """
    try:
        value = json.loads(
            _whole(text),
            object_pairs_hook=_pairs,
            parse_float=_number,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except RecursionError:
        raise JsonError("exceeded max depth") from None
    except ValueError:
        raise JsonError(_Scanner(text).problem()) from None
    if too_deep(value):
        raise JsonError("exceeded max depth")
    return value


def dumps(value: Json, *, sort: bool = False) -> str:
    """A value as Go writes it: no spaces, ``<``, ``>`` and ``&`` escaped."""
    return _escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort))


def lines(value: Json) -> list[str]:
    """A value as Go writes it over several lines, each with its end."""
    text = _escaped(json.dumps(value, ensure_ascii=False, indent=1))
    return [f"{line}\n" for line in text.split("\n")]


def _escaped(text: str) -> str:
    return _HTML_SPECIAL.sub(lambda match: _HTML[match[0]], text)


def quote(text: str) -> str:
    """A string as Go's ``%q`` prints it."""
    out = ['"']
    for char in text:
        code = ord(char)
        if char in '"\\':
            out.append("\\" + char)
        elif char in _ESCAPES:
            out.append(_ESCAPES[char])
        elif char == " " or char.isprintable():
            out.append(char)
        elif code < 0x80:
            out.append(f"\\x{code:02x}")
        else:
            out.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    return "".join([*out, '"'])


_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def too_deep(value: Json) -> bool:
    """Whether lists and objects lie deeper within each other than is read."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


class _Scanner:
    """Finds the first character that Go's scanner stops at. Flat: hostile texts are deep."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def problem(self) -> str:
        try:
            self._scan()
        except JsonError as error:
            return str(error)
        return "unexpected end of JSON input"

    def _scan(self) -> None:
        stack: list[str] = []
        state = "value"
        while True:
            char = self._next()
            if state == "end":
                if not char:
                    return
                self._stop(char, "after top-level value")
            if state in ("value", "first item"):
                if state == "first item" and char == "]":
                    self.at += 1
                    stack.pop()
                elif char in ("{", "["):
                    self.at += 1
                    stack.append(char)
                    if len(stack) > 10_000:
                        raise JsonError("exceeded max depth")
                    state = "first key" if char == "{" else "first item"
                    continue
                else:
                    self._scalar(char)
            elif state in ("first key", "key"):
                if char == "}" and state == "first key":
                    self.at += 1
                    stack.pop()
                elif char == '"':
                    self._string()
                    if (char := self._next()) != ":":
                        self._stop(char, "after object key")
                    self.at += 1
                    state = "value"
                    continue
                else:
                    self._stop(char, "looking for beginning of object key string")
            else:
                inside_object = stack[-1] == "{"
                if char == ",":
                    self.at += 1
                    state = "key" if inside_object else "value"
                    continue
                if char == ("}" if inside_object else "]"):
                    self.at += 1
                    stack.pop()
                else:
                    where = "object key:value pair" if inside_object else "array element"
                    self._stop(char, f"after {where}")
            state = "after" if stack else "end"

    def _next(self) -> str:
        blank = _BLANK.match(self.text, self.at)
        assert blank is not None  # noqa: S101  (it matches nothing, too)
        self.at = blank.end()
        return self.text[self.at : self.at + 1]

    def _stop(self, char: str, context: str) -> NoReturn:
        if not char:
            raise JsonError("unexpected end of JSON input")
        shown = {"'": "'\\''", '"': "'\"'"}.get(char, f"'{quote(char)[1:-1]}'")
        raise JsonError(f"invalid character {shown} {context}")

    def _scalar(self, char: str) -> None:
        if char == '"':
            self._string()
        elif char in "tfn" and char:
            word = {"t": "true", "f": "false", "n": "null"}[char]
            for expected in word:
                found = self.text[self.at : self.at + 1]
                if found != expected:
                    self._stop(found, f"in literal {word} (expecting '{expected}')")
                self.at += 1
        elif char == "-" or (char.isascii() and char.isdigit()):
            self._digits(char)
        else:
            self._stop(char, "looking for beginning of value")

    def _digits(self, char: str) -> None:
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            self.at += 1
            self._stop(self.text[self.at : self.at + 1], "in numeric literal")
        self.at = match.end()
        rest = self.text[self.at : self.at + 1]
        if rest == "." or (rest in ("e", "E") and rest):
            self.at += 1
            follow = self.text[self.at : self.at + 1]
            if rest != "." and follow in ("+", "-") and follow:
                self.at += 1
                follow = self.text[self.at : self.at + 1]
            context = (
                "after decimal point in numeric literal"
                if rest == "."
                else "in exponent of numeric literal"
            )
            self._stop(follow, context)

    def _string(self) -> None:
        self.at += 1
        while True:
            plain = _PLAIN.match(self.text, self.at)
            assert plain is not None  # noqa: S101  (it matches nothing, too)
            self.at = plain.end()
            char = self.text[self.at : self.at + 1]
            if not char:
                raise JsonError("unexpected end of JSON input")
            if char == '"':
                self.at += 1
                return
            if char == "\\":
                self.at += 1
                escape = self.text[self.at : self.at + 1]
                if escape == "u":
                    for _ in range(4):
                        self.at += 1
                        digit = self.text[self.at : self.at + 1]
                        if not digit or digit not in "0123456789abcdefABCDEF":
                            self._stop(digit, "in \\u hexadecimal character escape")
                elif not escape or escape not in '"\\/bfnrt':
                    self._stop(escape, "in string escape code")
            elif char < " ":
                self._stop(char, "in string literal")
            self.at += 1
