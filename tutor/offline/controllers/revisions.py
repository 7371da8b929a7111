"""ControllerRevisions: how a template becomes an object with a name, and when two are the same.

Source: pkg/controller/history/controller_history.go and getPatch of
pkg/controller/statefulset/stateful_set_utils.go, v1.36.
"""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from tutor.offline.objects import Obj, labels_of, meta, name_of

REVISIONS = "controllerrevisions.apps"
HASH_LABEL = "controller.kubernetes.io/hash"
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_LONGEST_PREFIX = 223
_EXACT = 2**53
# Go writes these three, and the two line separators, so that JSON is safe inside HTML.
_DIGITS = len(str(2**31))
_HTML = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def _through_float(value: Any) -> Any:  # noqa: ANN401
    """Numbers as Go leaves them that read JSON into ``interface{}``: as float64."""
    if isinstance(value, dict):
        return {key: _through_float(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_through_float(item) for item in value]
    if isinstance(value, int) and abs(value) > _EXACT:
        return int(Decimal(repr(float(value))))
    return value


def raw_data(data: Obj) -> bytes:
    """``data`` of a revision as the bytes that are hashed and compared."""
    text = json.dumps(
        _through_float(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return text.translate(_HTML).encode("utf-8", "surrogatepass")


def revision_hash(raw: bytes, collisions: int) -> str:
    """The hash of a revision: FNV-1 of 32 bits, its decimal digits spelled without vowels."""
    value = 0x811C9DC5
    for byte in raw + str(collisions).encode():
        value = ((value * 0x01000193) & 0xFFFFFFFF) ^ byte
    return "".join(_ALPHABET[ord(digit) % len(_ALPHABET)] for digit in str(value))


def revision_name(parent: str, hashed: str) -> str:
    """The name of a revision of ``parent``."""
    return f"{parent[:_LONGEST_PREFIX]}-{hashed}"


def template_data(template: Obj) -> Obj:
    """The data of a revision: a patch that puts this template in place of any other."""
    return {"spec": {"template": {**template, "$patch": "replace"}}}


def template_of(revision: Obj) -> Obj:
    """The Pod template a revision holds."""
    template = revision["data"]["spec"]["template"]
    return {key: value for key, value in template.items() if key != "$patch"}


def number_of(revision: Obj) -> int:
    """``revision`` of a revision."""
    return int(revision.get("revision") or 0)


def in_order(revisions: Iterable[Obj]) -> list[Obj]:
    """Revisions from the oldest number to the newest."""
    return sorted(
        revisions,
        key=lambda one: (number_of(one), meta(one).get("creationTimestamp") or "", name_of(one)),
    )


def next_number(ordered: Sequence[Obj]) -> int:
    """The number the next revision gets."""
    return number_of(ordered[-1]) + 1 if ordered else 1


def new_revision(parent: Obj, owner: Obj, data: Obj, number: int, collisions: int) -> Obj:
    """A revision of ``parent``, not yet created.

    Args:
        parent: The object it is a revision of; its annotations are copied.
        owner: The owner reference to the parent.
        data: See :func:`template_data`; the template's labels become the revision's.
        number: Its place in the history.
        collisions: ``status.collisionCount`` of the parent.
    """
    hashed = revision_hash(raw_data(data), collisions)
    labels = labels_of(data["spec"]["template"])
    metadata: Obj = {
        "name": revision_name(name_of(parent), hashed),
        "namespace": meta(parent)["namespace"],
        "labels": {**labels, HASH_LABEL: hashed},
        "ownerReferences": [owner],
    }
    if annotations := meta(parent).get("annotations"):
        metadata["annotations"] = dict(annotations)
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": metadata,
        "data": data,
        "revision": number,
    }


def renamed(revision: Obj, parent: str, collisions: int) -> Obj:
    """The same revision under the name of another collision count. Its hash label stays."""
    name = revision_name(parent, revision_hash(raw_data(revision["data"]), collisions))
    return {**revision, "metadata": {**revision["metadata"], "name": name}}


def _as_number(label: str) -> int | None:
    """A hash label, where it happens to be spelled in digits alone.

    The real comparison reads the label as a number of 32 bits and gives up, silently, on letters.
    """
    if not (label.isascii() and label.isdigit()):
        return None
    value = label.lstrip("0") or "0"
    return int(value) if len(value) <= _DIGITS and int(value) < 2**31 else None


def holds(revision: Obj, data: Obj, collisions: int) -> bool:
    """Whether a revision is equal to the one that would be made of ``data``."""
    if revision["data"] != data:
        return False
    number = _as_number(labels_of(revision).get(HASH_LABEL, ""))
    if number is None:
        return True
    other = _as_number(revision_hash(raw_data(data), collisions))
    return other is None or other == number


def beyond_limit(ordered: Iterable[Obj], live: set[str], limit: int) -> list[Obj]:
    """The revisions to delete, oldest first: those nobody uses beyond the limit.

    A negative limit keeps all.
    """
    dead = [one for one in ordered if name_of(one) not in live]
    return dead[: len(dead) - limit] if 0 <= limit < len(dead) else []
