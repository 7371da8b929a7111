"""In which form an answer is wanted.

Source: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/negotiation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutor.offline.errors import ApiError

JSON, YAML = "application/json", "application/yaml"
PROTOBUF = "application/vnd.kubernetes.protobuf"
_OFFERED = (JSON, YAML, PROTOBUF)
_STREAMS = (f"{JSON};stream=watch", f"{PROTOBUF};stream=watch")
_META = "meta.k8s.io"


@dataclass(frozen=True, slots=True)
class Form:
    """A form of answer.

    Attributes:
        media: ``application/json`` or ``application/yaml``.
        kind: ``Table``, ``PartialObjectMetadata``, ``PartialObjectMetadataList``,
            ``APIGroupDiscoveryList``, or empty for the object itself.
        version: Of that kind.
    """

    media: str = JSON
    kind: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class _Clause:
    media: str
    quality: float
    parameters: dict[str, str]


def _clauses(accept: str) -> Iterator[_Clause]:
    for part in accept.split(","):
        media, *rest = (one.strip() for one in part.split(";"))
        if not media:
            continue
        parameters = {}
        for one in rest:
            name, _, value = one.partition("=")
            parameters[name.strip().lower()] = value.strip().strip('"')
        try:
            quality = float(parameters.pop("q", "1"))
        except ValueError:
            quality = 0.0
        yield _Clause(media.lower(), quality, parameters)


def wanted(accept: str) -> list[str]:
    """The media types of an Accept header, best first; anything where it is empty."""
    clauses = sorted(_clauses(accept or "*/*"), key=lambda one: -one.quality)
    return [one.media for one in clauses if one.quality]


def form_of(accept: str, kinds: Sequence[str], streams: bool) -> Form:
    """The first form of an Accept header that can be given.

    Args:
        accept: The header; empty for anything.
        kinds: What the answer can be turned into.
        streams: Whether the resource can be watched: it is told in the refusal.

    Raises:
        ApiError: 406.
    """
    clauses = sorted(_clauses(accept or "*/*"), key=lambda one: -one.quality)
    known = False
    for clause in clauses:
        if not clause.quality:
            continue
        media = _media(clause.media)
        known = known or bool(media) or clause.media == PROTOBUF
        if not media:
            continue
        kind = clause.parameters.get("as", "")
        if not kind:
            return Form(media)
        group, version = clause.parameters.get("g", ""), clause.parameters.get("v", "")
        if kind in kinds and _served(kind, group, version):
            return Form(media, kind, version)
    offered = (*_OFFERED, *_STREAMS) if streams else _OFFERED
    if known:
        raise ApiError(
            406,
            "NotAcceptable",
            f"only the following media types are accepted: {', '.join(offered)}",
        )
    message = f"406: Not Acceptable\n\nAvailable representations: {', '.join(offered)}"
    raise ApiError(406, "NotAcceptable", message, {})


def _media(wanted: str) -> str:
    if wanted in ("*/*", "application/*", JSON):
        return JSON
    return YAML if wanted == YAML else ""


def _served(kind: str, group: str, version: str) -> bool:
    if kind == "APIGroupDiscoveryList":
        return group == "apidiscovery.k8s.io" and version in ("v2", "v2beta1")
    return group == _META and version in ("v1", "v1beta1")


def check_body(content_type: str) -> str:
    """The media type of a body; JSON where it names none.

    Raises:
        ApiError: 415 for what cannot be read.
    """
    media = content_type.partition(";")[0].strip().lower()
    if media in ("", "*/*"):
        return ""
    if media in _OFFERED:
        return media
    raise ApiError(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
        f"{', '.join(_OFFERED)}",
    )
