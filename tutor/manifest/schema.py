"""A document against the Kubernetes schemas: every finding at once, each at its own key.

What is said follows the API server and kubectl: an unknown field is refused under strict
validation, which is kubectl's default; a value of the wrong type cannot be decoded at all; null is
a field left out; a quantity may be a number; objects that are not Kubernetes' own are left alone.
Whether values make sense together is for ``tutor.rules`` to say.

Codes: SCH101 unknown field · SCH102 wrong type · SCH103 required field missing · SCH104 wrong
apiVersion · SCH105 kind misspelt · SCH106 apiVersion or kind missing · SCH107 malformed quantity ·
SCH108 malformed time or base64 · SCH109 the same name twice · SCH110 not one of a field's words ·
SCH111 malformed name or label · SCH112 an amount that nothing calculates with.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from tutor.manifest.documents import Document
from tutor.manifest.fragments import is_directive
from tutor.manifest.identity import identify, minor, shorten
from tutor.manifest.nodes import Mapping, Node, Scalar, Sequence
from tutor.manifest.quantity import immense, is_quantity, meant
from tutor.manifest.schema_bundle import (
    ANY,
    BOOLEAN,
    BYTES,
    INT32,
    INT64,
    INT_OR_STRING,
    LIST,
    MAP,
    NUMBER,
    OBJECT,
    QUANTITY,
    TIME,
    Ref,
    Type,
)
from tutor.manifest.values import JUDGES, Wrong, name_of
from tutor.model.findings import Finding, Param, Severity, format_path

_INT32, _INT64 = 1 << 31, 1 << 63
_INFINITY = float("inf")
_LONGEST = 9_223_372_036
"""Seconds whose nanoseconds fit into the 64 bits in which the control plane counts them."""
# Texts, for `re` to compile when one is first needed: most manifests need none.
_WHOLE = r"[-+]?[0-9]{1,18}\Z"
_TIME = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
_BASE64 = r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z"
_PLACEHOLDER = r"\$\{|\$\(|\{\{|\$[A-Z_]+\Z"
"""``${REPLICAS}``: a text that another program fills in before anybody applies it."""

_TRUE = frozenset({"true", "yes", "on", "y"})
_FALSE = frozenset({"false", "no", "off", "n"})
_SUGGESTIONS = 50
"""Unknown fields of one document that are looked up; after that they are only named."""

LABEL_SELECTOR = ("matchLabels", "matchExpressions")
"""The fields of a workload's selector."""

_LEFT_TO_RULES = frozenset({("StatefulSetSpec", "selector")})
"""Required fields whose absence a rule explains better (STS202)."""


def check(document: Document, *, kubernetes: str = "", partial: bool = False) -> Iterator[Finding]:
    """Everything in which a document does not fit the schema of its kind.

    Args:
        document: Any document; one of no known kind has no findings.
        kubernetes: Only fields of this version are known (``1.33``); empty for the newest.
        partial: The document is a patch: nothing in it is missing. One with directives of a
            strategic merge patch (``$patch``) is taken for one anyway.

    Raises:
        ValueError: ``kubernetes`` is not a version.
    """
    identity = identify(document, kubernetes)
    yield from identity.findings
    if identity.type is not None:
        walk = _Walk(document, identity.type, minor(kubernetes) if kubernetes else 0, partial)
        yield from walk.findings()


class _Walk:
    """One document's way through its schema."""

    __slots__ = (
        "document",
        "found",
        "meant",
        "minor",
        "missing",
        "partial",
        "path",
        "root",
        "unknown",
    )

    def __init__(self, document: Document, root: Type, kubernetes: int, partial: bool) -> None:
        self.document = document
        self.root = root
        self.minor = kubernetes
        self.partial = partial
        self.path: list[str | int] = []
        self.found: list[Finding] = []
        self.missing: list[Finding] = []
        self.meant: set[str] = set()
        self.unknown = 0

    def findings(self) -> list[Finding]:
        self.object(self.document.root, self.root)
        self._name()
        if self.partial:
            return self.found
        # One cause, one finding: `mountpath` is not also a missing `mountPath`.
        return self.found + [f for f in self.missing if f.path not in self.meant]

    def object(self, node: Mapping, type_: Type) -> None:
        # The hot loop: a scalar of the right Python type is all that most fields are.
        accepted, path, values = type_.accepts, self.path, node.values
        plain: Any  # typing each scalar would cost more than checking it
        for key, value in values.items():
            accepts = accepted.get(key)
            if accepts is None:
                self._unknown(key, value, type_)
                continue
            if value.__class__ is Scalar:
                plain = value.value
                class_ = plain.__class__
                if class_ in accepts and (class_ is not int or -_INT32 <= plain < _INT32):
                    continue
            path.append(key)
            ref = type_.fields[key].ref
            if value.__class__ is Mapping and ref.code is OBJECT and key != "status":
                self.object(value, ref.type)
            else:
                self.value(value, ref)
            path.pop()
        for field in type_.required:
            there = values.get(field.name)
            if there is None:
                self._missing(field.name, type_)
            elif there.__class__ is Scalar and there.value is None:
                self._missing(field.name, type_, "null")
            elif field.nonempty and _is_empty(there):
                self._missing(field.name, type_, "empty")
        judges = JUDGES.get(type_.name)
        if judges is not None:
            for name, judge in judges.items():
                there = values.get(name)
                if there is not None and (wrong := judge(there)):
                    self._wrong(name, wrong)
        if self.minor:
            self._newer(node, type_)

    def value(self, node: Node, ref: Ref) -> None:
        """Anything but a scalar that is right without a closer look."""
        if isinstance(node, Scalar):
            self._scalar(node, ref)
        elif ref.code == ANY:
            return
        elif isinstance(node, Mapping):
            if ref.code == OBJECT:
                self._nested(node, ref.type)
            elif ref.code == MAP and ref.item is not None:
                self._map(node, ref.item)
            else:
                self._add("SCH102", variant="list-from-map" if ref.code == LIST else "one")
        elif ref.code == LIST and ref.item is not None:
            self._list(node, ref.item)
        else:
            variant = "map-from-list" if ref.code in (OBJECT, MAP) else "one"
            self._add("SCH102", variant=variant)

    def _nested(self, node: Mapping, type_: Type) -> None:
        if self.path == ["status"]:  # the server's own; nobody needs to write all of it
            before, self.missing = self.missing, []
            self.object(node, type_)
            self.missing = before
        else:
            self.object(node, type_)

    def _map(self, node: Mapping, item: Ref) -> None:
        path, accepts = self.path, item.accepts
        for key, value in node.values.items():
            if value.__class__ is Scalar and value.value.__class__ in accepts:
                continue
            if is_directive(key):
                self.partial = True
                continue
            in_selector = path[-1] == "selector"
            path.append(key)
            if in_selector and key in LABEL_SELECTOR:
                self._add("SCH102", key=True, variant="labels", found=key)
            else:
                self.value(value, item)
            path.pop()

    def _list(self, node: Sequence, item: Ref) -> None:
        path = self.path
        for i, each in enumerate(node.items):
            path.append(i)
            if isinstance(each, Scalar) and each.value is None:
                if item.code == OBJECT and item.type.required:
                    self.missing.append(self._finding("SCH103", (), variant="item"))
            else:
                self.value(each, item)
            path.pop()
        if item.name in ("Container", "Volume", "ServicePort"):
            self._names(node, item.name)

    def _names(self, node: Sequence, type_name: str) -> None:
        """Names that must differ, and that a Service needs as soon as it has two ports."""
        seen: dict[str, int] = {}
        for i, each in enumerate(node.items):
            if not isinstance(each, Mapping):
                continue
            name = each.values.get("name")
            if not isinstance(name, Scalar) or not isinstance(name.value, str) or not name.value:
                if type_name == "ServicePort" and len(node.items) > 1:
                    self.missing.append(
                        self._finding("SCH103", (i, "name"), variant="port-name", needed="name")
                    )
                continue
            first = seen.setdefault(name.value, i)
            if first != i:
                line = self.document.span((*self.path, first, "name")).line
                self.found.append(
                    self._finding("SCH109", (i, "name"), found=shorten(name.value), at=line)
                )

    def _wrong(self, field: str, found: Iterable[Wrong]) -> None:
        for wrong in found:
            self.found.append(
                self._finding(
                    wrong.code,
                    (*field.split("."), *wrong.below),
                    key=wrong.key,
                    variant=wrong.variant,
                    **wrong.params,
                )
            )

    def _unknown(self, key: str, value: Node, type_: Type) -> None:
        if is_directive(key):
            self.partial = True
            return
        if type_.name == "LabelSelector" and self._flat_selector():
            return
        self.unknown += 1
        if self.unknown > _SUGGESTIONS:
            self._add("SCH101", key, key=True, found=shorten(key))
            return
        from tutor.manifest.suggest import place  # not every manifest has a field to look for

        at = tuple(self.path)
        variant, needed, kind = place(self.document, self.root, at, type_, key=key, value=value)
        if variant == "near":
            self.meant.add(format_path((*self.document.prefix, *at, needed)))
        elif variant == "belongs":
            prefix = format_path(self.document.prefix)
            self.meant.add(f"{prefix}.{needed}" if prefix else needed)
        self._add(
            "SCH101", key, key=True, variant=variant, found=shorten(key), needed=needed, kind=kind
        )

    def _flat_selector(self) -> bool:
        """Labels straight under a set's selector and nothing else are STS202's to explain."""
        if self.path != ["spec", "selector"] or self.root.name != "StatefulSet":
            return False
        known = (self.document.get(("spec", "selector", k)) for k in LABEL_SELECTOR)
        return not any(known)

    def _newer(self, node: Mapping, type_: Type) -> None:
        for key in node.values:
            field = type_.fields.get(key)
            if field is not None and field.since and minor(field.since) > self.minor:
                self._add("SCH101", key, key=True, variant="newer", found=key, since=field.since)

    def _missing(self, name: str, type_: Type, variant: str = "") -> None:
        if (type_.name, name) not in _LEFT_TO_RULES:
            self.missing.append(self._finding("SCH103", (name,), variant=variant, needed=name))

    def _name(self) -> None:
        """Every object has a name; ``generateName`` will do."""
        metadata = self.document.root.values.get("metadata")
        if isinstance(metadata, Mapping):
            named = not all(_is_empty(metadata.values.get(k)) for k in ("name", "generateName"))
        else:  # of a wrong type more has been said already
            named = not (metadata is None or _is_empty(metadata))
        if not named:
            self.missing.append(self._finding("SCH103", ("metadata", "name"), needed="name"))
        elif isinstance(metadata, Mapping) and (name := metadata.values.get("name")) is not None:
            self._wrong("metadata.name", name_of(self.root.name, name))

    def _scalar(self, node: Scalar, ref: Ref) -> None:
        value, code = node.value, ref.code
        class_ = value.__class__
        text = shorten(node.text)
        number = None if isinstance(value, bool | str | None) else value
        variant = _too_large(number, code) if number is not None and code in _WHOLE_CODES else ""
        if variant:
            self._add("SCH102", variant=variant, found=text)
            return
        if class_ in ref.accepts:
            if number is not None and code == INT64 and number > _LONGEST and self._is_time():
                found = self.document.finding(
                    "SCH112", Severity.WARNING, tuple(self.path), variant="seconds", found=text
                )
                self.found.append(found)
            return
        if isinstance(value, str) and code not in (OBJECT, MAP, LIST):
            self._from_text(value, ref)
        elif code == LIST:
            self._add("SCH102", variant="list-from-one", found=text, needed=f"[{text}]")
        elif code in (OBJECT, MAP):
            self._add("SCH102", variant="map-from-one", found=text)
        elif code in (INT32, INT64, NUMBER):
            self._add("SCH102", variant="number", found=text)
        elif code == BOOLEAN:
            self._add("SCH102", variant="boolean", found=text)
        elif code == QUANTITY:
            self._add("SCH107", found=text)
        elif code == INT_OR_STRING:
            self._add("SCH102", variant="number-or-text", found=text)
        elif self.root.name == "Secret" and self.path[0] in ("data", "stringData"):
            self._add("SCH102", variant="hidden", hidden=str(self.path[0]))
        else:
            self._add("SCH102", variant="text", found=text, needed=f'"{text}"')

    def _from_text(self, value: str, ref: Ref) -> None:
        """A string where the type is not simply a string."""
        code, text = ref.code, shorten(value)
        if re.search(_PLACEHOLDER, value):
            return
        if code in (INT32, INT64, NUMBER):
            if re.match(_WHOLE, value):
                self._add("SCH102", variant="number-quoted", found=f'"{text}"', needed=text)
            else:
                self._add("SCH102", variant="number", found=text)
        elif code == BOOLEAN:
            lowered = value.lower()
            if lowered in _TRUE or lowered in _FALSE:
                needed = "true" if lowered in _TRUE else "false"
                self._add("SCH102", variant="boolean-quoted", found=f'"{text}"', needed=needed)
            else:
                self._add("SCH102", variant="boolean", found=text)
        elif code == QUANTITY:
            if not _is_quantity(value):
                if self._storage_of_a_claim():
                    return
                needed = meant(value)
                self._add("SCH107", variant="near" if needed else "", found=text, needed=needed)
            elif _immense(value):
                self._add("SCH112", found=text)
        elif code == TIME:
            if not re.match(_TIME, value):
                self._add("SCH108", found=text)
        elif code == BYTES and not re.match(_BASE64, value.replace("\n", "").replace("\r", "")):
            self._add("SCH108", variant="base64", hidden="data")

    def _is_time(self) -> bool:
        return bool(self.path) and str(self.path[-1]).endswith("Seconds")

    def _storage_of_a_claim(self) -> bool:
        """Sizes of claims are STS310's to judge."""
        if self.path[-2:] != ["requests", "storage"]:
            return False
        return self.root.name in ("PersistentVolumeClaim", "StatefulSet") and (
            self.path[:-2] == ["spec", "resources"] or self.path[1] == "volumeClaimTemplates"
        )

    def _add(
        self, code: str, *below: str | int, key: bool = False, variant: str = "", **params: Param
    ) -> None:
        self.found.append(self._finding(code, below, key=key, variant=variant, **params))

    def _finding(
        self,
        code: str,
        below: tuple[str | int, ...],
        *,
        key: bool = False,
        variant: str = "",
        **params: Param,
    ) -> Finding:
        return self.document.finding(
            code, Severity.ERROR, (*self.path, *below), key=key, variant=variant, **params
        )


_WHOLE_CODES = frozenset({INT32, INT64, INT_OR_STRING})


def _too_large(value: int | float, code: str) -> str:
    """The variant of SCH102 for a whole number with more bits than its field has; else empty.

    Beyond 64 bits they are floats: JSON's numbers are.
    """
    if isinstance(value, float) and not _INT64 <= abs(value) < _INFINITY:
        return ""
    bound, variant = (_INT64, "range-64") if code == INT64 else (_INT32, "range")
    return "" if -bound <= value < bound else variant


@lru_cache(maxsize=256)
def _is_quantity(text: str) -> bool:
    return is_quantity(text)


@lru_cache(maxsize=256)
def _immense(text: str) -> bool:
    return immense(text)


def _is_empty(node: Node | None) -> bool:
    if isinstance(node, Scalar):
        return node.value in (None, "")
    return node is None or (isinstance(node, Sequence) and not node.items)
