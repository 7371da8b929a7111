"""The Kubernetes schemas, as ``tools/generate_schema.py`` packs them into ``schema.json``.

A type is one string of fields, ``name=reference`` each, followed by ``!`` if it is required (``!!``
if it may not be empty either) and ``@1.26`` if older versions lack it. A reference is::

    s i l n b        string, int32, int64, number, boolean
    q x t y *        quantity, int-or-string, time, base64, anything
    Name             another type; (retainKeys)Name if a strategic merge keeps only sent keys
    {}ref            map of string to ref; {atomic}ref if it is replaced as a whole
    [kind:keys|strategy:key]ref
                     list: kind is atomic, set or map (with its keys); then how a strategic merge
                     treats it, and by which key

A type is unpacked when it is first asked for: a manifest touches a tenth of them.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache

STRING = "s"
INT32 = "i"
INT64 = "l"
NUMBER = "n"
BOOLEAN = "b"
QUANTITY = "q"
INT_OR_STRING = "x"
TIME = "t"
BYTES = "y"
ANY = "*"
OBJECT = "object"
LIST = "list"
MAP = "map"

_NULL = type(None)
_ACCEPTED: dict[str, frozenset[type]] = {
    STRING: frozenset({str, _NULL}),
    INT32: frozenset({int, _NULL}),
    INT64: frozenset({int, _NULL}),
    NUMBER: frozenset({int, float, _NULL}),
    BOOLEAN: frozenset({bool, _NULL}),
    QUANTITY: frozenset({int, float, _NULL}),  # a string may be malformed
    INT_OR_STRING: frozenset({str, int, _NULL}),
    TIME: frozenset({_NULL}),
    BYTES: frozenset({_NULL}),
    ANY: frozenset({str, int, float, bool, _NULL}),
    OBJECT: frozenset({_NULL}),
    LIST: frozenset({_NULL}),
    MAP: frozenset({_NULL}),
}


class Ref:
    """What a field, a list's items or a map's values may be.

    Attributes:
        code: One of the constants above.
        accepts: Python types of scalars that are right without a closer look; of an int, the size
            may be wrong still.
        name: Name of the type, for :data:`OBJECT`.
        item: What it holds, for :data:`LIST` and :data:`MAP`.
        list_kind: ``atomic``, ``set`` or ``map``, for :data:`LIST`.
        keys: Fields that tell items apart, for a list of kind ``map``.
        strategy: How a strategic merge treats it: ``merge``, ``retainKeys``, both with a comma, or
            empty for replacing.
        merge_key: The field by which a strategic merge finds an item.
        atomic: A map or object that has one owner as a whole.
    """

    __slots__ = (
        "_load",
        "_type",
        "accepts",
        "atomic",
        "code",
        "item",
        "keys",
        "list_kind",
        "merge_key",
        "name",
        "strategy",
    )

    def __init__(self, text: str, bundle: "Bundle") -> None:
        self.name = ""
        self.item: Ref | None = None
        self.list_kind = ""
        self.keys: tuple[str, ...] = ()
        self.strategy = ""
        self.merge_key = ""
        self.atomic = False
        self._type: Type | None = None
        self._load: Callable[[str], Type] = bundle.type
        head = text[0]
        if head == "[":
            inside, _, rest = text[1:].partition("]")
            described, _, merging = inside.partition("|")
            self.code = LIST
            self.list_kind, _, keys = described.partition(":")
            self.keys = tuple(keys.split(",")) if keys else ()
            self.strategy, _, self.merge_key = merging.partition(":")
            self.item = bundle.ref(rest)
        elif head == "{":
            how, _, rest = text[1:].partition("}")
            self.code = MAP
            self.atomic = how == "atomic"
            self.item = bundle.ref(rest)
        elif text in _ACCEPTED:
            self.code = text
        else:
            if head == "(":
                self.strategy, _, text = text[1:].partition(")")
            self.code = OBJECT
            self.name = text
            self.atomic = text in bundle.atomic
        self.accepts = _ACCEPTED[self.code]

    @property
    def type(self) -> "Type":
        """The type, for :data:`OBJECT`."""
        if self._type is None:
            self._type = self._load(self.name)
        return self._type


class Field:
    """One field of a type.

    Attributes:
        required: The server refuses the object without it.
        nonempty: Nor does it take an empty string or list there.
        since: First Kubernetes version that has it, empty if all of 1.25 and later have it.
    """

    __slots__ = ("name", "nonempty", "ref", "required", "since")

    def __init__(self, text: str, bundle: "Bundle") -> None:
        self.name, _, rest = text.partition("=")
        rest, _, self.since = rest.partition("@")
        self.nonempty = rest.endswith("!!")
        self.required = rest.endswith("!")
        self.ref = bundle.ref(rest.rstrip("!"))


class Type:
    """An object type.

    Attributes:
        fields: Its fields by name.
        accepts: The same names, with what their references accept.
        required: Those of its fields that are required.
    """

    __slots__ = ("accepts", "fields", "name", "required")

    def __init__(self, name: str, text: str, bundle: "Bundle") -> None:
        self.name = name
        self.fields = {field.name: field for field in (Field(f, bundle) for f in text.split())}
        self.accepts = {name: field.ref.accepts for name, field in self.fields.items()}
        self.required = tuple(f for f in self.fields.values() if f.required)


class Bundle:
    """All types, and which kind has which.

    Attributes:
        kubernetes: The version described (``1.36``).
        kinds: Kind to API version to the name of its type; an empty name where the API version is
            served and its fields are not described.
        removed: Kind to API versions once served, with the first Kubernetes version without them.
        others: Kinds of Kubernetes' own that are not described.
        groups: API groups of Kubernetes' own, but for the core group.
        atomic: Names of the types that have one owner as a whole.
    """

    def __init__(self, text: str | bytes) -> None:
        data = json.loads(text)
        self.kubernetes: str = data["kubernetes"]
        self.kinds: dict[str, dict[str, str]] = data["kinds"]
        self.removed: dict[str, dict[str, str]] = data["removed"]
        self.others: frozenset[str] = frozenset(data["others"].split())
        self.groups: frozenset[str] = frozenset(data["groups"].split())
        self.atomic: frozenset[str] = frozenset(data["atomic"].split())
        self._packed: dict[str, str] = data["types"]
        self._types: dict[str, Type] = {}
        self._refs: dict[str, Ref] = {}

    def type(self, name: str) -> Type:
        """The type of that name.

        Raises:
            KeyError: No such type.
        """
        found = self._types.get(name)
        if found is None:
            found = self._types[name] = Type(name, self._packed[name], self)
        return found

    def described(self, name: str) -> bool:
        """Whether there is a type of that name."""
        return name in self._packed

    def describe(self, types: Mapping[str, str]) -> None:
        """Add types, each as it is packed, under names that no other type has."""
        self._packed.update(types)

    def ref(self, text: str) -> Ref:
        """The reference written so."""
        found = self._refs.get(text)
        if found is None:
            found = self._refs[text] = Ref(text, self)
        return found

    def root(self, kind: str, api_version: str) -> Type | None:
        """The type of an object, or None where its fields are not known here."""
        name = self.kinds.get(kind, {}).get(api_version)
        return self.type(name) if name else None

    def api_version(self, kind: str) -> str:
        """The API version to write for a described kind: the newest that has a type."""
        return max(
            (api for api, name in self.kinds[kind].items() if name),
            key=lambda api: api.rpartition("/")[2],
        )


@cache
def bundle() -> Bundle:
    """The bundle that comes with the tutor."""
    # Beside this file; importlib.resources and pkgutil are slow to load for so little.
    name = __file__.rpartition("schema_bundle")[0] + "schema.json"
    with open(name, "rb") as file:  # noqa: PTH123
        return Bundle(file.read())
