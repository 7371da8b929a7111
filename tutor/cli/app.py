"""The command line: which command, in which language, and how a run ends.

Only the module of the command that was asked for is imported: ``sts-tutor check`` in a loop over
files must not pay for the terminal UI.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, NoReturn, Protocol, cast

from tutor import __version__
from tutor.cli import argparse_words
from tutor.cli.context import Context
from tutor.cli.surroundings import UNTAKEN, Ended, unwritable
from tutor.i18n import locale
from tutor.i18n.text import printable
from tutor.i18n.translator import N_, Translator, translator
from tutor.model.errors import ExitCode, TutorError
from tutor.model.languages import LANGUAGES


class Command(Protocol):
    """What a module of ``tutor.cli`` offers."""

    def arguments(self, parser: argparse.ArgumentParser, t: Translator) -> None:
        """Declare the command's own arguments."""

    def run(self, args: argparse.Namespace, context: Context) -> int:
        """Do it; returns the exit code, or raises TutorError."""


class Entry(NamedTuple):
    """A command in the list of ``--help``."""

    name: str
    module: str
    help: str

    def load(self) -> Command:
        """Import the command."""
        return cast("Command", import_module(f"tutor.cli.{self.module}"))


COMMANDS = (
    Entry("learn", "learn", N_("go through the lessons, from the next one or the one you name")),
    Entry("quiz", "quiz", N_("answer questions, offline")),
    Entry("check", "check", N_("check manifests against the rules")),
    Entry("explain", "explain", N_("explain a code, or an error message of Kubernetes")),
    Entry("watch", "watch", N_("check a file again each time you save it in your own editor")),
    Entry("progress", "progress", N_("show, export, import or reset your progress")),
    Entry("cluster", "cluster", N_("run the offline cluster, for kubectl and other clients")),
    Entry("apply", "apply", N_("plan, confirm and apply manifests, and watch what comes of it")),
    Entry("clean", "clean", N_("remove what the tutor made in a cluster")),
    Entry("workshop", "workshop", N_("see from progress files where the people in a room are")),
    Entry("lessons", "lessons", N_("list lessons; check, make and preview them as an author")),
    Entry("doctor", "doctor", N_("look at your terminal, language, storage and kubectl")),
)
DEFAULT = "learn"
WIDEST = 100
"""Cells that help takes at most."""


class Help(argparse_words.Formatter):
    """Help as wide as the terminal, up to the width that reads well.

    argparse makes a formatter for every argument it is given, and loads ``shutil`` to ask for the
    width; that would be a tenth of ``check``.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(_columns(), WIDEST) - 2)


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints name the nearest right word and the way to help."""

    t: Translator = translator("en")

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  (whatever argparse takes)
        super().__init__(**{"formatter_class": Help, **options})

    def error(self, message: str) -> NoReturn:
        """End with a message and exit code 2, without the wall of usage."""
        with suppress(OSError):  # the exit code says it, too
            print(f"{self.prog}: {printable(message)}", file=sys.stderr)
            print(self.t("See '{program} --help'.", program=self.prog), file=sys.stderr)
        raise SystemExit(ExitCode.USAGE)


def run(argv: Sequence[str]) -> int:
    """Run one command line.

    Returns:
        The exit code, one of :class:`tutor.model.errors.ExitCode`.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:  # a terminal that cannot show a character shows \u3042 instead of failing
            reconfigure(errors="backslashreplace")
    asked = _asked_language(argv)
    context = Context(
        language=locale.choose(os.environ, asked=asked) or locale.FALLBACK,
        asked_language=asked,
        program=_program(),
    )
    return guarded(lambda: _dispatch(argv, context), context)


def guarded(action: Callable[[], int], context: Context) -> int:
    """Do something; whatever goes wrong ends in words and an exit code."""
    try:
        code = _ended(action, context)
    except Ended as ended:
        code = ended.exit_code
    refused = unwritable()
    if refused is None or isinstance(refused, BrokenPipeError):  # `| head` has read enough
        return code
    context.warn(_no_output(refused, context))
    return code or ExitCode.INPUT


def _ended(action: Callable[[], int], context: Context) -> int:
    try:
        return action()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else ExitCode.USAGE
    except TutorError as error:
        from tutor.i18n.errors import error_text

        context.warn(error_text(error, context.t))
        return error.exit_code
    except KeyboardInterrupt:
        context.warn("", bare=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (`| head`); keep Python from saying so at exit.
        unwritable()
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001  (the one place where a bug becomes words)
        if isinstance(error, OSError) and error.errno in UNTAKEN and error.filename is None:
            unwritable()
            context.warn(_no_output(error, context))
            return ExitCode.INPUT
        from tutor.cli.crash import report

        return report(error, context)


def _no_output(refused: OSError, context: Context) -> str:
    from tutor.i18n.errors import error_text

    raw = refused.strerror or str(refused)
    error = TutorError("file-unwritable", file=context.t("standard output"), raw=raw)
    return error_text(error, context.t)


def _dispatch(argv: Sequence[str], context: Context) -> int:
    parser = _parser(argv, context)
    args = parser.parse_args(argv)
    entry: Entry | None = getattr(args, "entry", None)
    if entry is None:
        entry = next(e for e in COMMANDS if e.name == DEFAULT)
        args = parser.parse_args([*argv, DEFAULT])
    code = entry.load().run(args, context)
    sys.stdout.flush()
    return code


def _parser(argv: Sequence[str], context: Context) -> Parser:
    t = context.t
    argparse_words.speak(t)
    Parser.t = t
    parser = Parser(
        prog=context.program,
        description=t("Learn Kubernetes StatefulSets: lessons, a quiz and a checker."),
        epilog=t("Without a command the lessons open where you were."),
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"statefulset-tutor {__version__}",
        help=t("show program's version number and exit"),
    )
    _add_language(parser, t, default=None)
    wanted = {entry.name for entry in COMMANDS}.intersection(argv) or {DEFAULT}
    commands = parser.add_subparsers(
        title=t("commands"),
        metavar="COMMAND",
        parser_class=Parser,
        required=False,
        prog=context.program,  # else argparse lays out a usage line, and loads shutil for it
    )
    for entry in COMMANDS:
        own = commands.add_parser(
            entry.name, help=t(entry.help), description=t(entry.help), allow_abbrev=False
        )
        own.set_defaults(entry=entry)
        _add_language(own, t, default=argparse.SUPPRESS)
        if entry.name in wanted:
            entry.load().arguments(own, t)
            for kind in _kinds(own):
                _add_language(kind, t, default=argparse.SUPPRESS)
    return parser


def _kinds(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parsers below a command: ``lint`` of ``lessons``."""
    for action in parser._actions:  # argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def _add_language(parser: argparse.ArgumentParser, t: Translator, default: str | None) -> None:
    parser.add_argument(
        "--lang", choices=LANGUAGES, default=default, help=t("the language to speak")
    )


def _asked_language(argv: Sequence[str]) -> str | None:
    """The value of ``--lang`` before the arguments are parsed: the parser itself speaks it."""
    for at, word in enumerate(argv):
        value = "".join(argv[at + 1 : at + 2]) if word == "--lang" else word.removeprefix("--lang=")
        if word.startswith("--lang") and value in LANGUAGES:
            return value
    return None


@cache
def _columns() -> int:
    """Cells of the terminal, as ``COLUMNS`` or the terminal says."""
    told = os.environ.get("COLUMNS", "")
    if told.isdigit() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns
    except (OSError, ValueError):
        return 80


def _program() -> str:
    name = os.path.basename(sys.argv[0])  # noqa: PTH119  (pathlib costs a tenth of `check`)
    return "kubectl tutor" if name.startswith("kubectl-tutor") else "sts-tutor"
