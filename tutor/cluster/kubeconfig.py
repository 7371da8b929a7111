"""kubeconfig files, read as data and merged as kubectl does. Nothing in them is ever run here.

Source: staging/src/k8s.io/client-go/tools/clientcmd/loader.go: the first file that has a name has
it, the first that names a current context names it, files that are not there are passed over.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutor.manifest.reader import read
from tutor.model.errors import ExitCode, TutorError
from tutor.model.findings import Severity

_LARGEST = 8 * 1024 * 1024
"""Bytes of one file; those of a thousand clusters are smaller."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A named cluster, user or context.

    Attributes:
        values: What stands under the name; of any shape until asked for.
        file: Where it stands.
    """

    name: str
    values: Mapping[str, Any] = field(repr=False)
    file: str

    def text(self, key: str) -> str:
        """A text; empty where there is none.

        Raises:
            TutorError: ``kubeconfig-field``: it is no text.
        """
        found = self.values.get(key)
        if found is None:
            return ""
        if not isinstance(found, str):
            raise self._wrong(key)
        return found

    def flag(self, key: str) -> bool:
        """A truth value.

        Raises:
            TutorError: ``kubeconfig-field``.
        """
        found = self.values.get(key)
        if found is None:
            return False
        if not isinstance(found, bool):
            raise self._wrong(key)
        return found

    def mapping(self, key: str) -> "Entry | None":
        """What stands below a key, or None.

        Raises:
            TutorError: ``kubeconfig-field``.
        """
        found = self.values.get(key)
        if found is None:
            return None
        if not isinstance(found, Mapping):
            raise self._wrong(key)
        return Entry(self.name, found, self.file)

    def path(self, key: str) -> str:
        """A path, made absolute: kubectl reads it from the file's own folder."""
        found = self.text(key)
        return str(Path(self.file).parent.joinpath(found).absolute()) if found else ""

    def _wrong(self, key: str) -> TutorError:
        return TutorError(
            "kubeconfig-field", ExitCode.CLUSTER, file=self.file, name=self.name, field=key
        )


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """Several files together.

    Attributes:
        current: Name of the current context; empty without one.
        troubles: The files that could not be read, and why.
        files: Those that were.
    """

    current: str = ""
    contexts: Mapping[str, Entry] = field(default_factory=dict)
    clusters: Mapping[str, Entry] = field(default_factory=dict)
    users: Mapping[str, Entry] = field(default_factory=dict)
    troubles: tuple[TutorError, ...] = ()
    files: tuple[str, ...] = ()


def files(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The files kubectl would read, in their order, each once."""
    told = environ.get("KUBECONFIG", "")
    if told:
        names = [os.path.expanduser(one) for one in told.split(os.pathsep) if one]  # noqa: PTH111
        return tuple(dict.fromkeys(names))
    home = environ.get("HOME") or environ.get("USERPROFILE") or "~"
    return (str(Path(home).expanduser() / ".kube" / "config"),)


def load(names: Iterable[str]) -> Kubeconfig:
    """Read files and merge them; what cannot be read is told in ``troubles``."""
    texts: list[tuple[str, bytes]] = []
    troubles: list[TutorError] = []
    for name in names:
        try:
            with Path(name).open("rb") as file:
                texts.append((name, file.read(_LARGEST + 1)))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raw = getattr(error, "strerror", None) or str(error)
            troubles.append(
                TutorError("kubeconfig-unreadable", ExitCode.CLUSTER, file=name, raw=raw)
            )
    return merge(texts, troubles)


def merge(texts: Iterable[tuple[str, bytes]], troubles: Iterable[TutorError] = ()) -> Kubeconfig:
    """Merge the contents of files, each with its name."""
    found: dict[str, dict[str, Entry]] = {"contexts": {}, "clusters": {}, "users": {}}
    current, wrong, whole = "", list(troubles), []
    for file, content in texts:
        try:
            own = _one(file, content)
        except TutorError as error:
            wrong.append(error)
            continue
        whole.append(file)
        current = current or own.current
        for into, of in (
            ("contexts", own.contexts),
            ("clusters", own.clusters),
            ("users", own.users),
        ):
            found[into] = {**of, **found[into]}
    return Kubeconfig(
        current,
        found["contexts"],
        found["clusters"],
        found["users"],
        tuple(wrong),
        tuple(whole),
    )


def _one(file: str, content: bytes) -> Kubeconfig:
    if not content.strip():
        return Kubeconfig()
    manifest = read(content, file)
    for finding in manifest.findings:
        if finding.severity is Severity.ERROR:
            line = finding.span.line
            raise TutorError("kubeconfig-broken", ExitCode.CLUSTER, file=file, line=line)
    if not manifest.documents:
        raise TutorError("kubeconfig-broken", ExitCode.CLUSTER, file=file, line=1)
    top = Entry("", manifest.documents[0].data, file)
    kind = top.text("kind")
    if kind not in ("", "Config"):
        raise TutorError("kubeconfig-foreign", ExitCode.CLUSTER, file=file, kind=kind)
    return Kubeconfig(
        top.text("current-context"),
        _named(top, "contexts", "context"),
        _named(top, "clusters", "cluster"),
        _named(top, "users", "user"),
    )


def _named(top: Entry, plural: str, singular: str) -> dict[str, Entry]:
    rows = top.values.get(plural)
    if rows is None:
        return {}
    wrong = TutorError(
        "kubeconfig-field", ExitCode.CLUSTER, file=top.file, name=plural, field=singular
    )
    if not isinstance(rows, list):
        raise wrong
    found: dict[str, Entry] = {}
    for row in rows:
        if not isinstance(row, Mapping):
            raise wrong
        name, values = row.get("name"), row.get(singular)
        if not isinstance(name, str) or not isinstance(values, Mapping | None):
            raise wrong
        if name in found:
            raise TutorError(
                "kubeconfig-duplicate", ExitCode.CLUSTER, file=top.file, what=plural, name=name
            )
        found[name] = Entry(name, values or {}, top.file)
    return found
