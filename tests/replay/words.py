"""One notation for both sides: how a replay's values are written as the recorder wrote its own.

:class:`Names` turns what this cluster made up (uids, times, addresses, suffixes) into the
recordings' placeholders. :class:`Masks` then hides, on both sides alike, what the real control
plane itself does not repeat; each mask says why.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.replay.recorded import Json

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
STAMP = re.compile(
    r"\b[MTWFS][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"
    r"|\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
)
ADDRESS = re.compile(r"(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w.]*\d)")
SAFE = "[bcdfghjklmnpqrstvwxz2456789]"
GENERATED = re.compile(rf"\bgen-{SAFE}{{5}}\b")
COMBINED = re.compile(r"\(combined from similar events\): ")


class Names:
    """The recorder's notation for what one replay made up.

    Args:
        objects: Every object in the order in which it appeared, with its kind.
        namespace: The namespace of the replay.
        nodes: Names of this cluster's nodes.
        shown: Nodes that the recording names too: ours → the recorded name.
    """

    def __init__(
        self,
        objects: Iterable[tuple[str, Json]],
        namespace: str,
        nodes: Iterable[str],
        shown: dict[str, str],
    ) -> None:
        self._namespace = namespace
        self._uids: dict[str, str] = {}
        self._shown = shown
        self._nodes = re.compile("|".join(rf"\b{re.escape(one)}\b" for one in sorted(nodes)))
        count: Counter[tuple[str, str]] = Counter()
        for kind, obj in objects:
            metadata = obj.get("metadata") or {}
            uid, name = metadata.get("uid"), str(metadata.get("name", ""))
            if not isinstance(uid, str) or not UUID.fullmatch(uid) or uid in self._uids:
                continue
            if kind == "Event":
                name = name.rpartition(".")[0]
            elif kind == "EndpointSlice":
                name = name.rpartition("-")[0]
            name = UUID.sub("<uuid>", name)
            count[kind, name] += 1
            self._uids[uid] = f"uid:{kind}/{name}#{count[kind, name]}"

    def back(self, alias: str) -> str:
        """The uid that an alias of the recording stands for here; one of nobody otherwise."""
        found = {name: uid for uid, name in self._uids.items()}
        return found.get(alias, "00000000-0000-0000-0000-000000000000")

    def text(self, value: str) -> str:
        """A string in the recorder's notation."""
        value = value.replace(self._namespace, "NS")
        value = UUID.sub(
            lambda m: f"<{self._uids[m[0]]}>" if m[0] in self._uids else "<uuid>", value
        )
        value = ADDRESS.sub("<ip>", STAMP.sub("<ts>", value))
        value = re.sub(r"kube-api-access-[a-z0-9]{5}", "kube-api-access-<rand>", value)
        value = re.sub(r"\.18[0-9a-f]{14}\b", ".<hex>", value)
        return self._nodes.sub(lambda m: self._shown.get(m[0], "<node>"), value)

    def value(self, value: Any, key: str = "", around: Json | None = None) -> Any:
        """A JSON value in the recorder's notation."""
        if isinstance(value, dict):
            return {
                self.text(name): self.value(part, name, value)
                for name, part in value.items()
                if name != "resourceVersion"
            }
        if isinstance(value, list):
            return [self.value(one) for one in value]
        if not isinstance(value, str):
            return value
        if key == "uid":
            return self._uids.get(value, "<uuid>" if UUID.fullmatch(value) else value)
        if key == "name" and around is not None and around.get("generateName"):
            labels = around.get("labels") or {}
            if "endpointslice.kubernetes.io/managed-by" in labels:
                return f"{around['generateName']}<rand>"
        return self.text(value)


class Masks:
    """What is hidden on both sides before they are compared.

    Args:
        managed: Whether the recording kept managedFields.
        cut: Whether steps were taken out of the recording.
        named: Recorded names of nodes that the scenario is about.
    """

    def __init__(self, managed: bool, cut: bool, named: Iterable[str] = ()) -> None:
        self._managed = managed
        self._cut = cut
        self._named = frozenset(named)
        self._revisions: dict[str, str] = {}

    def number(self, revision: str) -> None:
        """A revision whose template carries a time (rollout restart): numbered as it appears."""
        code = revision.rpartition("-")[2]
        self._revisions.setdefault(code, f"<revision {len(self._revisions) + 1}>")

    def text(self, value: str) -> str:
        """A string without what is not repeated."""
        for code, alias in self._revisions.items():
            value = value.replace(code, alias)
        # Which of equal nodes the scheduler takes; one that is taken down is told apart.
        value = re.sub(
            r"\bfake-node-\d\b", lambda m: "<node!>" if m[0] in self._named else "<node>", value
        )
        value = re.sub(r"\bzone-\d\b", "<zone>", value)
        if self._cut:  # incarnations count those of the missing steps
            value = re.sub(r"(uid:[\w<>/.-]+#)\d+", r"\1*", value)
        # Claims of one batch are provisioned in any order.
        value = re.sub(r"uid:PersistentVolume/[\w<>.-]*#\d+", "uid:PersistentVolume/*", value)
        value = GENERATED.sub("gen-<rand>", value)
        value = re.sub(
            r"https?://(localhost|<ip>)(:\d+)?",
            "<server>",
            ADDRESS.sub("<ip>", STAMP.sub("<ts>", value)),
        )
        # Numbers that are etcd's revisions.
        value = re.sub(
            r"(ResourceVersion in (?:object meta|precondition): |ResourceVersion in record \("
            r"|too old resource version: |resource version: )\d+( \(\d+\))?",
            r"\1<version>",
            value,
        )
        value = re.sub(r'(\\?"?resourceVersion\\?"?: ?)\\?"?\d+\\?"?', r"\1<version>", value)
        # A volume source was cut out of the recorded diff of a refused Pod update.
        value = re.sub(r"@@ -\d+,\d+ \+\d+,\d+ @@", "@@", value)
        # Several errors about labels come in the order of a Go map.
        value = re.sub(r"(is invalid: \[)(.*)\]", self._sorted_errors, value)
        if not self._managed:
            value = re.sub(r"(?m)^( *)managedFields:\n((?:\1(?:- |  ).*\n)+)", "", value)
        return re.sub(r'(\\*"managedFields\\*":)\[.*?\](?=\},\\*"spec)', r"\1<managed>", value)

    @staticmethod
    def _sorted_errors(found: re.Match[str]) -> str:
        errors = re.split(r", (?=[a-z][\w.\[\]*]*: )", found[2])
        return found[1] + "; ".join(sorted(errors)) + "]"

    def value(self, value: Any) -> Any:
        """A JSON value without what is not repeated."""
        if isinstance(value, list):
            return [self.value(one) for one in value]
        if isinstance(value, str):
            return self.text(value)
        if not isinstance(value, dict):
            return value
        out: Json = {}
        for name, part in value.items():
            if name in ("resourceVersion", "endpoints.kubernetes.io/last-change-trigger-time"):
                continue
            if name == "status" and value.get("kind") == "Node":
                continue  # the machine's own
            if name == "managedFields":
                if not self._managed:
                    continue
                part = sorted(part or [], key=_shown)  # noqa: PLW2901
            if name in ("imageID", "containerID") and part:
                out[name] = "<runtime>"
            elif name == "continue":
                out[name] = "<token>"
            elif name == "cells":
                out[name] = [_aged(self.text(one)) if isinstance(one, str) else one for one in part]
            else:
                out[self.text(name)] = self.value(part)
        if "addressType" in value:
            _coalesced(out)
        return out


def _coalesced(piece: Json) -> None:
    """An EndpointSlice without what depends on how many updates its controller put together."""
    metadata = piece.get("metadata") or {}
    metadata.pop("generation", None)
    if not metadata.get("annotations", True):
        del metadata["annotations"]
    for part in ("endpoints", "ports"):
        if isinstance(piece.get(part), list):
            piece[part].sort(key=_shown)


def _shown(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


AGE = re.compile(r"(?<![\w.:])(\d+d)?(\d+h)?(\d+m)?(\d+s)?(?<=[dhms])(?![\w.])|<invalid>|<unknown>")


def _aged(value: str) -> str:
    """Ages, and how often an Event came in which time: they depend on the machine."""
    value = re.sub(r" \(x\d+ over [^)]*\)", "", value)
    return AGE.sub(lambda m: "<age>" if m[0] else "", value)


def stream(value: Any) -> Any:
    """A watch read as text: its events without bookmarks, which come by a timer."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            events = [json.loads(line) for line in value.splitlines()]
        except ValueError:
            return value
        return [one for one in events if one.get("type") != "BOOKMARK"]
    return value
