"""Answers as bytes, piece by piece: what is long is never made whole in one go.

Whoever sends the pieces may do something else between two of them.

Source: apiserver pkg/endpoints/handlers/responsewriters/writers.go; KEP-5116 for lists.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.manifest.emit import to_yaml

LARGE = 4_000
"""Values within a value from which on working on it is long."""


@dataclass(frozen=True, slots=True)
class Long:
    """An object whose last field is a long list, with the items yet to be made.

    Attributes:
        head: Its other fields, in order.
        name: Of the list.
        items: The list.
    """

    head: Mapping[str, Any]
    name: str
    items: Iterable[Mapping[str, Any]]


def as_json(value: Mapping[str, Any]) -> bytes:
    """A line of JSON."""
    return _compact(value).encode() + b"\n"


def indented(value: Mapping[str, Any]) -> bytes:
    """JSON in many lines."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def _compact(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


_INDENTED = json.JSONEncoder(indent=2, ensure_ascii=False)
_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_HUGE = 20_000
"""Values from which on an object is not written in one go."""
_GATHERED = 1_000
"""Pieces of the encoder that are put together: each is a word."""


def json_pieces(value: Mapping[str, Any] | Long) -> Iterator[bytes]:
    """JSON in one line."""
    if not isinstance(value, Long):
        if outweighs(value, _HUGE):
            yield from map(str.encode, _words(_COMPACT, value))
            yield b"\n"
        else:
            yield as_json(value)
        return
    lead = f'{_compact(value.head)[:-1]}{"," if value.head else ""}"{value.name}":['
    for item in value.items:
        yield f"{lead}{_compact(item)}".encode()
        lead = ","
    yield (b"" if lead == "," else lead.encode()) + b"]}\n"


def indented_pieces(value: Mapping[str, Any] | Long) -> Iterator[bytes]:
    """JSON in many lines."""
    if not isinstance(value, Long):
        yield from map(str.encode, _words(_INDENTED, value))
        return
    head = json.dumps({**value.head, value.name: []}, indent=2, ensure_ascii=False)
    before = head.removesuffix("]\n}")
    lead = f"{before}\n    "
    for item in value.items:
        yield lead.encode()
        for text in _words(_INDENTED, item):
            yield text.replace("\n", "\n    ").encode()  # no string holds a line's end in JSON
        lead = ",\n    "
    yield f"{before}]\n}}".encode() if lead[0] == "{" else b"\n  ]\n}"


def _words(encoder: json.JSONEncoder, value: Mapping[str, Any]) -> Iterator[str]:
    gathered: list[str] = []
    for word in encoder.iterencode(value):
        gathered.append(word)
        if len(gathered) >= _GATHERED:
            yield "".join(gathered)
            gathered.clear()
    yield "".join(gathered)


def yaml_pieces(value: Mapping[str, Any] | Long) -> Iterator[bytes]:
    """YAML, keys sorted. One object is one piece."""
    if not isinstance(value, Long):
        yield to_yaml(value).encode()
        return
    yield from map(str.encode, _yaml_parts(value))


def _yaml_parts(long: Long) -> Iterator[str]:
    before = {key: part for key, part in long.head.items() if key < long.name}
    after = {key: part for key, part in long.head.items() if key > long.name}
    if before:
        yield to_yaml(before)
    empty = True
    for item in long.items:
        if empty:
            yield f"{long.name}:\n"
        yield to_yaml([item])
        empty = False
    if empty:
        yield f"{long.name}: []\n"
    if after:
        yield to_yaml(after)


def outweighs(value: Any, values: int = LARGE) -> bool:  # noqa: ANN401
    """Whether there are more values within a value than so many. It looks at no more than that."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        parts = found.values() if isinstance(found, dict) else found
        values -= len(found)
        if values < 0:
            return True
        waiting += [part for part in parts if isinstance(part, dict | list)]
    return False
