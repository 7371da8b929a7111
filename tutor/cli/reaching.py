"""Which cluster a command works in, and the questions it asks before."""

import argparse
from typing import TYPE_CHECKING

from tutor.cli.context import Context
from tutor.i18n.errors import error_text
from tutor.i18n.text import printable
from tutor.i18n.translator import Translator
from tutor.model.errors import ExitCode, TutorError

if TYPE_CHECKING:
    from tutor.cluster.contexts import Context as Place
    from tutor.cluster.live import Live


def add_place(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare which cluster, and whether to ask."""
    parser.add_argument(
        "--context",
        default="",
        metavar="NAME",
        help=t("the context to use; one that is not of this machine has to be typed as well"),
    )
    parser.add_argument("--yes", action="store_true", help=t("do not ask"))


def reach(args: argparse.Namespace, context: Context, *, start: bool = False) -> "Live":
    """The cluster that was asked for; its name asked for where it is not of this machine.

    Args:
        args: With ``context``.
        context: Where to ask.
        start: Where there is no cluster at all, offer to start the offline one.

    Raises:
        TutorError: None may be used.
    """
    from tutor.cli.clusters import chosen
    from tutor.cluster.contexts import Verdict
    from tutor.cluster.guard import Target, namespace_of
    from tutor.cluster.identity import Maker
    from tutor.cluster.live import Live
    from tutor.store.installation import installation_key

    try:
        place = chosen(context, args.context)
    except TutorError as error:
        if error.code != "context-none" or not start or not _started(context):
            raise
        place = chosen(context, args.context)
    typed = ""
    named = args.context == place.name
    if place.verdict is Verdict.NAMED and named:
        typed = _typed(place, context, _not_here(place, context))
    maker = Maker(installation_key(context.environ))

    def live() -> Live:
        target = Target(place, namespace_of(), args.context, typed)
        return Live(target, environ=context.environ, maker=maker)

    found = live()
    if place.verdict is Verdict.NAMED or not named or not context.interactive():
        return found
    try:
        found.look()
    except TutorError as error:
        found.close()
        if error.code != "context-leads-on":
            raise
        typed = _typed(place, context, error_text(error, context.t))
        return live()
    except BaseException:
        found.close()
        raise
    return found


def _started(context: Context) -> bool:
    """Start the offline cluster in the background, if the user wants it."""
    t = context.t
    if not context.interactive():
        return False
    if not agreed(
        t("There is no cluster. Start the offline one in the background? [y/N] "), context
    ):
        return False
    import subprocess
    import sys

    words = ("-m", "tutor", "--lang", context.language, "cluster", "up", "--background")
    done = subprocess.run(  # noqa: S603  (this program itself)
        [sys.executable, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=dict(context.environ),
        check=False,
    )
    return done.returncode == ExitCode.OK


def _not_here(place: "Place", context: Context) -> str:
    """Why a context is not taken for a local one."""
    from tutor.cli.context_words import why_not

    t = context.t
    return t(
        "The context '{context}' ({server}) is not taken for a cluster of this machine: {why}.",
        context=printable(place.name),
        server=printable(place.address),
        why=why_not(place, t),
    )


def _typed(place: "Place", context: Context, why: str) -> str:
    """What the user types when asked for the name of a context that is not local."""
    if not context.interactive():
        raise TutorError("context-not-typed", ExitCode.CLUSTER, context=place.name)
    t = context.t
    context.say(why)
    if place.program:
        context.say(
            t("To sign in, this is run: {command}", command=printable(" ".join(place.program)))
        )
    return ask(t("Type its name to go on: "), context)


def ask(question: str, context: Context) -> str:
    """An answer; empty where there is none."""
    print(question, end="", flush=True, file=context.stdout)
    return context.stdin.readline().strip("\r\n")


def agreed(question: str, context: Context) -> bool:
    """Whether the user says yes."""
    return ask(question, context).strip().lower() in ("y", "yes", "はい")
