"""What kubectl prints, without ages, widths and the order of Event rows."""

import re
from collections.abc import Sequence

from tests.replay.words import COMBINED, SAFE, Masks, _aged

_GROUPS = (
    "statefulsets|pods|services|persistentvolume\\w*|controllerrevisions|endpointslices"
    "|storageclasses|poddisruptionbudgets|namespaces|nodes|events|apps/v1|v1|storage.k8s.io/v1"
    "|policy/v1|discovery.k8s.io/v1"
)
CALM = (
    "get",
    "describe",
    "rollout",
    "explain",
    "wait",
    "api-resources",
    "api-versions",
    "version",
    "auth",
    "cluster-info",
)


def is_calm(arguments: Sequence[str]) -> bool:
    """Whether a command of kubectl only looks."""
    return arguments[0] in CALM and tuple(arguments[1:2]) not in (("undo",), ("restart",))


def plain(text: str, masks: Masks, arguments: Sequence[str], sets: bool) -> str:
    """The text of one stream, comparable.

    Args:
        text: As printed, in the recorder's notation.
        masks: Of this side.
        arguments: Of the command.
        sets: Whether rows about StatefulSets are left out of tables of Events, as some are
            combined by chance.
    """
    text = COMBINED.sub("", masks.text(_aged(text)))
    text = re.sub(r"(?i)((?:container|image) ?id: *)\S+", r"\1<runtime>", text)
    text = re.sub(
        r"/(LIVE|MERGED)-\d+|\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}", r"/\1", text
    )
    text = re.sub(r"(Resource Version: +)\d+", r"\1<version>", text)
    if "kind: EndpointSlice" in text:
        text = re.sub(rf"(?m)^(    name: [\w-]+-){SAFE}{{5}}$", r"\1<rand>", text)
        text = re.sub(
            r"(?m)^( *generation: )\d+|^ *endpoints.kubernetes.io/last-change-trigger-time: .*\n",
            r"\1",
            text,
        )
    lines = [_narrow(line) for line in text.split("\n")]
    return "\n".join(_rows(_chosen(lines, arguments), arguments, sets)).rstrip()


def _narrow(line: str) -> str:
    """A line whose columns are two spaces apart."""
    indent = line[: len(line) - len(line.lstrip(" "))]
    return indent + re.sub(r"\s{2,}", "  ", line.strip())


def _chosen(lines: list[str], arguments: Sequence[str]) -> list[str]:
    """The lines about what the recordings are about; the rest is the whole server's."""
    verb, what = arguments[0] if arguments else "", tuple(arguments[:2])
    if verb in ("api-resources", "api-versions"):
        return [line for line in lines if re.match(rf"({_GROUPS})\b", line)]
    if verb == "version":
        start = next((i for i, line in enumerate(lines) if line.startswith("serverVersion")), 0)
        return [line for line in lines[start:] if re.search("gitVersion|major|minor", line)]
    if what == ("describe", "node"):
        wanted = r"^(Unschedulable|Taints):|node\.kubernetes\.io/\S+:No"
        return [line for line in lines if re.search(wanted, line)]
    if what in (("get", "pv"), ("get", "persistentvolumes")):
        return lines[:1] + sorted(line for line in lines[1:] if "NS" in line)
    if what == ("get", "nodes"):
        return sorted(lines)
    if what == ("rollout", "status"):  # how many lines come before depends on timing
        return [line for line in lines if line][-1:]
    return lines


def _rows(lines: list[str], arguments: Sequence[str], sets: bool) -> list[str]:
    """The lines with tables of Events as sorted sets."""
    dropped = "FailedScheduling" + ("|statefulset[-/]" if sets else "")
    skip = re.compile(rf"{dropped}|LAST SEEN|^ *-|^ *Type  Reason|kubelet")
    table = tuple(arguments[:2]) in (("get", "events"), ("get", "event"))
    out: list[str] = []
    rows: set[str] | None = set() if table else None
    for line in lines:
        if rows is not None and (table or line.startswith(" ")):
            if line and not skip.search(line):
                rows.add(re.sub(r"^(\d+|<age>|<ts>) +", "", line.strip()))
            continue
        if rows is not None:
            out += [f"  {row}" for row in sorted(rows)]
            rows = None
        if line.startswith("Events:"):
            rows, line = set(), "Events:"  # noqa: PLW2901
        out.append(line)
    return out + sorted(rows or ())
