"""``sts-tutor cluster``: the offline cluster, for kubectl and any other client."""

import argparse
import math
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.cli.context import Context
from tutor.i18n.translator import Translator
from tutor.model.errors import ExitCode, TutorError

if TYPE_CHECKING:
    from tutor.offline.api.folder import Folder, Note

GATES = ("MaxUnavailableStatefulSet",)
"""The feature gates that change what the cluster does."""
FULL = "max"
"""What ``--speed`` calls as fast as possible."""
FASTEST = 10_000.0
"""The largest number for ``--speed``."""
PATIENCE = 20.0
"""Seconds for a cluster to start or to end."""
_GRACE = 3.0
"""Seconds for one that does not answer to end after being asked."""


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare ``up``, ``status``, ``kubeconfig``, ``reset``, ``node``, the clock's and ``down``."""
    verbs = parser.add_subparsers(
        title=t("commands"), metavar="COMMAND", dest="verb", required=True
    )

    def add(name: str, about: str, more: str = "") -> argparse.ArgumentParser:
        return verbs.add_parser(
            name, help=about, description=about, epilog=more or None, allow_abbrev=False
        )

    up = add(
        "up",
        t("start it, or use the one that runs"),
        t("The last line printed is the path of its own kubeconfig; yours is left alone."),
    )
    up.add_argument(
        "--port",
        type=_port(t),
        default=0,
        help=t("the port on 127.0.0.1 (default: that of last time, or one that is free)"),
    )
    up.add_argument(
        "--background", action="store_true", help=t("run in the background until 'cluster down'")
    )
    up.add_argument(
        "--file",
        metavar="STATE",
        type=Path,
        help=t("keep its state in this file, and go on from there next time"),
    )
    up.add_argument(
        "--repair",
        action="store_true",
        help=t("leave out what cannot be used of the state; a copy of the file is kept"),
    )
    up.add_argument(
        "--speed",
        type=_speed(t),
        metavar="N",
        help=t("speed of its clock: 1, 10 …, 0 to stop it, 'max' for as fast as possible"),
    )
    up.add_argument(
        "--feature-gates",
        type=_gates(t),
        metavar="NAME=BOOL,…",
        help=t("feature gates to set: {gates}", gates=", ".join(GATES)),
    )
    status = add("status", t("show whether it runs, and what is in it"))
    status.add_argument("--json", action="store_true", help=t("print JSON, for scripts"))
    add("kubeconfig", t("print the path of its kubeconfig file"))
    reset = add("reset", t("empty it, as if just started"))
    reset.add_argument("--yes", action="store_true", help=t("do not ask"))
    node = add("node", t("let a node fail, or bring it back"))
    node.add_argument("state", choices=("down", "up"), help=t("what to do with it"))
    node.add_argument("name", metavar="NAME", help=t("the node, such as node-2"))
    speed = add("speed", t("change the speed of its clock"))
    speed.add_argument(
        "speed",
        metavar="N",
        type=_speed(t),
        help=t("speed of its clock: 1, 10 …, 0 to stop it, 'max' for as fast as possible"),
    )
    add("pause", t("let nothing happen by itself; requests are still answered"))
    add("step", t("go on until the next thing has happened, and say what"))
    add("resume", t("go on after 'pause', at the speed of before"))
    add("down", t("stop it"))


def run(args: argparse.Namespace, context: Context) -> int:
    """Do what the verb says."""
    from tutor.offline.api.folder import Folder
    from tutor.store.paths import data_directory

    folder = Folder(data_directory(context.environ).absolute() / "cluster")
    if args.verb == "up":
        from tutor.cli import cluster_up

        return cluster_up.run(args, context, folder)
    note = folder.note() if folder.held else None
    status = ask(note, "status")
    if args.verb == "down":
        return _down(context, folder, note if status is not None else None)
    if note is None or status is None:
        if args.verb == "status" and args.json:
            context.say('{"running": false}')
            return ExitCode.INPUT
        raise silent(folder) if folder.held else TutorError("cluster-not-running")
    match args.verb:
        case "status":
            from tutor.cli import cluster_words

            tell = cluster_words.in_json if args.json else cluster_words.tell
            tell(context, folder, note, status)
        case "kubeconfig":
            context.say(str(folder.kubeconfig))
        case "reset":
            return _reset(args, context, note, status)
        case "node":
            _node(args, context, note, status)
        case _:
            _clock(args, context, note)
    return ExitCode.OK


def ask(
    note: "Note | None", verb: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """What the cluster of a note answers; None where none does.

    Raises:
        TutorError: ``cluster-refused``.
    """
    from tutor.offline.api.client import Refused
    from tutor.offline.api.client import ask as asked

    if note is None:
        return None
    try:
        return asked(note, verb, body)
    except Refused as refused:
        raise TutorError("cluster-refused", raw=refused.message) from None


def silent(folder: "Folder") -> TutorError:
    """The error where a process holds the folder, and no cluster answers."""
    return TutorError("cluster-silent", pid=folder.holder or "?")


def _ask_on(note: "Note", verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Ask a cluster that answered a moment ago."""
    answer = ask(note, verb, body)
    if answer is None:
        raise TutorError("cluster-not-running")
    return answer


def _reset(
    args: argparse.Namespace, context: Context, note: "Note", status: Mapping[str, Any]
) -> int:
    from tutor.cli import cluster_words

    t = context.t
    if not args.yes:
        if not context.interactive():
            raise TutorError("confirmation-needed", ExitCode.USAGE)
        context.say(t("This removes everything in the offline cluster for good."))
        context.say(t("Objects in it: {objects}", objects=cluster_words.objects(status)))
        try:
            sure = input(t("Type 'reset' to go on: ")).strip() == "reset"
        except EOFError:
            sure = False
        if not sure:
            context.say(t("Nothing was changed."))
            return ExitCode.OK
    _ask_on(note, "reset", {})
    context.say(t("The offline cluster is empty again."))
    return ExitCode.OK


def _node(
    args: argparse.Namespace, context: Context, note: "Note", status: Mapping[str, Any]
) -> None:
    from tutor.offline.bootstrap import NODES

    t, down = context.t, args.state == "down"
    known = status["nodes"]
    machines = {*known, *status["down"], *NODES}  # whose Node may have been deleted
    if args.name not in (known if down else machines):
        raise TutorError("cluster-node", ExitCode.USAGE, node=args.name, nodes=", ".join(known))
    _ask_on(note, "node", {"name": args.name, "down": down})
    if down:
        context.say(
            t("{node} is down: its kubelet does nothing until it is up again.", node=args.name)
        )
        context.say(
            t(
                "About 20 seconds of the cluster's clock later the node is NotReady. Its Pods "
                "stay, and those that are deleted stay Terminating."
            )
        )
    else:
        context.say(t("{node} is up.", node=args.name))


def _clock(args: argparse.Namespace, context: Context, note: "Note") -> None:
    from tutor.cli import cluster_words

    t = context.t
    body = {}
    if args.verb == "speed":
        body = {"speed": None if math.isinf(args.speed) else args.speed}
    status = _ask_on(note, args.verb, body)
    if args.verb == "step":
        for line in cluster_words.steps(status, t):
            context.say(line)
    elif status["paused"]:
        context.say(t("The offline cluster is paused. 'step' and 'resume' let it go on."))
    else:
        context.say(t("Speed of its clock: {speed}", speed=cluster_words.speed(status, t)))


def _down(context: Context, folder: "Folder", note: "Note | None") -> int:
    """Stop the cluster; one that does not answer is ended by its process."""
    t = context.t
    if note is not None:
        ask(note, "down", {})
    elif not folder.held:
        context.say(t("No offline cluster is running."))
        return ExitCode.OK
    elif not _end(folder):
        raise silent(folder)
    if not _wait(lambda: folder.note() != note and not folder.held, PATIENCE) and not _end(folder):
        raise silent(folder)
    context.say(t("The offline cluster has stopped."))
    return ExitCode.OK


def _end(folder: "Folder") -> bool:
    """End the process that holds the folder; whether it let go."""
    for sign in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        pid = folder.holder
        if pid is None or not folder.held:
            break
        try:
            os.kill(pid, sign)
        except OSError:
            break
        if _wait(lambda: not folder.held, _GRACE):
            return True
    return not folder.held


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _port(t: Translator) -> Callable[[str], int]:
    def port(text: str) -> int:
        if text.isascii() and text.isdigit() and int(text) <= 65535:
            return int(text)
        raise argparse.ArgumentTypeError(
            t("'{value}' is no port: 1 to 65535, or 0 for one that is free", value=text)
        )

    return port


def _speed(t: Translator) -> Callable[[str], float]:
    def speed(text: str) -> float:
        try:
            number = math.inf if text == FULL else float(text)
        except ValueError:
            number = math.nan
        if 0 <= number <= FASTEST or text == FULL:
            return number
        raise argparse.ArgumentTypeError(
            t(
                "'{value}' is no speed: a number from 0 to {fastest}, or 'max'",
                value=text,
                fastest=f"{FASTEST:.0f}",
            )
        )

    return speed


def _gates(t: Translator) -> Callable[[str], dict[str, bool]]:
    def gates(text: str) -> dict[str, bool]:
        found = {}
        for part in filter(None, text.split(",")):
            name, _, value = (one.strip() for one in part.partition("="))
            if name not in GATES:
                raise argparse.ArgumentTypeError(
                    t(
                        "there is no feature gate '{name}' here. There is: {gates}",
                        name=name,
                        gates=", ".join(GATES),
                    )
                )
            if value.lower() not in ("true", "false"):
                raise argparse.ArgumentTypeError(
                    t("'{value}' is neither true nor false", value=part)
                )
            found[name] = value.lower() == "true"
        return found

    return gates
