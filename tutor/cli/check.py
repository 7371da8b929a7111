"""``sts-tutor check``: the rules as a linter, on any manifests."""

import argparse
import gc
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tutor.cli.context import Context
from tutor.cli.inputs import Inputs, load
from tutor.cli.report import Checked, Report
from tutor.i18n.text import printable
from tutor.i18n.translator import N_, Translator
from tutor.manifest.fragments import is_fragment
from tutor.model.errors import ExitCode, TutorError
from tutor.model.findings import Finding, Severity
from tutor.model.kubernetes import plain

if TYPE_CHECKING:
    from tutor.model.course import Lesson, WriteTask

FORMATS = ("text", "json", "sarif", "github")
EPILOG = N_(
    "Files and folders are checked together, as 'kubectl apply -R' would apply them. Exit code: 0 "
    "nothing found, 1 findings, 2 wrong usage, 3 a file that cannot be read."
)


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the files, the form of the output, and what is looked for."""
    parser.epilog = t(EPILOG)
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help=t("manifests; folders are searched for .yaml, .yml and .json, - reads a pipe"),
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help=t("how findings are written")
    )
    parser.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="CODES",
        help=t("look for these codes only: STS1, or SCH,STS301"),
    )
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CODES", help=t("leave these codes out")
    )
    parser.add_argument(
        "--lesson", metavar="ID", help=t("check against the YAML task of this lesson")
    )
    parser.add_argument(
        "--against",
        metavar="OLD",
        help=t("what was applied before: also find changes that will be refused or lose data"),
    )
    parser.add_argument(
        "--fail-on",
        choices=[severity.value for severity in Severity],
        default=Severity.ADVICE.value,
        help=t("the mildest finding that makes the exit code 1 (advice)"),
    )
    parser.add_argument(
        "--kubernetes",
        type=_version(t),
        default=None,
        metavar="VERSION",
        help=t("the version of the cluster, such as 1.37 or 1.35.2"),
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Check, print, and answer with the exit code."""
    # Trees of nodes hold no cycles; looking for some in them takes a fifth of a large check.
    gc.disable()
    try:
        return _run(args, context)
    finally:
        gc.enable()


def _run(args: argparse.Namespace, context: Context) -> int:
    wanted = _filter(_codes(args.select), _codes(args.ignore), context.language)
    inputs = load(args.files)
    for trouble in inputs.troubles:
        context.warn(_words(trouble, context))
    report, failed = (
        _graded(args, inputs, context, wanted) if args.lesson else _checked(args, inputs, wanted)
    )
    report = report._replace(
        language=context.language,
        unread=tuple(str(trouble.params["file"]) for trouble in inputs.troubles),
    )
    if inputs.manifests:
        for line in _lines(args, report, context):
            context.say(line)
    if args.format == "text":
        _notes(inputs, context)
    if inputs.troubles:
        return ExitCode.INPUT
    return ExitCode.FINDINGS if failed else ExitCode.OK


def _checked(
    args: argparse.Namespace, inputs: Inputs, wanted: Callable[[Finding], bool]
) -> tuple[Report, bool]:
    from tutor.rules import engine

    previous = None
    if args.against is not None:
        before = load([args.against])
        if before.troubles:
            raise before.troubles[0]
        previous = [d for manifest in before.manifests for d in manifest.documents]
    found = engine.check(
        inputs.manifests, previous=previous, version=args.kubernetes or "", patches=inputs.patches
    )
    report = _report(inputs, [finding for finding in found if wanted(finding)])
    worst = Severity(args.fail_on).rank
    return report, any(finding.severity.rank <= worst for finding in report.findings)


def _graded(
    args: argparse.Namespace,
    inputs: Inputs,
    context: Context,
    wanted: Callable[[Finding], bool],
) -> tuple[Report, bool]:
    from tutor.course.grading import judge

    if len(args.files) != 1 or len(inputs.manifests) > 1:
        raise TutorError("one-file-needed", ExitCode.USAGE)
    lesson, task = find_task(args.lesson, context)
    if not inputs.manifests:
        return _report(inputs, []), True
    manifest = inputs.manifests[0]
    verdict = judge(task, manifest)
    report = _report(
        inputs._replace(manifests=(verdict.manifest,)), [f for f in verdict.findings if wanted(f)]
    )
    words = lesson.words[context.language].tasks[task.id]
    return report._replace(reasons=words.checks), not verdict.passed


def find_task(wanted: str, context: Context) -> "tuple[Lesson, WriteTask]":
    """A lesson by the name a learner gives it, and its YAML task.

    Raises:
        TutorError: ``lesson-unknown``, ``lesson-unknown-nearest``, ``lesson-without-yaml``.
    """
    from tutor.cli.learn import find_lesson
    from tutor.model.course import WriteTask

    lesson = context.course.lesson(find_lesson(wanted, context))
    for task in lesson.tasks:
        if isinstance(task, WriteTask):
            return lesson, task
    raise TutorError("lesson-without-yaml", ExitCode.USAGE, lesson=lesson.id)


def _report(inputs: Inputs, findings: list[Finding]) -> Report:
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        by_file.setdefault(finding.file, []).append(finding)
    files = tuple(Checked(m, tuple(by_file.get(m.file, ()))) for m in inputs.manifests)
    return Report(files, tuple(findings), "en", {})


def _lines(args: argparse.Namespace, report: Report, context: Context) -> Iterator[str]:
    encoding = (getattr(context.stdout, "encoding", None) or "").lower().replace("-", "")
    ascii_only = encoding != "utf8"
    if args.format == "json":
        from tutor.cli.report import json

        return json.render(report, ascii_only=ascii_only)
    if args.format == "sarif":
        from tutor.cli.report import sarif

        return sarif.render(report, ascii_only=ascii_only)
    if args.format == "github":
        from tutor.cli.report import github

        return github.render(report)
    from tutor.cli.report import text

    return text.render(report, context.t, text.Style(*context.look()))


def _notes(inputs: Inputs, context: Context) -> None:
    """What a person should know about what was not looked at."""
    t = context.t
    objects = [d for manifest in inputs.manifests for d in manifest.documents if d.kind]
    if not objects and any(not m.findings for m in inputs.manifests):
        context.warn(t("There is no Kubernetes object here."))
    for document in objects:
        if document.file not in inputs.patches and is_fragment(document):
            context.warn(
                t(
                    "{place}: {object} is read as a patch of an object that is elsewhere, for it "
                    "has neither selector nor labels. What it lacks was not looked for.",
                    place=f"{printable(document.file)}:{document.root.line}",
                    object=printable(f"{document.kind} {document.name}".rstrip()),
                )
            )
    if inputs.skipped:
        context.warn(
            t.n(
                "{count} Helm template was passed over: it is no YAML yet. "
                "'helm template CHART | {program} check -' checks what comes out.",
                "{count} Helm templates were passed over: they are no YAML yet. "
                "'helm template CHART | {program} check -' checks what comes out.",
                inputs.skipped,
                program=context.program,
            )
        )


def _words(error: TutorError, context: Context) -> str:
    from tutor.i18n.errors import error_text

    return error_text(error, context.t)


def _codes(values: list[str]) -> tuple[str, ...]:
    words = (word.strip().upper() for value in values for word in value.split(","))
    return tuple(word for word in words if word)


def _filter(
    selected: tuple[str, ...], ignored: tuple[str, ...], language: str
) -> Callable[[Finding], bool]:
    """Whether a finding was asked for.

    Raises:
        TutorError: ``code-unknown``, ``code-unknown-nearest``.
    """
    if selected or ignored:
        from tutor.i18n.pages import codes
        from tutor.model.nearest import nearest

        known = codes(language)
        for prefix in (*selected, *ignored):
            if not any(code.startswith(prefix) for code in known):
                near = nearest(prefix, known)
                raise (
                    TutorError("code-unknown-nearest", ExitCode.USAGE, code=prefix, nearest=near)
                    if near
                    else TutorError("code-unknown", ExitCode.USAGE, code=prefix)
                )

    def wanted(finding: Finding) -> bool:
        return (not selected or finding.code.startswith(selected)) and not (
            ignored and finding.code.startswith(ignored)
        )

    return wanted


def _version(t: Translator) -> Callable[[str], str]:
    def parse(text: str) -> str:
        try:
            return plain(text)
        except ValueError:
            raise argparse.ArgumentTypeError(
                t("'{version}' is no Kubernetes version such as 1.37 or 1.35.2", version=text)
            ) from None

    return parse
