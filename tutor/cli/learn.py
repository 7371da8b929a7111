"""``sts-tutor learn [LESSON]``: the lessons."""

import argparse

from tutor.cli.context import Context
from tutor.cli.progress import unknown_lesson
from tutor.cli.study import add_options, study
from tutor.i18n.translator import Translator
from tutor.ui.outside import Start


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the lesson and how it looks."""
    parser.add_argument(
        "lesson",
        nargs="?",
        default="",
        help=t("open this lesson; 'sts-tutor lessons list' names them"),
    )
    add_options(parser, t)
    parser.add_argument(
        "--context",
        default="",
        metavar="NAME",
        help=t("the context to use; one that is not of this machine has to be typed as well"),
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Open the map of the course, or a lesson."""
    return study(args, context, Start(lesson=find_lesson(args.lesson, context)))


def find_lesson(wanted: str, context: Context) -> str:
    """The id of the lesson a learner names: whole, or its last part alone.

    Raises:
        TutorError: ``lesson-unknown``, ``lesson-unknown-nearest``.
    """
    known = [lesson.id for lesson in context.course.lessons]
    if not wanted or wanted in known:
        return wanted
    tails = [id_ for id_ in known if id_.partition("/")[2] == wanted]
    if len(tails) == 1:
        return tails[0]
    raise unknown_lesson(wanted, known)
