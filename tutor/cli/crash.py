"""A bug: kept in a file, told in words."""

import traceback
from datetime import UTC, datetime

from tutor import __version__
from tutor.cli.context import Context
from tutor.model.errors import ExitCode
from tutor.store.paths import data_directory

MAX_LOG_BYTES = 256 * 1024
"""A longer log is begun afresh."""


def report(error: BaseException, context: Context) -> int:
    """Write the traceback where it can be found, and say so."""
    path = data_directory(context.environ) / "crash.log"
    stamp = datetime.fromtimestamp(context.now(), UTC).isoformat(timespec="seconds")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        full = path.exists() and path.stat().st_size > MAX_LOG_BYTES
        with path.open("w" if full else "a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"--- {stamp} statefulset-tutor {__version__}\n")
            log.writelines(traceback.format_exception(error))
    except OSError:
        context.warn(
            context.t(
                "This is a bug of the tutor: {error}", error=f"{type(error).__name__}: {error}"
            )
        )
        return ExitCode.INTERNAL
    context.warn(
        context.t(
            "This is a bug of the tutor, not of yours. What you typed is kept. "
            "Details are in {path}.",
            path=path,
        )
    )
    return ExitCode.INTERNAL
