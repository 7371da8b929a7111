"""The objects of a namespace at one point of its history, and as a View for the controllers' rules.

A :class:`Scene` is never changed: :meth:`Scene.after` makes the next one, which shares every table
that did not change.
"""

from collections.abc import Iterable, Iterator, Mapping

from tutor.model.timeline import Change
from tutor.offline.objects import Obj
from tutor.offline.resources import RESOURCES, named
from tutor.timeline.reading import condition, controller, mapping, natural, obj, owners, text, uid

Table = dict[tuple[str, str], Obj]
NOTHING: Table = {}


class Objects:
    """Objects by kind, namespace and name.

    Attributes:
        version: Of the newest change in it; 0 for none.
        at: When that was, seconds since the epoch.
    """

    __slots__ = ("_tables", "at", "version")

    def __init__(self, version: int, at: float, tables: dict[str, Table]) -> None:
        self.version = version
        self.at = at
        self._tables = tables

    def get(self, kind: str, namespace: str, name: str) -> Obj | None:
        """One object."""
        return self._tables.get(kind, NOTHING).get((namespace, name))

    def of(self, kind: str, namespace: str | None = None) -> list[Obj]:
        """All objects of a kind, in the order of their names, ``web-2`` before ``web-10``.

        Args:
            kind: The kind.
            namespace: Only those of one namespace.
        """
        table = self._tables.get(kind, NOTHING)
        keys = [key for key in table if namespace is None or key[0] == namespace]
        keys.sort(key=lambda key: (key[0], natural(key[1])))
        return [table[key] for key in keys]

    def named(self, kind: str, name: str) -> list[Obj]:
        """The objects of a kind and a name, or of a kind alone when the name is empty."""
        if not name:
            return self.of(kind)
        table = self._tables.get(kind, NOTHING)
        return [one for key, one in table.items() if key[1] == name]

    def controlled(self, kind: str, owner: str) -> list[Obj]:
        """The objects of a kind whose controller has this uid."""
        return [one for one in self.of(kind) if text(controller(one), "uid") == owner]

    def kinds(self) -> tuple[str, ...]:
        """The kinds there are objects of."""
        return tuple(sorted(kind for kind, table in self._tables.items() if table))


class Scene(Objects):
    """The objects after one change, and before the next. Never changed."""

    __slots__ = ()

    def __init__(
        self, version: int = 0, at: float = 0.0, tables: dict[str, Table] | None = None
    ) -> None:
        super().__init__(version, at, tables or {})

    def after(self, changes: Iterable[Change]) -> "Scene":
        """The scene after more changes."""
        stage = Stage(self)
        for change in changes:
            stage.put(change)
        return stage.scene()


class Stage(Objects):
    """A scene being changed; the one it began with stays as it was."""

    __slots__ = ("_own",)

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene.version, scene.at, dict(scene._tables))
        self._own: set[str] = set()

    def scene(self) -> Scene:
        """The scene as it is now."""
        self._own.clear()
        return Scene(self.version, self.at, dict(self._tables))

    def put(self, change: Change) -> None:
        """Take one change. Of two versions of one object the newer stays."""
        self.version, self.at = max(self.version, change.version), max(self.at, change.at)
        key = change.namespace, change.name
        held = self._tables.get(change.kind, NOTHING).get(key)
        if change.after is None:
            if held is not None and (not change.uid or change.uid == uid(held)):
                del self._table(change.kind)[key]
        elif held is None or not older(obj(change.after), held):
            self._table(change.kind)[key] = obj(change.after)

    def _table(self, kind: str) -> Table:
        if kind not in self._own:
            self._own.add(kind)
            self._tables[kind] = dict(self._tables.get(kind, NOTHING))
        return self._tables[kind]


def older(one: Obj, other: Obj) -> bool:
    """Whether one is an earlier version of the same object than the other."""
    versions = text(one, "metadata", "resourceVersion"), text(other, "metadata", "resourceVersion")
    if uid(one) != uid(other) or not all(version.isdecimal() for version in versions):
        return False
    return int(versions[0]) < int(versions[1])


class SceneView:
    """A scene as the controllers' rules see a cluster (:class:`tutor.offline.plan.View`).

    Args:
        scene: The scene.
        now: The time to reckon with; that of the scene by default.
    """

    def __init__(self, scene: Objects, now: float | None = None) -> None:
        self._scene = scene
        self._now = scene.at if now is None else now

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now

    @property
    def gates(self) -> Mapping[str, bool]:
        """Feature gates: a watch does not tell of any."""
        return {}

    def get(self, resource: str, namespace: str, name: str) -> Obj | None:
        """One object."""
        return self._scene.get(named(resource).kind, namespace, name)

    def list(self, resource: str, namespace: str = "") -> Iterable[Obj]:
        """All objects of a resource, of one namespace or of all."""
        return self._scene.of(named(resource).kind, namespace or None)

    def owned(self, resource: str, uid: str) -> Iterable[Obj]:
        """The objects of a resource whose controller has this uid."""
        return self._scene.controlled(named(resource).kind, uid)

    def dependents(self, uid: str) -> Iterator[tuple[str, Obj]]:
        """All objects with an owner of this uid, each with its resource."""
        for resource in RESOURCES:
            for one in self._scene.of(resource.kind):
                if any(owner.get("uid") == uid for owner in owners(one)):
                    yield resource.name, one

    def matching(self, resource: str, namespace: str, labels: Mapping[str, str]) -> Iterable[Obj]:
        """The objects of a namespace that carry all these labels."""
        return [
            one
            for one in self.list(resource, namespace)
            if labels.items() <= mapping(one, "metadata", "labels").items()
        ]

    def down(self, node: str) -> bool:
        """Whether a node has been lost: all a watch can tell of it."""
        found = self._scene.get("Node", "", node)
        return found is not None and condition(found, "Ready").get("status") == "Unknown"
