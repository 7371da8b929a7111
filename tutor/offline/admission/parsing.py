"""Bytes of a request → a JSON value: the part of reading a request that needs nothing else.

It takes most of the time, and may be done before the request's turn comes: :func:`ahead`.
"""

from typing import NamedTuple

from tutor.manifest.bodies import BodyError, read_body
from tutor.offline.admission import protobuf
from tutor.offline.admission.gojson import JsonError, loads
from tutor.offline.admission.protobuf import ProtobufError
from tutor.offline.admission.values import Json
from tutor.offline.requests import Raw

YAMLS = frozenset({"application/yaml", "application/apply-patch+yaml"})


class Parsed(NamedTuple):
    """A value, and what only the text told.

    Attributes:
        value: The value.
        repeated: Of YAML, keys that came twice: their line, from 1, and the key.
    """

    value: Json
    repeated: tuple[tuple[int, str], ...] = ()


def parse(data: bytes, media: str) -> Parsed:
    """Read a body.

    Args:
        data: The bytes.
        media: Their media type, without parameters.

    Raises:
        BodyError: It is no YAML.
        JsonError: It is no JSON.
        ProtobufError: It is no protobuf.
    """
    if media == protobuf.MEDIA_TYPE:
        return Parsed(protobuf.decode(data))
    text = data.decode("utf-8", "replace")
    if media in YAMLS:
        return Parsed(*read_body(text))
    return Parsed(loads(text))


def ahead(raw: Raw) -> Raw:
    """A body, read already; whoever asks for its value is given it, or its error."""
    try:
        parsed: Parsed | Exception = parse(raw.data, raw.content_type)
    except (BodyError, JsonError, ProtobufError) as error:
        parsed = error
    return raw._replace(parsed=parsed)


def value_of(raw: Raw, media: str) -> Parsed:
    """What a body says.

    Raises:
        BodyError: As for :func:`parse`, like the others.
    """
    if raw.parsed is None:
        return parse(raw.data, media)
    if isinstance(raw.parsed, Exception):
        raise raw.parsed
    parsed: Parsed = raw.parsed
    return parsed
