"""The files a check is asked about: folders walked, Kustomize patches told from objects.

Paths are plain strings here: a check of one file starts in a few times what Python itself needs,
and ``pathlib`` would be a tenth of that.
"""
# ruff: noqa: PTH112, PTH113, PTH118, PTH120

import os
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tutor.cli.regular import open_regular
from tutor.manifest.documents import Manifest
from tutor.manifest.limits import MAX_BYTES
from tutor.manifest.nodes import Mapping, Node, Scalar, Sequence
from tutor.manifest.reader import read
from tutor.model.errors import ExitCode, TutorError

STDIN = "-"
SUFFIXES = (".yaml", ".yml", ".json")
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_UP = 3
"""Folders above a file that are searched for a kustomization that names it as a patch."""

_PATCH_FIELDS = ("patches", "patchesStrategicMerge", "patchesJson6902", "replacements")
_NOT_AN_OBJECT = "YAML105"
_PROBE = 1024


class Inputs(NamedTuple):
    """What was read.

    Attributes:
        manifests: In the order named, folders in the order of their names.
        patches: Names of the files that only change objects.
        troubles: What could not be read, and why.
        skipped: Templates of Helm charts that were passed over in folders.
    """

    manifests: tuple[Manifest, ...]
    patches: frozenset[str]
    troubles: tuple[TutorError, ...]
    skipped: int


def load(names: Iterable[str]) -> Inputs:
    """Read files, folders and standard input (``-``); each file once, however often it is named."""
    found: list[str] = []
    troubles: list[TutorError] = []
    skipped = 0
    seen: set[str] = set()
    for name in names:
        try:
            files, templates = _files(name)
        except TutorError as error:
            troubles.append(error)
            continue
        skipped += templates
        for file in files:
            identity = _real(file)
            if identity not in seen:
                seen.add(identity)
                found.append(file)
    kustomizations = _Kustomizations()
    patches = frozenset(file for file in found if kustomizations.patches(file))
    manifests: list[Manifest] = []
    for file in found:
        try:
            manifest = read(content(file), file)
        except TutorError as error:
            troubles.append(error)
            continue
        if file in patches:  # a JSON patch is a list, and no object
            kept = tuple(f for f in manifest.findings if f.code != _NOT_AN_OBJECT)
            manifest = Manifest(manifest.text, manifest.documents, kept, file)
        manifests.append(manifest)
    return Inputs(tuple(manifests), patches, tuple(troubles), skipped)


def content(name: str) -> bytes:
    """The bytes of a file or of standard input, no more than a manifest may have and one.

    Raises:
        TutorError: ``file-not-found``, ``file-unreadable``, ``file-binary``.
    """
    try:
        if name == STDIN:
            found = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with open_regular(name) as file:
                found = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise TutorError("file-not-found", ExitCode.INPUT, file=name) from error
    except (OSError, ValueError) as error:
        raw = getattr(error, "strerror", None) or str(error)
        raise TutorError("file-unreadable", ExitCode.INPUT, file=name, raw=raw) from error
    if _is_binary(found[:_PROBE]):
        raise TutorError("file-binary", ExitCode.INPUT, file=name)
    return found


def _real(name: str) -> str:
    """One name for each file, however it is named; a name that no system takes stays as it is."""
    try:
        return name if name == STDIN else os.path.realpath(name)
    except ValueError:
        return name


def _is_binary(head: bytes) -> bool:
    """Whether bytes are no text in any encoding: NULs and controls, but not those of UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) * 3 >= len(head):
        return not head.strip(b"\x00") and bool(head)
    controls = sum(1 for byte in head if byte < 32 and byte not in b"\t\n\v\f\r\x1b")
    return 0 in head and controls > 4 and controls * 20 > len(head)


def _files(name: str) -> tuple[list[str], int]:
    """The files a name stands for, and how many chart templates were passed over.

    Raises:
        TutorError: ``no-manifests``, ``file-unreadable``.
    """
    if name == STDIN or not os.path.isdir(name):
        return [name], 0
    files: list[str] = []
    skipped = 0

    def refuse(error: OSError) -> None:
        raw = error.strerror or str(error)
        raise TutorError("file-unreadable", file=str(error.filename), raw=raw) from error

    for folder, folders, names in os.walk(name, onerror=refuse):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "node_modules")
        own = [n for n in sorted(names) if n.endswith(SUFFIXES) and not n.startswith(".")]
        if _is_template(folder, name):
            skipped += len(own)
        else:
            files.extend(os.path.normpath(os.path.join(folder, n)) for n in own)
    if not files and not skipped:
        raise TutorError("no-manifests", ExitCode.INPUT, file=name)
    return files, skipped


def _is_template(folder: str, top: str) -> bool:
    """Whether a folder holds templates of a Helm chart: they are no YAML before Helm has run."""
    while True:
        parent, own = os.path.split(folder)
        if own == "templates" and os.path.isfile(os.path.join(parent, "Chart.yaml")):
            return True
        if folder in (top, parent) or not own:
            return False
        folder = parent


class _Kustomizations:
    """The kustomizations near the files, each read once."""

    def __init__(self) -> None:
        self._named: dict[str, frozenset[str]] = {}

    def patches(self, file: str) -> bool:
        """Whether a kustomization beside or above a file names it as a patch."""
        target = _real(file)
        if target == STDIN:
            return False
        folder = os.path.dirname(target)
        for _ in range(_UP + 1):
            if target in self._in(folder):
                return True
            parent = os.path.dirname(folder)
            if parent == folder:
                break
            folder = parent
        return False

    def _in(self, folder: str) -> frozenset[str]:
        if folder not in self._named:
            named: set[str] = set()
            for name in KUSTOMIZATIONS:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    named.update(os.path.realpath(os.path.join(folder, p)) for p in _named(path))
            self._named[folder] = frozenset(named)
        return self._named[folder]


def _named(kustomization: str) -> Iterator[str]:
    """The files that a kustomization names as patches."""
    try:
        manifest = read(content(kustomization))
    except TutorError:
        return
    for document in manifest.documents:
        for field in _PATCH_FIELDS:
            entries = document.root.values.get(field)
            for entry in entries.items if isinstance(entries, Sequence) else ():
                name = _text(entry.values.get("path") if isinstance(entry, Mapping) else entry)
                if name and "\n" not in name:  # a patch may also be written out in place
                    yield name


def _text(node: Node | None) -> str:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, str) else ""
