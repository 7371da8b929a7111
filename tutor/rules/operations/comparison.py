"""Two versions of the same objects, paired and compared by meaning."""

from collections.abc import Iterable, Iterator, Mapping

from tutor.manifest import quantity
from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Path
from tutor.rules.objects import Objects, namespace

_DEFAULTS: Mapping[str, Data] = {"volumeMode": "Filesystem"}
_TEMPLATE_NOISE = frozenset({"apiVersion", "kind", "status"})
"""Fields of a claim template that the server fills in or ignores."""


def by_name(documents: Iterable[Document]) -> dict[tuple[str, str], Document]:
    """(namespace, name) → object, the last of that name as ``kubectl apply`` leaves it."""
    return {(namespace(d), d.name): d for d in documents if d.name}


def pairs(objects: Objects, kind: str, api_version: str) -> Iterator[tuple[Document, Document]]:
    """Old and new version of every object of a kind that both versions of the files hold."""
    if objects.previous is None:
        return
    if kind == "StatefulSet":
        before, now = objects.previous.statefulsets, objects.statefulsets
    else:
        before, now = (o.of(kind, api_version) for o in (objects.previous, objects))
    known = by_name(before)
    for new in by_name(now).values():
        old = known.get((namespace(new), new.name))
        if old is not None:
            yield old, new


def differences(old: Data, new: Data, path: Path = ()) -> Iterator[Path]:
    """The deepest paths at which two values differ; a list of another length as a whole.

    Nothing, ``null``, an empty list and an empty map are the same, as in the API server's
    ``Semantic.DeepEqual``; so are two quantities of one amount.
    """
    old, new = _value(old, path), _value(new, path)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*new, *old)):
            yield from differences(old.get(key), new.get(key), (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (a, b) in enumerate(zip(old, new, strict=True)):
            yield from differences(a, b, (*path, index))
    elif type(old) is not type(new) or old != new:
        yield path


def _value(value: Data, path: Path) -> Data:
    if value is None and path and isinstance(path[-1], str):
        value = _DEFAULTS.get(path[-1])
    if value in ({}, []):
        return None
    if len(path) > 1 and path[-2] in ("requests", "limits"):
        read = amount(value)
        return value if read is None else f"{read.mantissa}e{read.exponent}"
    return value


def claim_template(value: Mapping[str, Data]) -> dict[str, Data]:
    """A claim template without what the server fills in or ignores."""
    return {key: part for key, part in value.items() if key not in _TEMPLATE_NOISE}


def amount(value: Data) -> quantity.Quantity | None:
    """A quantity; None for what is none."""
    if value is None or isinstance(value, (bool, dict, list)):
        return None
    try:
        return quantity.parse(value)
    except quantity.QuantityError:
        return None
