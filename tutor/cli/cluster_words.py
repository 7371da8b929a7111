"""What ``sts-tutor cluster`` says of a cluster that runs."""

import json
import math
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tutor.cli.context import Context
from tutor.i18n.translator import N_, Translator

if TYPE_CHECKING:
    from tutor.offline.api.folder import Folder, Note

STARTED = N_("The offline cluster (Kubernetes v1.36.2) is running at {server}.")
_HAPPENED = {
    "ADDED": N_("created: {object} ({by})"),
    "MODIFIED": N_("changed: {object} ({by})"),
    "DELETED": N_("removed: {object} ({by})"),
}
_QUIET = ("events", "leases")
"""Resources that nobody counts."""


def how_to_use(context: Context, folder: "Folder") -> None:
    """The one line to use it, and last the path alone."""
    context.say()
    context.say(f"    {_use(folder)}")
    context.say()
    context.say(str(folder.kubeconfig))


def _use(folder: "Folder") -> str:
    """How the shell of this system is told of the kubeconfig."""
    path = str(folder.kubeconfig)
    if sys.platform == "win32":
        return f'$env:KUBECONFIG = "{path}"'
    import shlex

    return f"export KUBECONFIG={shlex.quote(path)}"


def tell(context: Context, folder: "Folder", note: "Note", status: Mapping[str, Any]) -> None:
    """Say how a cluster runs and what is in it."""
    t = context.t
    context.say(t(STARTED, server=note.server))
    context.say(t("Process {pid}, for {age}", pid=note.pid, age=_age(status["age"], t)))
    clock = datetime.fromtimestamp(status["time"], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    context.say(t("Its clock shows: {time}", time=clock))
    context.say(t("Speed of its clock: {speed}", speed=speed(status, t)))
    if status["gates"]:
        gates = (f"{name}={str(on).lower()}" for name, on in sorted(status["gates"].items()))
        context.say(t("Feature gates: {gates}", gates=", ".join(gates)))
    if status["file"]:
        context.say(t("Its state is kept in: {file}", file=status["file"]))
    if status["trouble"]:
        context.warn(
            t(
                "Its state cannot be written ({raw}). It stands still and refuses changes until "
                "it can.",
                raw=status["trouble"],
            )
        )
    if status.get("full"):
        context.warn(
            t(
                "It is full, and refuses new objects. Delete some with kubectl, or begin anew with "
                "'{program} cluster reset'.",
                program=context.program,
            )
        )
    if status["down"]:
        context.say(t("Nodes that are down: {nodes}", nodes=", ".join(status["down"])))
    context.say(t("Objects in it: {objects}", objects=objects(status)))
    how_to_use(context, folder)


def in_json(context: Context, folder: "Folder", note: "Note", status: Mapping[str, Any]) -> None:
    """The same for scripts; ``speed`` is null for as fast as possible."""
    found = {
        "running": True,
        "server": note.server,
        "port": note.port,
        "pid": note.pid,
        "kubeconfig": str(folder.kubeconfig),
        **{name: value for name, value in status.items() if name != "cluster"},
    }
    context.say(json.dumps(found, indent=2, ensure_ascii=False))


def objects(status: Mapping[str, Any]) -> str:
    """How many there are of each resource."""
    return ", ".join(
        f"{name.partition('.')[0]} {count}"
        for name, count in status["objects"].items()
        if not name.startswith(_QUIET)
    )


def speed(status: Mapping[str, Any], t: Translator) -> str:
    """How fast the clock goes."""
    if status["paused"]:
        return t("paused")
    found = math.inf if status["speed"] is None else status["speed"]
    if math.isinf(found):
        return t("as fast as possible")
    return f"×{found:g}"


def steps(status: Mapping[str, Any], t: Translator) -> Iterator[str]:
    """What has happened in a step."""
    shown = 0
    for change in status["changes"]:
        resource = change["resource"].partition(".")[0]
        if resource in _QUIET:
            continue
        shown += 1
        yield t(
            _HAPPENED[change["type"]], object=f"{resource} {change['key']}", by=change["by"] or "-"
        )
    events = sum(change["resource"].partition(".")[0] == "events" for change in status["changes"])
    if events:
        yield t.n("{count} event", "{count} events", events)
    if not shown and not events:
        yield t("Nothing happens any more.")


def _age(seconds: float, t: Translator) -> str:
    minutes = int(seconds) // 60
    if not minutes:
        return t("{seconds} s", seconds=int(seconds))
    if minutes < 120:
        return t("{minutes} min", minutes=minutes)
    return t("{hours} h", hours=minutes // 60)
