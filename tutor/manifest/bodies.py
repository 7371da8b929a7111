"""One YAML text as the API server takes it: a single document, and go-yaml's words where it fails.

Source: ``sigs.k8s.io/yaml`` over go-yaml v2 (``decode.go``: ``fail``, ``unmarshal``).
"""

from typing import NamedTuple

from yaml import MarkedYAMLError, YAMLError
from yaml.scanner import ScannerError

from tutor.manifest.composer import Composer
from tutor.manifest.limits import LimitError, check_lines
from tutor.manifest.nodes import Data, data

_REPEATED_KEY = "YAML110"
_LIMITS = {"aliases": "document contains excessive aliasing", "depth": "exceeded max depth"}


class BodyError(ValueError):
    """A text that go-yaml refuses. ``str()`` is its wording."""


class Body(NamedTuple):
    """What a text says.

    Attributes:
        value: As it is sent on in JSON; keys of objects are sorted.
        repeated: Keys that came twice: their line, from 1, and the key.
    """

    value: Data
    repeated: tuple[tuple[int, str], ...]


def read_body(text: str) -> Body:
    """Read the first document of a text.

    Raises:
        BodyError: It is no YAML, or more of it than is read.
    """
    if not text.isprintable():
        _check_characters(text)
    try:
        check_lines(text)
        composed = Composer().compose(text, 1)
    except YAMLError as error:
        raise BodyError(_wording(error)) from None
    except UnicodeEncodeError:
        raise BodyError("yaml: invalid Unicode character") from None
    except LimitError as error:
        reason = _LIMITS.get(error.variant, f"exceeded max {error.variant}")
        raise BodyError(f"yaml: {reason}") from None
    for problem in composed.problems:
        if problem.code == "YAML113":
            raise BodyError(f"yaml: unknown anchor '{problem.params.get('name', '')}' referenced")
    repeated = tuple(
        (problem.line, str(problem.params["key"]))
        for problem in composed.problems
        if problem.code == _REPEATED_KEY
    )
    return Body(None if composed.root is None else _sorted(data(composed.root)), repeated)


def _check_characters(text: str) -> None:
    for char in text:
        if (char < " " and char not in "\t\n\r") or ("\x7f" <= char <= "\x9f" and char != "\x85"):
            raise BodyError("yaml: control characters are not allowed")


def _wording(error: YAMLError) -> str:
    if not isinstance(error, MarkedYAMLError):
        return f"yaml: {error}"
    line = 0
    for mark in (error.context_mark, error.problem_mark):
        if mark is not None and mark.line:
            line = mark.line + isinstance(error, ScannerError)
            break
    where = f"line {line}: " if line else ""
    return f"yaml: {where}{error.problem or 'unknown problem parsing YAML content'}"


def _sorted(value: Data) -> Data:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
