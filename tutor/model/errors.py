"""Mistakes of the user or of the surroundings: a code and parameters, never a sentence."""

import enum
from collections.abc import Mapping

from tutor.model.findings import Param


class ExitCode(enum.IntEnum):
    """Exit codes of every command, in one place."""

    OK = 0
    FINDINGS = 1
    """Something was found: a manifest with findings, a lesson that fails its lint."""
    USAGE = 2
    """The command line is wrong."""
    INPUT = 3
    """A file cannot be read or written, or is not what it should be."""
    STORE = 4
    """The progress database cannot be used."""
    CLUSTER = 5
    """No cluster can be used: there is none, it is not allowed, or it does not do as asked."""
    UNREADY = 6
    """Applied, but not everything became ready: it is stuck, or time ran out."""
    INTERNAL = 70
    """A bug of the tutor's."""
    INTERRUPTED = 130
    """Ctrl-C."""


class TutorError(Exception):
    """Anything that ends a command with words instead of a traceback.

    Attributes:
        code: Names the message in ``tutor.i18n.errors`` (``file-not-found``).
        params: What the message names.
        exit_code: What the process ends with.
    """

    def __init__(self, code: str, exit_code: ExitCode = ExitCode.INPUT, /, **params: Param) -> None:
        super().__init__(code, dict(params))
        self.code = code
        self.params: Mapping[str, Param] = params
        self.exit_code = exit_code
