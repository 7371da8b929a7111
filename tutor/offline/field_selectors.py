"""Field selectors: parsed and matched as apimachinery does, with the fields each kind has.

Source: staging/src/k8s.io/apimachinery/pkg/fields/selector.go; pkg/apis/core/v1/conversion.go for
the fields of each kind.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tutor.offline.objects import Obj, dig, name_of, namespace_of
from tutor.offline.refusals import bad_request
from tutor.offline.resources import Resource


def _flag(value: Any) -> str:  # noqa: ANN401
    return "true" if value else "false"


_Reader: TypeAlias = Callable[[Obj], str]


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
_FIELDS["events.events.k8s.io"] = {
    "reason": _text("reason"),
    "reportingController": _text("reportingComponent"),
    "type": _text("type"),
    **{
        name.replace("involvedObject", "regarding"): reader
        for name, reader in _FIELDS["events"].items()
        if name.startswith("involvedObject.")
    },
}
# Their conversion functions word the refusal of an unknown field in the old way.
_OLD_WORDS = {
    "pods",
    "nodes",
    "namespaces",
    "secrets",
    "services",
    "events",
    "events.events.k8s.io",
    "replicasets.apps",
}


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """A field selector of one resource.

    Attributes:
        terms: Each a field, whether it must be equal, and the value.
        readers: How to read each field.
    """

    terms: tuple[tuple[str, bool, str], ...]
    readers: Mapping[str, _Reader]
    _wanted: Mapping[str, tuple[set[str], set[str]]] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Put the terms together by their fields: a long selector meets many objects."""
        wanted: dict[str, tuple[set[str], set[str]]] = {}
        for name, equal, value in self.terms:
            wanted.setdefault(name, (set(), set()))[0 if equal else 1].add(value)
        object.__setattr__(self, "_wanted", wanted)

    def __call__(self, obj: Obj) -> bool:
        """Whether the object meets it."""
        for name, (equals, others) in self._wanted.items():
            value = self.readers[name](obj)
            if value in others or (equals and equals != {value}):
                return False
        return True

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
