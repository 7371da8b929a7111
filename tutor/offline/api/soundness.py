"""Whether what a state file holds can be gone on with, object by object.

A file outlives the program that wrote it, and people edit files. What an earlier version let in, or
somebody else, must not keep a cluster from ever starting again: it is found before anything looks
at it, and named.
"""

from collections.abc import Mapping

from tutor.offline.admission.decode import DecodeError, check
from tutor.offline.admission.types import type_of
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj
from tutor.offline.resources import named
from tutor.offline.store import key_of

_LATEST = 200_000_000_000.0  # some time in the year 8307
_TEXTS = ("name", "uid", "resourceVersion", "creationTimestamp")


def sound_time(moment: object) -> bool:
    """Whether a time of a file is one that a clock can go on from."""
    plain = isinstance(moment, int | float) and not isinstance(moment, bool)
    return plain and 0 <= moment <= _LATEST  # type: ignore[operator]


def sound_version(version: object) -> bool:
    """Whether a version of a file is one that can be counted on from."""
    return isinstance(version, int) and not isinstance(version, bool) and 0 < version < 1 << 62


def problem(resource: str, key: str, obj: object) -> str:
    """Why an object cannot be used; empty where it can.

    Args:
        resource: ``pods``.
        key: What it is kept under.
        obj: The object as the file has it.
    """
    try:
        found = named(resource)
    except KeyError:
        return f'no resource "{resource}"'
    if not isinstance(obj, dict):
        return "no object"
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict):
        return "metadata: no object"
    for field in _TEXTS:
        if not isinstance(metadata.get(field), str) or not metadata[field]:
            return f"metadata.{field}: missing"
    if not metadata["resourceVersion"].isascii() or not metadata["resourceVersion"].isdigit():
        return "metadata.resourceVersion: no number"
    if key_of(obj) != key or bool(metadata.get("namespace")) != found.namespaced:
        return "metadata: not the name that it is kept under"
    try:
        check(obj, type_of(found.kind, found.api_version))
    except DecodeError as error:
        return str(error)
    except ApiError as error:
        return error.warnings[0].partition("; ")[0] if error.warnings else error.message
    return _missing(obj)


_NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "ControllerRevision": (("data",),),
    "Deployment": (("spec", "selector"), ("spec", "template")),
    "PersistentVolume": (("spec",),),
    "PersistentVolumeClaim": (("spec",),),
    "Pod": (("spec", "containers"),),
    "ReplicaSet": (("spec", "selector"), ("spec", "template")),
    "Service": (("spec",),),
    "StatefulSet": (("spec", "selector"), ("spec", "template")),
}
"""What controllers look at without asking whether it is there."""


def _missing(obj: Obj) -> str:
    for path in _NEEDED.get(str(obj.get("kind", "")), ()):
        found: object = obj
        for step in path:
            found = found.get(step) if isinstance(found, dict) else None
        if found is None:
            return f"{'.'.join(path)}: missing"
    return ""
