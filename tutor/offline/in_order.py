"""Objects kept in the order of their keys, handed out as they lie."""

from bisect import bisect_left

from tutor.offline.objects import Obj


class InOrder:
    """A few thousand objects that are listed far more often than their keys change."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._objects: list[Obj] = []

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, key: str, obj: Obj) -> None:
        """Add an object, or put it in the place of the one with its key."""
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            self._objects[at] = obj
        else:
            self._keys.insert(at, key)
            self._objects.insert(at, obj)

    def drop(self, key: str) -> None:
        """Take an object away.

        Raises:
            KeyError: There is none with this key.
        """
        at = bisect_left(self._keys, key)
        if at == len(self._keys) or self._keys[at] != key:
            raise KeyError(key)
        del self._keys[at], self._objects[at]

    def all(self) -> tuple[Obj, ...]:
        """The objects as they are now, in order of their keys."""
        return tuple(self._objects)
