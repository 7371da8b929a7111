"""``sts-tutor lessons``: list them; check, make and preview them as an author."""

import argparse
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.cli.context import Context
from tutor.cli.files import write_text
from tutor.i18n.linebreak import cell_width
from tutor.i18n.text import printable
from tutor.i18n.translator import Translator
from tutor.model.course import LANGUAGES, Course, Topic
from tutor.model.errors import ExitCode, TutorError

if TYPE_CHECKING:
    from tutor.course.problems import Problem

WIDTH = 80


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare ``list``, ``lint``, ``new`` and ``preview``."""
    folder = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    folder.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help=t("the folder that holds 'lessons' and 'fixtures' (default: here, or the tutor's)"),
    )
    kinds = parser.add_subparsers(title=t("commands"), metavar="COMMAND", required=True)
    listing = kinds.add_parser(
        "list", parents=[folder], help=t("list the lessons in order"), allow_abbrev=False
    )
    listing.set_defaults(action=_list)
    lint = kinds.add_parser(
        "lint",
        parents=[folder],
        help=t("hold lessons to their contract: every solution and every mistake is tried"),
        allow_abbrev=False,
    )
    lint.add_argument("ids", nargs="*", metavar="ID", help=t("only these lessons"))
    lint.add_argument(
        "--stamp",
        action="store_true",
        help=t("note in each language that it was compared with the other"),
    )
    lint.add_argument("--all", action="store_true", help=t("show the problems of later stages too"))
    lint.set_defaults(action=_lint)
    new = kinds.add_parser(
        "new", parents=[folder], help=t("make the files of a new lesson"), allow_abbrev=False
    )
    new.add_argument("id", metavar="TOPIC/SLUG", help=t("its id, such as ordering/one-at-a-time"))
    new.set_defaults(action=_new)
    preview = kinds.add_parser(
        "preview",
        parents=[folder],
        help=t("print a whole lesson, with all answers"),
        allow_abbrev=False,
    )
    preview.add_argument("id", metavar="ID", help=t("the lesson"))
    preview.add_argument("--width", type=int, default=WIDTH, metavar="N", help=t("columns to fill"))
    preview.set_defaults(action=_preview)


def run(args: argparse.Namespace, context: Context) -> int:
    """Do what was asked for."""
    code: int = args.action(args, context)
    return code


def _list(args: argparse.Namespace, context: Context) -> int:
    course = _course(_root(args.folder))
    damaged = list(course.broken)
    widest = max((cell_width(lesson.id) for lesson in course.lessons), default=0)
    for lesson in course.lessons:
        try:
            title = lesson.titles[context.language].title
        except TutorError:  # its words are not written yet
            damaged.append(lesson.id)
            continue
        minutes = context.t("{minutes} min", minutes=lesson.minutes)
        context.say(f"{lesson.id.ljust(widest)}  {minutes:>6}  {printable(title)}")
    for broken in damaged:
        context.warn(context.t("{lesson}: damaged; see 'sts-tutor lessons lint'.", lesson=broken))
    return ExitCode.FINDINGS if damaged else ExitCode.OK


def _lint(args: argparse.Namespace, context: Context) -> int:
    from tutor.authoring.lint import lint
    from tutor.course.loader import lesson_folders

    root = _root(args.folder)
    known = [lesson_id for lesson_id, _ in lesson_folders(root / "fixtures")]
    for lesson_id in args.ids:
        _must_exist(lesson_id, known)
    ids = args.ids or known
    if args.stamp:
        _stamp(root, ids, context)
    problems = lint(root / "lessons", root / "fixtures", args.ids)
    _report(problems, root, context, everything=args.all)
    t = context.t
    if problems:
        context.say(t.n("{count} problem.", "{count} problems.", len(problems)))
        return ExitCode.FINDINGS
    context.say(
        t.n(
            "{count} lesson holds to the contract.",
            "{count} lessons hold to the contract.",
            len(ids),
        )
    )
    return ExitCode.OK


def _report(
    problems: Sequence["Problem"], root: Path, context: Context, *, everything: bool
) -> None:
    """Problems by lesson and stage, each a line that an editor jumps to.

    Of each lesson only the first stage with problems is shown, unless ``everything`` is asked for:
    a new lesson has many, and the later ones change with the earlier.
    """
    from tutor.authoring.stages import stage_of
    from tutor.authoring.wording import STAGES, place, sentence

    prefix = "" if root == Path() else f"{root}/"
    for lesson, group in groupby(problems, key=lambda problem: _lesson_of(problem.file)):
        held_back = 0
        first = None
        for stage, staged in groupby(group, key=lambda p: stage_of(p.code, p.file)):
            first = stage if first is None else first
            if stage != first and not everything:
                held_back += len(list(staged))
                continue
            context.say(f"{lesson} · {context.t(STAGES[stage])}")
            for problem in staged:
                said = printable(sentence(problem, context.t))
                context.say(f"  {prefix}{place(problem)}: {said}")
            context.say()
        if held_back:
            context.say(
                context.t.n(
                    "{count} more in later stages; --all shows it.",
                    "{count} more in later stages; --all shows them.",
                    held_back,
                )
            )
            context.say()


def _lesson_of(file: str) -> str:
    """The lesson a file belongs to, ``<topic>/<slug>``."""
    parts = file.removesuffix(".md").split("/")
    start = 2 if parts[0] == "lessons" else 1
    return "/".join(parts[start : start + 2])


def _stamp(root: Path, ids: Iterable[str], context: Context) -> None:
    """Write each language's digest into the other, where both have all their words."""
    from tutor.authoring.lint import lint
    from tutor.authoring.pairing import counterpart, stamped
    from tutor.authoring.stages import Stage, stage_of
    from tutor.course.loader import words_name
    from tutor.course.words import digest

    for lesson_id in ids:
        problems = lint(root / "lessons", root / "fixtures", [lesson_id])
        if any(stage_of(p.code, p.file) in (Stage.TRUTH, Stage.WORDS) for p in problems):
            context.warn(context.t("{lesson}: not stamped, words are missing.", lesson=lesson_id))
            continue
        texts = {
            language: (root / words_name(lesson_id, language)).read_text(encoding="utf-8")
            for language in LANGUAGES
        }
        for language, text in texts.items():
            new = stamped(text, digest(texts[counterpart(language)]))
            if new != text:
                name = words_name(lesson_id, language)
                write_text(root / name, new, replace=True)
                context.say(context.t("Stamped: {file}", file=name))


def _new(args: argparse.Namespace, context: Context) -> int:
    from tutor.authoring.skeleton import skeleton, valid_id

    t, root = context.t, _root(args.folder or Path())  # never into the installed tutor
    if not valid_id(args.id):
        raise TutorError(
            "lesson-id",
            ExitCode.USAGE,
            lesson=args.id,
            topics=t(", ").join(topic.value for topic in Topic),
        )
    course = _course(root)
    files = skeleton(args.id, [(lesson.id, lesson.order) for lesson in course.lessons])
    for name in files:
        if (root / name).exists():
            raise TutorError("file-exists", ExitCode.INPUT, file=str(root / name))
    for name, text in files.items():
        try:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TutorError(
                "file-unwritable",
                ExitCode.INPUT,
                file=str(root / name),
                raw=error.strerror or str(error),
            ) from error
        write_text(root / name, text)
        context.say(t("Made: {file}", file=root / name))
    context.say()
    context.say(
        t(
            "'{program} lessons lint {id}' says what to do next.",
            program=context.program,
            id=args.id,
        )
    )
    return ExitCode.OK


def _preview(args: argparse.Namespace, context: Context) -> int:
    from tutor.authoring.preview import preview
    from tutor.ui.layout import lines
    from tutor.ui.markdown import parse

    course = _course(_root(args.folder))
    _must_exist(args.id, [lesson.id for lesson in course.lessons])
    text = preview(course.lesson(args.id), context.language, context.t)
    for line in lines(parse(text, context.language), args.width, ticks=True):
        context.say(f"{'#' * line.heading} {line.text}" if line.heading else line.text)
    return ExitCode.OK


def _root(asked: Path | None) -> Path:
    """The folder of ``lessons`` and ``fixtures``: the one asked for, this one, or the tutor's."""
    from tutor.course.loader import locate

    if asked is not None:
        if not (asked / "lessons").is_dir() or not (asked / "fixtures").is_dir():
            raise TutorError("course-elsewhere", ExitCode.INPUT, folder=str(asked))
        return asked
    if Path("lessons").is_dir() and Path("fixtures").is_dir():
        return Path()
    return Path(str(locate()[0])).parent


def _course(root: Path) -> Course:
    from tutor.course.loader import load

    return load(root / "lessons", root / "fixtures")


def _must_exist(lesson_id: str, known: Sequence[str]) -> None:
    if lesson_id in known:
        return
    near = get_close_matches(lesson_id, known, 1)
    if near:
        raise TutorError("lesson-unknown-nearest", lesson=lesson_id, nearest=near[0])
    raise TutorError("lesson-unknown", lesson=lesson_id)
