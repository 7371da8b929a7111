"""``sts-tutor cluster up``: start the offline cluster here or in the background, once."""

import argparse
import math
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.cli import cluster_words
from tutor.cli.cluster import FULL, PATIENCE, ask, silent
from tutor.cli.context import Context
from tutor.model.errors import ExitCode, TutorError

if TYPE_CHECKING:
    import socket
    import subprocess
    from collections.abc import Mapping

    from tutor.offline.api.folder import Folder, Note
    from tutor.offline.api.journal import Journal

_PAUSE = 0.05
_SHOWN = 300
_NAME = "sts-tutor"
"""How a process in the background calls itself."""


def run(args: argparse.Namespace, context: Context, folder: "Folder") -> int:
    """Start it, or find the one that runs."""
    found = _running(folder)
    if found is not None:
        return _already(args, context, folder, *found)
    if args.background:
        return _background(args, context, folder)
    return _foreground(args, context, folder)


def _running(folder: "Folder") -> "tuple[Note, Mapping[str, Any]] | None":
    if not folder.held:  # what else listens there now may take long to say nothing
        return None
    note = folder.note()
    status = ask(note, "status")
    return None if note is None or status is None else (note, status)


def _already(
    args: argparse.Namespace,
    context: Context,
    folder: "Folder",
    note: "Note",
    status: "Mapping[str, Any]",
) -> int:
    """Tell of the cluster that runs, unless another was asked for."""
    others = _others(args, note, status)
    if others:
        raise TutorError("cluster-other", options=" ".join(others))
    t = context.t
    context.say(t("The offline cluster is running already at {server}.", server=note.server))
    cluster_words.how_to_use(context, folder)
    return ExitCode.OK


def _others(args: argparse.Namespace, note: "Note", status: "Mapping[str, Any]") -> list[str]:
    """The options that were given and are not those of the cluster that runs."""
    found = []
    if args.port not in (0, note.port):
        found.append(f"--port {args.port}")
    if args.file is not None and os.path.realpath(args.file) != status["file"]:
        found.append(f"--file {args.file}")
    if args.speed is not None:
        speed = math.inf if status["speed"] is None else status["speed"]
        if speed != args.speed:
            found.append(f"--speed {_speed(args.speed)}")
    gates = args.feature_gates or {}
    if any(status["gates"].get(name, False) != on for name, on in gates.items()):
        found.append(f"--feature-gates {_gates(gates)}")
    return found


def _speed(speed: float) -> str:
    return FULL if math.isinf(speed) else f"{speed:g}"


def _gates(gates: "Mapping[str, bool]") -> str:
    return ",".join(f"{name}={str(on).lower()}" for name, on in gates.items())


# -- in the background


def _background(args: argparse.Namespace, context: Context, folder: "Folder") -> int:
    """Start another process and wait until it, or another one's, answers."""
    import subprocess
    import tempfile

    command = [sys.executable, "-m", "tutor", "--lang", context.language, "cluster", "up"]
    if args.port:
        command += ["--port", str(args.port)]
    if args.speed is not None:
        command += ["--speed", _speed(args.speed)]
    if args.file is not None:
        command += ["--file", str(args.file.absolute())]
    if args.repair:
        command.append("--repair")
    if args.feature_gates:
        command += ["--feature-gates", _gates(args.feature_gates)]
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    try:
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(".log", "up-", folder.path)
    except OSError as error:
        raise _unwritable(folder.path, error) from None
    log = Path(name)
    with os.fdopen(descriptor, "wb") as file:
        process = subprocess.Popen(  # noqa: S603  (this program itself)
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env=dict(context.environ),
            **apart,
        )
    try:
        return _wait_for(process, log, args, context, folder)
    except TutorError:
        raise
    except BaseException:  # Ctrl-C before it has come up
        process.terminate()
        raise
    finally:
        _settle_log(log, folder.log, keep=process.poll() is None)


def _wait_for(
    process: "subprocess.Popen[bytes]",
    log: Path,
    args: argparse.Namespace,
    context: Context,
    folder: "Folder",
) -> int:
    t = context.t
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        over = process.poll() is not None
        found = _running(folder)
        if found is not None and (found[0].pid == process.pid or sys.platform == "win32"):
            with suppress(OSError):  # a reader that has gone (`| head -1`) takes no cluster away
                context.say(t(cluster_words.STARTED, server=found[0].server))
                cluster_words.how_to_use(context, folder)
            return ExitCode.OK
        if over and found is not None:
            return _already(args, context, folder, *found)
        if over:
            break
        time.sleep(_PAUSE)
    else:
        process.terminate()
        process.wait()
    said = log.read_text("utf-8", errors="replace").strip()
    raise TutorError("cluster-not-started", raw=said.removeprefix(f"{_NAME}: "))


def _settle_log(log: Path, last: Path, *, keep: bool) -> None:
    """Give the log of the process that runs its name; remove that of another."""
    try:
        if keep:
            log.replace(last)
        else:
            log.unlink(missing_ok=True)
    except OSError:  # Windows moves no open file: it keeps its first name
        return


# -- in this process


def _foreground(args: argparse.Namespace, context: Context, folder: "Folder") -> int:
    """Become the cluster, unless another process does at the same time."""
    from tutor.offline.api.lock import InUse

    end = time.monotonic() + PATIENCE
    while True:
        try:
            folder.hold()  # until the process has ended: 'down' waits for that
            break
        except InUse:
            pass
        except OSError as error:
            raise _unwritable(folder.path, error) from None
        found = _running(folder)
        if found is not None:
            return _already(args, context, folder, *found)
        if time.monotonic() > end:
            raise silent(folder)
        time.sleep(_PAUSE)
    return _serve(args, context, folder)


def _serve(args: argparse.Namespace, context: Context, folder: "Folder") -> int:
    """Be the cluster until it ends."""
    import asyncio
    import datetime
    import secrets

    from tutor.offline.api import tls
    from tutor.offline.api.folder import Note
    from tutor.offline.api.house import House, Settings
    from tutor.offline.api.server import calm_collector, serve
    from tutor.offline.runner import Unusable

    t = context.t
    at = _listen(args.port, folder.last_port)
    journal = _journal(args, context)
    credentials = tls.make(datetime.datetime.now(datetime.UTC))
    note = Note(
        os.getpid(),
        at.getsockname()[1],
        secrets.token_urlsafe(32),
        credentials.authority.decode(),
    )
    try:
        secure = credentials.context(folder.path)
    except OSError as error:
        raise _unwritable(folder.path, error) from None

    def ready() -> None:
        try:
            folder.write(note)
        except OSError as error:
            raise _unwritable(folder.path, error) from None
        with suppress(OSError):  # a reader that has gone (`| head -1`) takes no cluster away
            context.say(t(cluster_words.STARTED, server=note.server))
            context.say(t("Stop it with Ctrl-C, or with '{program} cluster down'.",
                          program=context.program))  # fmt: skip
            cluster_words.how_to_use(context, folder)
            context.stdout.flush()

    async def main() -> signal.Signals | None:
        speed = 1.0 if args.speed is None else args.speed
        settings = Settings(speed, args.feature_gates or {})
        house: House | None = None
        while house is None:
            try:
                house = House(settings, time.time, time.monotonic, journal)
            except Unusable as found:
                assert journal is not None  # noqa: S101  (a new cluster has no such objects)
                _leave_out(journal, {(found.resource, found.key): found.why}, args, context)
            except (KeyError, TypeError, ValueError):
                raise TutorError("cluster-file", file=str(args.file), line=1) from None
        return await serve(house, note.token, at, secure, ready)

    calm_collector()
    try:
        sign = asyncio.run(main())
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise TutorError(
            "file-unwritable", file=str(args.file), raw=error.strerror or str(error)
        ) from None
    finally:
        folder.forget(note)
        at.close()
    with suppress(OSError):
        if sign == signal.SIGINT:
            context.say()
        context.say(t("The offline cluster has stopped."))
    return ExitCode.INTERRUPTED if sign == signal.SIGINT else ExitCode.OK


def _listen(port: int, last: int) -> "socket.socket":
    """A socket at the port asked for, or where the last cluster was, or anywhere."""
    from tutor.offline.api.server import listen

    try:
        return listen(port or last)
    except (OSError, OverflowError) as error:
        if port:
            raw = getattr(error, "strerror", None) or str(error)
            raise TutorError("cluster-port", port=port, raw=raw) from None
    return listen(0)


def _journal(args: argparse.Namespace, context: Context) -> "Journal | None":
    path: Path | None = args.file
    journal = _opened(path) if path is not None else None
    if journal is None or journal.state is None:
        return journal
    unsound = journal.state.unsound()
    if unsound:
        _leave_out(journal, unsound, args, context)
    return journal


def _leave_out(
    journal: "Journal",
    unsound: "Mapping[tuple[str, str], str]",
    args: argparse.Namespace,
    context: Context,
) -> None:
    """Go on without objects that cannot be used, if that is wanted.

    Raises:
        TutorError: It is not, or no copy can be made.
    """
    try:
        if not args.repair:
            raise _unsound(args.file, unsound)
        copy = journal.leave_out(unsound)
    except OSError as error:
        journal.close()
        raise _unwritable(journal.path, error) from None
    except TutorError:
        journal.close()
        raise
    for (resource, key), why in unsound.items():
        context.warn(context.t("Left out: {object} ({raw})", object=f"{resource} {key}", raw=why))
    context.warn(context.t("The state as it was is kept in {file}.", file=copy))


def _unsound(path: Path | None, unsound: "Mapping[tuple[str, str], str]") -> TutorError:
    """That a state holds what no cluster can begin with: the first of it, and how many more."""
    (resource, key), why = next(iter(unsound.items()))
    more = len(unsound) - 1
    params = {"file": str(path), "object": f"{resource} {key}", "raw": why[:_SHOWN]}
    if more:
        return TutorError("cluster-file-objects", **params, more=more)
    return TutorError("cluster-file-object", **params)


def _opened(path: Path) -> "Journal":
    from tutor.offline.api.journal import Journal
    from tutor.offline.api.lock import InUse
    from tutor.offline.api.records import Damaged, Newer

    try:
        return Journal(path)
    except Damaged as damaged:
        raise TutorError("cluster-file", file=str(path), line=damaged.line) from None
    except Newer as newer:
        raise TutorError("cluster-file-newer", file=str(path), found=newer.found) from None
    except InUse:
        raise TutorError("cluster-file-busy", file=str(path)) from None
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> TutorError:
    return TutorError("file-unwritable", file=str(path), raw=error.strerror or str(error))
