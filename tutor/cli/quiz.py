"""``sts-tutor quiz``: questions of the lessons, offline."""

import argparse
from collections.abc import Callable

from tutor.cli.context import Context
from tutor.cli.study import add_options, study
from tutor.i18n.translator import Translator
from tutor.model.course import Topic
from tutor.ui.outside import Start

COUNT = 10


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare which questions, and how they look."""
    parser.add_argument(
        "--topic", choices=[topic.value for topic in Topic], help=t("questions on this topic only")
    )
    parser.add_argument(
        "--count", type=_count(t), default=COUNT, metavar="N", help=t("at most so many questions")
    )
    parser.add_argument(
        "--made",
        type=_count(t),
        default=0,
        metavar="N",
        help=t("so many more questions, made up anew and answered by the cluster's own rules"),
    )
    add_options(parser, t)


def run(args: argparse.Namespace, context: Context) -> int:
    """Ask, and explain every answer."""
    topic = Topic(args.topic) if args.topic else None
    return study(args, context, Start(quiz=True, topic=topic, count=args.count, made=args.made))


def _count(t: Translator) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if text.isdecimal() and int(text) > 0:
            return int(text)
        raise argparse.ArgumentTypeError(t("'{found}' is no number from 1 on", found=text))

    return parse
