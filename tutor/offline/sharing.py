"""Versions of an object that share what did not change, so that a long history stays small."""

from typing import Any

_ABSENT = object()
_FEW, _FIELDS = 16, 64


def share(old: Any, new: Any) -> Any:  # noqa: ANN401
    """The new value, made of parts of the old one wherever they are equal.

    Neither value is changed. Where the two are equal altogether the old one itself is returned,
    so that comparing them again costs nothing.
    """
    if old is new or type(old) is not type(new):
        return new
    if isinstance(new, dict):
        same = len(old) == len(new)
        parts = {}
        for name, part in new.items():
            before = old.get(name, _ABSENT)
            parts[name] = kept = share(before, part)
            same = same and kept is before
        return old if same else parts
    if isinstance(new, list):
        alike = share if len(old) <= _FEW else _whole
        items = [alike(before, item) for before, item in zip(old, new, strict=False)]
        if len(old) == len(new) and all(map(_is, items, old)):
            return old
        return items + new[len(old) :]
    return old if old == new else new


def apart(one: Any, other: Any = None) -> int:  # noqa: ANN401
    """The bytes of memory that a value takes beyond what it shares with another.

    Of two versions of an object, ``apart(new, old) - apart(old, new)`` is what the new one takes
    more. Names are counted where there are many: those of fields are the program's own.
    """
    if one is other or one is None:
        return 0
    size: int = one.__sizeof__()
    if isinstance(one, dict):
        parts = other if isinstance(other, dict) else {}
        if len(one) > _FIELDS:
            size += sum(name.__sizeof__() for name in one)
        for name, part in one.items():
            size += apart(part, parts.get(name))
    elif isinstance(one, list):
        items = other if isinstance(other, list) else []
        for at, part in enumerate(one):
            size += apart(part, items[at] if at < len(items) else None)
    return size


def _whole(old: Any, new: Any) -> Any:  # noqa: ANN401
    """The same for an item of a long list: where one is put in, all others move, and stay whole."""
    return old if old is new or (old == new and share(old, new) is old) else new


def _is(one: object, other: object) -> bool:
    return one is other
