"""Texts made to take long, of any length: tests count what they cost, benchmarks measure it."""

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from tutor.decoder.messages import MESSAGES

Of = TypeVar("Of")


class Growing(NamedTuple, Generic[Of]):
    """A text of any length.

    Attributes:
        make: The text for a number of its parts.
        most: As many parts as it is tried with.
    """

    make: Callable[[int], Of]
    most: int


MANIFESTS: dict[str, Growing[str | bytes]] = {
    "directives": Growing(lambda n: "".join(f"%TAG !a{k}! x\n" for k in range(n)), 50_000),
    "directives behind a comment": Growing(
        lambda n: "# c\x85" + "".join(f"%TAG !a{k}! x\n \n" for k in range(n)), 50_000
    ),
    "directives behind marks": Growing(
        lambda n: "\ufeff\ufeff\u200b" + "".join(f"%TAG !a{k}! x\n" for k in range(n)), 50_000
    ),
    "broken documents": Growing(lambda n: "a: [\n---\n" * n, 4_000),
    "slips": Growing(lambda n: "a：b\n-c\n\td:e\n" * n, 5_000),
    "quotes": Growing(lambda n: "a: \"b\nc: 'd\n" * n, 5_000),
    "open brackets": Growing(lambda n: "a: [\n" * n + "b：c\n", 90),
    "brackets that never end": Growing(lambda n: "a：b\n" + "c: [[[[[\n" * n, 2_000),
    "templates": Growing(lambda n: "a: {{ .b }}\n" * n, 20_000),
    "bytes that are no text": Growing(lambda n: b"\xff" * n, 5_000_000),
    "bytes of Japanese, perhaps": Growing(lambda n: b"\x83\x41" * n + b"\xff", 1_000_000),
    "NUL": Growing(lambda n: b"a: \0\n" * n, 500_000),
    "colons": Growing(lambda n: ": \n" * n, 100_000),
    "question marks": Growing(lambda n: "?\n" * n, 100_000),
    "spaces": Growing(lambda n: (" " * 1_000 + "\n") * n + "a: b: c\n", 2_000),
    "wide spaces": Growing(lambda n: ("　" * 1_000 + "\n") * n + "a: b: c\n", 1_000),
    "comments": Growing(lambda n: "#\n" * n + "a: b: c\n", 1_000_000),
    "a long broken line": Growing(lambda n: "a: " + "b: " * n, 300_000),
    "repeated keys": Growing(lambda n: "a: 1\n" * n, 50_000),
    "separators": Growing(lambda n: "--- x\n" * n, 4_000),
    "no colon": Growing(lambda n: "abc\n" * n + "d: e\n", 50_000),
    "hyphens without a space": Growing(lambda n: "a:\n" + "-b\n" * n + "c: d\n", 50_000),
    "stairs": Growing(lambda n: "".join(" " * (k % 50) + "a: b\n" for k in range(n)), 20_000),
    "surrogates": Growing(lambda n: '{"a": "' + "\\ud83d\\ude00" * n + '"}', 100_000),
}
"""What is read, or found to be wrong, without a limit in the way."""

EXAMPLES = " ".join(message.example[:-3] for message in MESSAGES)

TEXTS: dict[str, Growing[str]] = {
    "one run": Growing(lambda n: "x" * n, 5_000_000),
    "runs": Growing(lambda n: ("a" * 299 + " ") * n, 20_000),
    "dotted": Growing(lambda n: ("a.b-" * 74 + " ") * n, 20_000),
    "white space": Growing(lambda n: " \n" * n, 2_000_000),
    "paths": Growing(lambda n: ("a.b[c]" * 40 + ": Invalid value: ") * n, 5_000),
    "colons": Growing(lambda n: "spec.a: Invalid value: " + ": a" * n, 500_000),
    "quotes": Growing(lambda n: '"' * 299 + " " + 'metadata.name: Invalid value: "' * n, 50_000),
    "values": Growing(lambda n: 's.a: Unsupported value: a: supported values: "a", ' * n, 20_000),
    "paths of files": Growing(lambda n: "open /" * n, 200_000),
    "beginnings": Growing(lambda n: "Status: Terminating " * n, 100_000),
    "escapes": Growing(lambda n: "\x1b[" * n, 500_000),
    "every example, without its end": Growing(lambda n: EXAMPLES * n, 50),
}
"""What is given to be explained."""
