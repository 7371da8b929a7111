"""What ``learn`` and ``quiz`` have in common: the learner's session, in the TUI or line by line."""

import argparse
import random
import shutil
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.cli.context import Context
from tutor.i18n.locale import FALLBACK
from tutor.i18n.translator import Translator
from tutor.model.errors import ExitCode, TutorError
from tutor.ui.outside import BORDERS, THEMES, Bell, Outside, Start

if TYPE_CHECKING:
    from tutor.cli.clusters import Offered
    from tutor.cluster.live import Live
    from tutor.model.applying import Offer


def add_options(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Options of how the screens look."""
    parser.add_argument(
        "--plain",
        action="store_true",
        help=t("lines of text and prompts, for screen readers, simple terminals and pipes"),
    )
    parser.add_argument("--ascii", action="store_true", help=t("draw with ASCII characters only"))
    parser.add_argument("--theme", choices=THEMES, help=t("the colours"))


def study(args: argparse.Namespace, context: Context, start: Start) -> int:
    """Run the TUI or the plain mode until the learner leaves.

    Raises:
        TutorError: ``terminal-needed``, or what the course or the lesson raises.
    """
    plain = args.plain or context.environ.get("TERM") == "dumb"
    if not plain and not context.interactive():
        raise TutorError("terminal-needed", ExitCode.USAGE)
    from tutor.session.api import Session
    from tutor.store.journal import Journal

    bell = Bell()
    asked: str = getattr(args, "context", "")  # a quiz needs no cluster
    clusters = Late(context, asked)
    if asked:
        clusters.named(asked)  # what is wrong with it is said before the screen is taken
    store = context.learner_store()
    try:
        settings = store.settings()
        language = context.speak(settings.get("language"))
        journal = Journal(store, bell.ring)
        session = Session(
            context.course,
            journal,
            now=context.now,
            chance=random.Random(),  # noqa: S311  (the order of choices)
        )
        outside = Outside(
            session=session,
            settings=store,
            language=language,
            theme=args.theme or settings.get("theme", THEMES[0]),
            borders="ascii" if args.ascii else settings.get("borders", BORDERS[0]),
            color=not context.environ.get("NO_COLOR"),
            examples=_examples,
            decode=_decode,
            clusters=clusters,
            context=asked,
            bell=bell,
            forgets=context.forgets,
            keeps=journal.flush,
            environ=context.environ,
        )
        code = _plain(outside, start, context) if plain else _screens(outside, start, context)
        if not journal.flush():
            context.warn(
                context.t.n(
                    "{count} step could not be saved.",
                    "{count} steps could not be saved.",
                    journal.waiting,
                )
            )
            return ExitCode.STORE
        return code
    finally:
        clusters.close()
        store.close()


class Late:
    """The clusters there are; nothing of them is imported before one is asked for.

    Args:
        context: The surroundings.
        asked: The kubeconfig context that was named on the command line; empty without one.
    """

    def __init__(self, context: Context, asked: str) -> None:
        self._context = context
        self._asked = asked
        self._lock = threading.Lock()
        self._offered: Offered | None = None

    def _get(self) -> "Offered":
        from tutor.cli.clusters import Offered

        with self._lock:
            if self._offered is None:
                self._offered = Offered(self._context, self._asked)
            return self._offered

    def offered(self) -> "Sequence[Offer]":
        """The offline cluster first, then what else may be worked in without being named."""
        return self._get().offered()

    def named(self, context: str) -> "Offer":
        """A context that the learner named on the command line."""
        return self._get().named(context)

    def open(self, offer: "Offer", lesson: str, typed: str = "") -> "Live":
        """Open the namespace of a lesson in a cluster."""
        return self._get().open(offer, lesson, typed)

    def close(self) -> None:
        """End everything that was opened."""
        if self._offered is not None:
            self._offered.close()


def _screens(outside: Outside, start: Start, context: Context) -> int:
    from tutor.cli.crash import report
    from tutor.cli.surroundings import BY_SIGNAL, ENDING
    from tutor.ui.app import run

    return run(
        outside,
        start,
        on_crash=lambda error: report(error, context),
        on_signal=lambda sign: BY_SIGNAL + sign,
        signs=ENDING,
    )


def _plain(outside: Outside, start: Start, context: Context) -> int:
    from tutor.ui.plain import run

    width = min(shutil.get_terminal_size().columns, 100)
    return run(outside, start, context.stdin, context.stdout, width=width, fallback=FALLBACK)


def _decode(message: str) -> str | None:
    from tutor.decoder.decode import decode

    found = decode(message)
    return found[0].message.code if found else None


def _examples(code: str) -> tuple[str, str] | None:
    from tutor.rules.examples import example

    wrong, right = example(code, "wrong"), example(code, "right")
    return (wrong, right) if wrong and right else None
