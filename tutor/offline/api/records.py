"""The lines of a state file, and what they come to.

The first line says what the file is. Each line carries its checksum. What a power failure leaves
half written at the end is dropped; damage before that is refused, for what follows it would be
wrong.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutor.offline.api.soundness import problem, sound_time, sound_version
from tutor.offline.clock import micro_timestamp
from tutor.offline.objects import Obj
from tutor.offline.store import Store

_LEASES, _NODE_LEASES = "leases.coordination.k8s.io", "kube-node-lease"
_FORMAT = "sts-tutor offline cluster"
_VERSION = 1
_LONGEST_HEAD = 1024


class Damaged(Exception):  # noqa: N818  (told to the user as it is)
    """The file is no state of a cluster, or its middle is damaged.

    Attributes:
        line: Which line, from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class Newer(Exception):  # noqa: N818  (told to the user as it is)
    """A later program wrote the file.

    Attributes:
        found: The version of its form.
    """

    def __init__(self, found: int) -> None:
        super().__init__(f"version {found}")
        self.found = found


@dataclass(slots=True)
class State:
    """What a file holds.

    Attributes:
        version: The version the store had come to.
        time: Virtual time of the last change.
        objects: By resource and key.
        down: The nodes whose machines stand still.
    """

    version: int = 0
    time: float = 0.0
    objects: dict[str, dict[str, Obj]] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)

    def unsound(self) -> dict[tuple[str, str], str]:
        """The objects that cannot be gone on with, by resource and key: why not."""
        return {
            (resource, key): why
            for resource, table in self.objects.items()
            for key, obj in table.items()
            if (why := problem(resource, key, obj))
        }

    def restore(self, store: Store, now: float) -> None:
        """Give an empty store the objects.

        The machines of the nodes begin again with the cluster, so their leases do too: the time in
        between is nobody's failure.
        """
        for lease in self.objects.get(_LEASES, {}).values():
            if lease["metadata"].get("namespace") == _NODE_LEASES and "spec" in lease:
                lease["spec"]["renewTime"] = micro_timestamp(now)
        objects = {
            resource: [table[key] for key in sorted(table)]
            for resource, table in self.objects.items()
        }
        store.load(objects, self.version)


def line_of(entry: Mapping[str, Any]) -> bytes:
    """An entry as a line with its checksum."""
    data = json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode()
    return b"%08x %s\n" % (zlib.crc32(data), data)


HEAD = line_of({"format": _FORMAT, "version": _VERSION})


def _read_line(line: bytes) -> dict[str, Any] | None:
    """An entry; None for a line that is not whole."""
    if not line.endswith(b"\n") or line[8:9] != b" ":
        return None
    data = line[9:-1]
    try:
        if int(line[:8], 16) != zlib.crc32(data):
            return None
        entry = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def read_head(path: Path) -> int:
    """How many bytes of the first line are whole; 0 for a file to begin with.

    Raises:
        Damaged: The file is not ours.
        Newer: It is a later program's.
    """
    try:
        with path.open("rb") as file:
            line = file.readline(_LONGEST_HEAD)
    except FileNotFoundError:
        return 0
    if HEAD.startswith(line) and line != HEAD:  # ended while it was being written
        return 0
    entry = _read_line(line)
    version = entry.get("version") if entry and entry.get("format") == _FORMAT else None
    if not isinstance(version, int):
        raise Damaged(1)
    if version > _VERSION:
        raise Newer(version)
    return len(line)


def read(path: Path) -> tuple[State | None, int]:
    """What a file holds, and how many bytes of it are whole."""
    whole = read_head(path)
    if not whole:
        return None, 0
    state, broken = State(), 0
    with path.open("rb") as file:
        file.seek(whole)
        for number, line in enumerate(file, 2):
            if broken:
                raise Damaged(broken)
            entry = _read_line(line)
            if entry is None:
                broken = number
                continue
            try:
                _take(state, entry)
            except (KeyError, TypeError):
                raise Damaged(number) from None
            whole += len(line)
    return (state if state.version else None), whole


def _take(state: State, entry: dict[str, Any]) -> None:
    if "n" in entry:
        if not isinstance(entry["n"], str):
            raise TypeError
        (state.down.add if entry["down"] else state.down.discard)(entry["n"])
    if "v" not in entry:
        return
    if not sound_version(entry["v"]) or not sound_time(entry["t"]):
        raise TypeError
    state.version, state.time = entry["v"], entry["t"]
    if "r" in entry:
        if not isinstance(entry["r"], str) or not isinstance(entry["k"], str):
            raise TypeError
        table = state.objects.setdefault(entry["r"], {})
        if entry["o"] is None:
            table.pop(entry["k"], None)
        else:
            table[entry["k"]] = entry["o"]
