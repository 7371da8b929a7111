"""Objects as the server's own Go types print them: for the differences it puts into refusals.

Those types have no JSON tags: every field is there, zero or not, under its Go name and in the order
of its declaration.

Source: ``pkg/apis/core/types.go``; ``apimachinery/pkg/util/diff``.
"""

from difflib import unified_diff

from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, Ref, Type
from tutor.offline.admission.gojson import lines
from tutor.offline.admission.types import types
from tutor.offline.admission.validation.declared import DECLARED
from tutor.offline.admission.values import Json
from tutor.offline.admission.wire import POINTERS
from tutor.offline.objects import Obj

_HOST = "HostNetwork HostPID HostIPC ShareProcessNamespace HostUsers"
_TAGGED = frozenset({"LabelSelector", "LabelSelectorRequirement"})
"""Types of apimachinery's, which have JSON tags."""
_BY_VALUE = frozenset(
    {
        ("Container", "resources"),
        ("EphemeralContainer", "resources"),
        ("PersistentVolumeClaimSpec", "resources"),
        ("PreferredSchedulingTerm", "preference"),
        ("WeightedPodAffinityTerm", "podAffinityTerm"),
    }
)
_ZEROS: dict[str, Json] = {"s": "", "i": 0, "l": 0, "n": 0, "b": False, "x": 0, "q": "0"}


def as_go(obj: Obj, type_name: str) -> Obj:
    """A value as the server's own type would be written, for refusals that show it whole."""
    return _object(obj, types().type(type_name))


def difference(old: Obj, new: Obj, type_name: str, part: str = "") -> str:
    """How two values differ, in the lines of the server's text.

    Args:
        old: The value before.
        new: The value after.
        type_name: Their type.
        part: The part of it that is compared, if not all is: a struct that lies in the other.
    """
    before, after = (lines(_object(one, types().type(type_name), part)) for one in (old, new))
    return "".join(list(unified_diff(before, after, n=3))[2:])


def _object(obj: Obj, type_: Type, part: str = "") -> Obj:
    if type_.name in _TAGGED:
        return {name: obj[name] for name in type_.fields if name in obj}
    names = DECLARED.get(part or type_.name)
    lower = {name.lower(): name for name in type_.fields}
    shown: Obj = {}
    ordered = names.split() if names else [name[:1].upper() + name[1:] for name in type_.fields]
    for declared in ordered:
        go_name, _, other = declared.partition("=")
        name = lower.get((other or go_name).lower())
        if name is None:
            continue
        ref = type_.fields[name].ref
        value = obj.get(name)
        if type_.name == "PodSpec" and name == "securityContext" and value is not None:
            shown[go_name] = {**_host(obj), **_object(value, ref.type)}
        else:
            shown[go_name] = _value(value, ref, type_.name, name)
    return shown


def _host(spec: Obj) -> Obj:
    """Fields of a Pod's spec that the server keeps in the security context."""
    names = {"hostnetwork": "hostNetwork", "hostpid": "hostPID", "hostipc": "hostIPC"}
    shown: Obj = {}
    for go_name in _HOST.split():
        name = names.get(go_name.lower(), go_name[:1].lower() + go_name[1:])
        shown[go_name] = spec.get(name, False if go_name.lower() in names else None)
    return shown


def _value(value: Json, ref: Ref, owner: str, name: str) -> Json:
    if value is None:
        if ref.code == OBJECT and (owner, name) in _BY_VALUE:
            return _object({}, ref.type)
        if ref.code in (OBJECT, LIST, MAP) or name in POINTERS.get(owner, ()):
            return None
        return _ZEROS.get(ref.code)
    if ref.code == OBJECT:
        return _object(value, ref.type)
    if ref.code == LIST and ref.item is not None:
        return [_value(item, ref.item, "", "") for item in value]
    if ref.code == MAP:
        return {key: value[key] for key in sorted(value)}
    return value
