"""``sts-tutor cluster``: the offline cluster, for kubectl and any other client."""

import argparse
import math
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.cli.context import Context
from tutor.i18n.translator import N_, Translator
from tutor.model.errors import ExitCode, TutorError

if TYPE_CHECKING:
    from tutor.offline.api.folder import Folder, Note

GATES = ("MaxUnavailableStatefulSet",)
"""The feature gates that change what the cluster does."""
_FULL = "full"
_PATIENCE = 20.0
"""Seconds for a cluster to start or to end."""
_STARTED = N_("The offline cluster (Kubernetes v1.36.2) is running at {server}.")


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare ``up``, ``status``, ``kubeconfig``, ``reset``, ``node`` and ``down``."""
    verbs = parser.add_subparsers(
        title=t("commands"), metavar="COMMAND", dest="verb", required=True
    )

    def add(name: str, about: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=about, description=about, allow_abbrev=False)

    up = add("up", t("start it, or use the one that runs"))
    up.add_argument(
        "--port", type=_port, default=0, help=t("the port on 127.0.0.1 (default: one that is free)")
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
        "--speed",
        type=_speed,
        default=1.0,
        metavar="N",
        help=t("speed of its clock: 1, 10 …, 0 to stop it, 'full' for as fast as possible"),
    )
    up.add_argument(
        "--feature-gates",
        type=_gates,
        default={},
        metavar="NAME=BOOL,…",
        help=t("feature gates to set: {gates}", gates=", ".join(GATES)),
    )
    add("status", t("show whether it runs, and what is in it"))
    add("kubeconfig", t("print the path of its kubeconfig file"))
    add("reset", t("empty it, as if just started"))
    node = add("node", t("let a node fail, or bring it back"))
    node.add_argument("state", choices=("down", "up"), help=t("what to do with it"))
    node.add_argument("name", metavar="NAME", help=t("the node, such as node-2"))
    add("down", t("stop it"))


def run(args: argparse.Namespace, context: Context) -> int:
    """Do what the verb says."""
    from tutor.offline.api.folder import Folder
    from tutor.store.paths import data_directory

    folder = Folder(data_directory(context.environ) / "cluster")
    if args.verb == "up":
        return _up(args, context, folder)
    note = folder.note()
    status = _ask(note, "status")
    if note is None or status is None:
        if args.verb == "down":
            context.say(context.t("No offline cluster is running."))
            return ExitCode.OK
        raise TutorError("cluster-not-running")
    match args.verb:
        case "status":
            _tell(context, folder, note, status)
        case "kubeconfig":
            context.say(str(folder.kubeconfig))
        case "reset":
            _ask(note, "reset", {})
            context.say(context.t("The offline cluster is empty again."))
        case "node":
            _ask(note, "node", {"name": args.name, "down": args.state == "down"})
            if args.state == "down":
                context.say(
                    context.t(
                        "{node} is down: its kubelet does nothing until it is up again.",
                        node=args.name,
                    )
                )
            else:
                context.say(context.t("{node} is up.", node=args.name))
        case _:
            _down(context, folder, note)
    return ExitCode.OK


def _ask(
    note: "Note | None", verb: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    from tutor.offline.api.client import Refused, ask

    if note is None:
        return None
    try:
        return ask(note, verb, body)
    except Refused as refused:
        raise TutorError("cluster-refused", raw=refused.message) from None


def _up(args: argparse.Namespace, context: Context, folder: "Folder") -> int:
    note = folder.note()
    status = _ask(note, "status")
    if note is not None and status is not None:
        context.say(
            context.t("The offline cluster is running already at {server}.", server=note.server)
        )
        _how_to_use(context, folder)
        return ExitCode.OK
    if args.background:
        return _background(args, context, folder)
    _serve(args, context, folder)
    return ExitCode.OK


def _background(args: argparse.Namespace, context: Context, folder: "Folder") -> int:
    """Start another process and wait until it answers."""
    import subprocess

    command = [sys.executable, "-m", "tutor", "--lang", context.language, "cluster", "up"]
    command += ["--port", str(args.port), "--speed", _FULL if math.isinf(args.speed) else
                str(args.speed)]  # fmt: skip
    if args.file is not None:
        command += ["--file", str(args.file.absolute())]
    if args.feature_gates:
        gates = (f"{name}={str(on).lower()}" for name, on in args.feature_gates.items())
        command += ["--feature-gates", ",".join(gates)]
    folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    with folder.log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  (this program itself)
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(context.environ),
            **apart,
        )
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        note = folder.note()
        if note is not None and note.pid == process.pid and _ask(note, "status") is not None:
            context.say(context.t(_STARTED, server=note.server))
            _how_to_use(context, folder)
            return ExitCode.OK
        if process.poll() is not None:
            break
        time.sleep(0.05)
    else:
        process.terminate()
    said = folder.log.read_text("utf-8", errors="replace").strip()
    raise TutorError("cluster-not-started", raw=said)


def _serve(args: argparse.Namespace, context: Context, folder: "Folder") -> None:
    """Be the cluster until it ends."""
    import asyncio
    import datetime
    import secrets

    from tutor.offline.api import tls
    from tutor.offline.api.folder import Note
    from tutor.offline.api.house import House, Settings
    from tutor.offline.api.journal import Journal
    from tutor.offline.api.lock import InUse
    from tutor.offline.api.records import Damaged
    from tutor.offline.api.server import listen, serve

    try:
        at = listen(args.port or folder.last_port)
    except OSError as error:
        if args.port:
            raise TutorError(
                "cluster-port", port=args.port, raw=error.strerror or str(error)
            ) from None
        at = listen(0)
    journal = None
    if args.file is not None:
        try:
            journal = Journal(args.file)
        except Damaged as damaged:
            raise TutorError("cluster-file", file=str(args.file), line=damaged.line) from None
        except InUse:
            raise TutorError("cluster-file-busy", file=str(args.file)) from None
        except OSError as error:
            raise TutorError(
                "file-unwritable", file=str(args.file), raw=error.strerror or str(error)
            ) from None
    credentials = tls.make(datetime.datetime.now(datetime.UTC))
    note = Note(
        os.getpid(),
        at.getsockname()[1],
        secrets.token_urlsafe(32),
        credentials.authority.decode(),
    )

    def ready() -> None:
        folder.write(note)
        context.say(context.t(_STARTED, server=note.server))
        context.say(context.t("Stop it with Ctrl-C, or with '{program} cluster down'.",
                              program=context.program))  # fmt: skip
        _how_to_use(context, folder)
        context.stdout.flush()

    async def main() -> None:
        settings = Settings(args.speed, args.feature_gates)
        house = House(settings, time.time, time.monotonic, journal)
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        await serve(house, note.token, at, credentials.context(folder.path), ready)

    try:
        asyncio.run(main())
    finally:
        folder.forget(note)
        at.close()


def _how_to_use(context: Context, folder: "Folder") -> None:
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


def _tell(context: Context, folder: "Folder", note: "Note", status: Mapping[str, Any]) -> None:
    t = context.t
    context.say(t(_STARTED, server=note.server))
    speed = status["speed"]
    shown = t("as fast as possible") if speed is None else f"×{speed:g}"
    context.say(t("Speed of its clock: {speed}", speed=shown))
    if status["file"]:
        context.say(t("Its state is kept in: {file}", file=status["file"]))
    if status["down"]:
        context.say(t("Nodes that are down: {nodes}", nodes=", ".join(status["down"])))
    held = ", ".join(
        f"{name.partition('.')[0]} {count}"
        for name, count in status["objects"].items()
        if not name.startswith(("leases", "events"))
    )
    context.say(t("Objects in it: {objects}", objects=held))
    _how_to_use(context, folder)


def _down(context: Context, folder: "Folder", note: "Note") -> None:
    _ask(note, "down", {})
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and folder.note() == note:
        time.sleep(0.05)
    context.say(context.t("The offline cluster has stopped."))


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


def _speed(text: str) -> float:
    if text == _FULL:
        return math.inf
    number = float(text)
    if not 0 <= number < math.inf:
        raise ValueError(text)
    return number


def _gates(text: str) -> dict[str, bool]:
    found = {}
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        if name not in GATES or value.lower() not in ("true", "false"):
            raise ValueError(part)
        found[name] = value.lower() == "true"
    return found
