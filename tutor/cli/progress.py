"""``sts-tutor progress``: show it, take it along, bring it back, begin again."""

import argparse
import re
import time
from pathlib import Path

from tutor.cli.context import Context
from tutor.cli.files import STDIN, read_bytes, write_text
from tutor.i18n.linebreak import pad
from tutor.i18n.text import printable
from tutor.i18n.translator import Translator
from tutor.model.errors import ExitCode, TutorError
from tutor.model.nearest import nearest
from tutor.store.exchange import MAX_NAME, Export, decode, encode


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare ``show`` (the default), ``export``, ``import`` and ``reset``."""
    kinds = parser.add_subparsers(dest="what", title=t("commands"), metavar="COMMAND")
    kinds.add_parser("show", help=t("where you are in the course"), allow_abbrev=False)
    export = kinds.add_parser(
        "export", help=t("write your progress to one file"), allow_abbrev=False
    )
    export.add_argument("--name", default="", help=t("the name an instructor will see"))
    export.add_argument(
        "--no-drafts", action="store_true", help=t("leave out the YAML you have typed")
    )
    export.add_argument("-o", "--output", metavar="FILE", help=t("the file, or - for the screen"))
    export.add_argument("--force", action="store_true", help=t("replace the file"))
    bring = kinds.add_parser(
        "import", help=t("add the progress of an exported file"), allow_abbrev=False
    )
    bring.add_argument("file", metavar="FILE", help=t("a file of 'sts-tutor progress export'"))
    reset = kinds.add_parser("reset", help=t("begin again"), allow_abbrev=False)
    reset.add_argument("lesson", nargs="?", default="", help=t("only this lesson"))
    reset.add_argument("--yes", action="store_true", help=t("do not ask"))


def run(args: argparse.Namespace, context: Context) -> int:
    """Do what was asked."""
    match args.what:
        case "export":
            return _export(args, context)
        case "import":
            return _import(args, context)
        case "reset":
            return _reset(args, context)
        case _:
            return _show(context)


def _show(context: Context) -> int:
    from tutor.session.home import home
    from tutor.ui import words
    from tutor.workshop.words import MARKS, STATES, lesson_title

    t = context.t
    course_map = home(context.course, context.store.load())
    for topic, rows in course_map.topics:
        context.say(words.topic(topic, t))
        for row in rows:
            state = f"{MARKS[row.status]} {pad(t(STATES[row.status]), 26)}"
            title = lesson_title(row.lesson, t.language)
            context.say(f"  {state}{t('{text} ({note})', text=title, note=row.lesson.id)}")
    context.say()
    context.say(
        t("{solved} of {all} lessons done", solved=course_map.solved, all=len(course_map.rows))
    )
    return ExitCode.OK


def _export(args: argparse.Namespace, context: Context) -> int:
    t = context.t
    name = printable(args.name).strip()
    if len(name) > MAX_NAME:
        raise TutorError("name-too-long", ExitCode.USAGE, limit=MAX_NAME)
    text = encode(_everything(context, name, drafts=not args.no_drafts))
    if args.output == STDIN:
        context.say(text)
        return ExitCode.OK
    path = Path(args.output or f"progress-{_slug(name)}.json")
    write_text(path, text, replace=args.force, private=True)
    context.say(t("Written: {file}", file=path))
    return ExitCode.OK


def _everything(context: Context, name: str, *, drafts: bool) -> Export:
    from dataclasses import replace

    events = tuple(event if drafts else replace(event, text="") for event in context.store.events())
    return Export(name, context.now(), events)


def _slug(name: str) -> str:
    """A file name for a name: letters and digits of any script, hyphens for the rest."""
    return re.sub(r"[^\w]+", "-", name).strip("-") or "export"


def _import(args: argparse.Namespace, context: Context) -> int:
    export = decode(read_bytes(args.file), args.file)
    new = context.store.merge(export.events)
    context.say(context.t.n("{count} new entry added.", "{count} new entries added.", new))
    return ExitCode.OK


def _reset(args: argparse.Namespace, context: Context) -> int:
    t = context.t
    if args.lesson:
        known = [lesson.id for lesson in context.course.lessons]
        if args.lesson not in known:
            raise unknown_lesson(args.lesson, known)
    if not args.yes and not _confirmed(args.lesson, context):
        context.say(t("Nothing was changed."))
        return ExitCode.OK
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(context.now()))
    backup = Path(context.store.path).with_name(f"before-reset-{stamp}.json")
    everything = encode(_everything(context, "", drafts=True))
    write_text(backup, everything, replace=True, private=True)
    context.store.forget(args.lesson)
    context.say(t("Done. To take it back: {program} progress import {file}",
                  program=context.program, file=backup))  # fmt: skip
    return ExitCode.OK


def _confirmed(lesson: str, context: Context) -> bool:
    t = context.t
    if not context.interactive():
        raise TutorError("confirmation-needed", ExitCode.USAGE)
    what = t("the lesson {lesson}", lesson=lesson) if lesson else t("all lessons")
    context.say(t("This begins again with {what}: answers, drafts and marks.", what=what))
    question = t("Type 'reset' to go on: ")
    try:
        return input(question).strip() == "reset"
    except EOFError:
        return False


def unknown_lesson(lesson: str, known: list[str]) -> TutorError:
    """The error for a lesson id nobody has, with the nearest one if there is one."""
    near = nearest(lesson, known)
    if near:
        return TutorError("lesson-unknown-nearest", ExitCode.USAGE, lesson=lesson, nearest=near)
    return TutorError("lesson-unknown", ExitCode.USAGE, lesson=lesson)
