"""``sts-tutor doctor``: look at everything the tutor stands on, and say what to do about it."""

import argparse
import enum
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tutor import __version__
from tutor.cli.context import Context
from tutor.i18n.errors import error_text
from tutor.i18n.linebreak import cell_width, pad, wrap
from tutor.i18n.locale import choose
from tutor.i18n.text import printable
from tutor.i18n.translator import N_, Translator
from tutor.model.errors import ExitCode, TutorError

COLUMNS, LINES = 80, 24
KUBECTL_SECONDS = 10
MOST_CLUSTERS = 5
"""Clusters elsewhere that are named."""


class Verdict(enum.Enum):
    """How one thing looks. The value is the word shown, translated later."""

    GOOD = N_("good")
    NOTE = N_("note")
    BAD = N_("bad")


@dataclass(frozen=True)
class Line:
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    text: str


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """No arguments of its own."""
    del parser, t


def run(args: argparse.Namespace, context: Context) -> int:
    """Print one line for each thing; exit code 1 where something is bad."""
    del args
    t = context.t
    context.say(f"statefulset-tutor {__version__}")
    probes: tuple[Callable[[Context], Iterator[Line]], ...] = (
        _python,
        _terminal,
        _language,
        _course,
        _storage,
        _kubectl,
        _clusters,
    )
    width = max(shutil.get_terminal_size().columns, 40)
    labels = [t(verdict.value) for verdict in Verdict]
    mark = max(cell_width(label) for label in labels)
    worst = Verdict.GOOD
    for probe in probes:
        for line in probe(context):
            body = wrap(f"{line.what}: {printable(line.text)}", width - mark - 2)
            margin = f"\n{' ' * (mark + 2)}"
            context.say(f"{pad(t(line.verdict.value), mark)}  {margin.join(body)}")
            if line.verdict is Verdict.BAD:
                worst = Verdict.BAD
    return ExitCode.FINDINGS if worst is Verdict.BAD else ExitCode.OK


def _python(context: Context) -> Iterator[Line]:
    yield Line("Python", Verdict.GOOD, f"{sys.version.split()[0]}, {sys.executable}")


def _terminal(context: Context) -> Iterator[Line]:
    t = context.t
    what = t("terminal")
    if not context.interactive():
        yield Line(what, Verdict.NOTE, t("none here; 'sts-tutor learn --plain' works anywhere"))
        return
    columns, lines = shutil.get_terminal_size()
    size = f"{columns}×{lines}, TERM={context.environ.get('TERM', '')}"
    if columns < COLUMNS or lines < LINES:
        size = t("{size}; the screens are made for {columns}×{lines} and more", size=size,
                 columns=COLUMNS, lines=LINES)  # fmt: skip
        yield Line(what, Verdict.NOTE, size)
    else:
        yield Line(what, Verdict.GOOD, size)
    encoding = (context.stdout.encoding or "").lower()
    if "utf" not in encoding:
        text = t(
            "{encoding}; Japanese needs UTF-8, for example LANG=ja_JP.UTF-8", encoding=encoding
        )
        yield Line(t("encoding"), Verdict.BAD, text)
    if context.environ.get("NO_COLOR"):
        yield Line(t("colours"), Verdict.NOTE, t("off, because NO_COLOR is set"))
    yield from _widths(t)


def _widths(t: Translator) -> Iterator[Line]:
    from tutor.cli.terminal import drawn_width

    kana, line = drawn_width("あ"), drawn_width("│")
    what = t("character widths")
    if kana is None or line is None:
        yield Line(what, Verdict.NOTE, t("this terminal does not tell where its cursor is"))
    elif (kana, line) == (2, 1):
        yield Line(what, Verdict.GOOD, t("Japanese and line drawings take the cells they should"))
    elif line == 2:
        text = t(
            "line drawings are two cells wide; set 'ambiguous width' to narrow in the terminal, "
            "or use --ascii"
        )
        yield Line(what, Verdict.BAD, text)
    else:
        yield Line(what, Verdict.BAD, t("Japanese is {count} cells wide; columns will not align",
                                        count=kana))  # fmt: skip


def _language(context: Context) -> Iterator[Line]:
    t = context.t
    found = choose(context.environ, asked=context.asked_language)
    names = {"ja": "日本語", "en": "English"}
    if found:
        yield Line(t("language"), Verdict.GOOD, names[found])
    else:
        text = t("the locale does not tell; the tutor asks at the first start, or use --lang")
        yield Line(t("language"), Verdict.NOTE, text)


def _course(context: Context) -> Iterator[Line]:
    t = context.t
    try:
        lessons = context.course.lessons
    except TutorError as error:
        yield Line(t("course"), Verdict.BAD, error_text(error, t))
        return
    yield Line(t("course"), Verdict.GOOD, t.n("{count} lesson", "{count} lessons", len(lessons)))


def _storage(context: Context) -> Iterator[Line]:
    t = context.t
    try:
        progress = context.store.load()
    except TutorError as error:
        yield Line(t("storage"), Verdict.BAD, error_text(error, t))
        return
    started = t.n("{count} lesson started", "{count} lessons started", len(progress.lessons))
    where = t("{text} ({note})", text=context.store.path, note=started)
    yield Line(t("storage"), Verdict.GOOD, where)


def _kubectl(context: Context) -> Iterator[Line]:
    t = context.t
    found = shutil.which("kubectl", path=context.environ.get("PATH"))
    if not found:
        text = t("not found; the lessons, the quiz and the checker do not need it")
        yield Line("kubectl", Verdict.NOTE, text)
        return
    version = _output(found, "version", "--client", "--output=json")
    try:
        number = json.loads(version or "")["clientVersion"]["gitVersion"]
    except (ValueError, KeyError, TypeError):
        yield Line("kubectl", Verdict.NOTE, t("{path} does not answer", path=found))
        return
    yield Line("kubectl", Verdict.GOOD, f"{number}, {found}")


def _clusters(context: Context) -> Iterator[Line]:
    """What the kubeconfig files lead to; nothing is contacted but the tutor's own cluster."""
    from tutor.cli import clusters
    from tutor.cli.context_words import described, why_not
    from tutor.cluster import contexts

    t = context.t
    what = t("clusters")
    there, troubles = clusters.found(context, clusters.running(context))
    for trouble in troubles:
        yield Line(what, Verdict.NOTE, error_text(trouble, t))
    local = [one for one in there if one.verdict is contexts.Verdict.LOCAL]
    for one in local:
        yield Line(what, Verdict.GOOD, described(one, t))
    others = [one for one in there if one.verdict is not contexts.Verdict.LOCAL]
    for one in others[:MOST_CLUSTERS]:
        text = described(one, t)
        if one.reasons:
            text = t("{text}: {why}; used only when named and typed", text=text,
                     why=why_not(one, t))  # fmt: skip
        yield Line(what, Verdict.NOTE, text)
    if len(others) > MOST_CLUSTERS:
        left = len(others) - MOST_CLUSTERS
        yield Line(
            what, Verdict.NOTE, t.n("{count} more elsewhere", "{count} more elsewhere", left)
        )
    if not there and not troubles:
        yield Line(what, Verdict.NOTE, t("none in the kubeconfig; none is needed"))


def _output(*command: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603  (a fixed command line)
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=KUBECTL_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
