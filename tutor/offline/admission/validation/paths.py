"""Paths in volumes.

Source: ``validatePathNoBacksteps``, ``validateLocalDescendingPath``,
``ValidateLocalNonReservedPath`` in ``pkg/apis/core/validation/validation.go``.
"""

from tutor.offline.admission.validation.fields import invalid
from tutor.offline.errors import Cause


def no_steps_back(target: str, path: str) -> list[Cause]:
    """What is wrong with a path that leads out of where it begins."""
    return [invalid(path, target, "must not contain '..'")] if ".." in target.split("/") else []


def descending(target: str, path: str) -> list[Cause]:
    """What is wrong with a path that leads from a place to another below it."""
    causes = [invalid(path, target, "must be a relative path")] if target.startswith("/") else []
    return causes + no_steps_back(target, path)


def not_reserved(target: str, path: str) -> list[Cause]:
    """What is wrong with a path below a volume, whose names with two dots are the kubelet's."""
    causes = descending(target, path)
    if target.startswith("..") and not target.startswith("../"):
        causes.append(invalid(path, target, "must not start with '..'"))
    return causes
