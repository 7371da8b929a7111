"""``sts-tutor explain``: a code of the tutor, or whatever Kubernetes just printed."""

import argparse
import re
import shutil
import sys
from collections.abc import Iterator
from functools import partial

from tutor.cli.context import Context
from tutor.cli.files import STDIN, read_bytes
from tutor.i18n.pages import SECTIONS, Page, codes, fill, page
from tutor.i18n.text import printable
from tutor.i18n.translator import N_, Translator
from tutor.model.errors import ExitCode, TutorError
from tutor.model.nearest import nearest

CODE = re.compile(r"(YAML|SCH|STS|LSN|MSG)\d{3}", re.IGNORECASE)
MOST = 3
"""Messages of one text explained in full; the others are named."""
WIDEST = 88

HEADINGS = {
    "What": N_("What it is"),
    "Why": N_("Why"),
    "Fix": N_("What to do"),
    "Versions": N_("Versions"),
}

SPEAKERS = (
    N_("API server"),
    N_("StatefulSet controller"),
    N_("volume controllers"),
    N_("scheduler"),
    N_("node controllers"),
    N_("application"),
)
"""Those of :class:`tutor.decoder.message.Speaker` that are no proper names."""


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the text and ``--list``."""
    parser.add_argument(
        "text",
        nargs="*",
        help=t("a code such as STS101, or the words of an error; - reads them from a pipe"),
    )
    parser.add_argument("--list", action="store_true", help=t("list every code"))


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the page of a code, or of each message recognised in a text."""
    t = context.t
    if args.list:
        for code in codes(t.language):
            context.say(f"{code}  {page(code, t.language).title}")
        return ExitCode.OK
    text = _text(args.text)
    if not text.strip():
        raise TutorError("nothing-to-explain", ExitCode.USAGE)
    if CODE.fullmatch(text.strip()):
        return _code(text.strip().upper(), context)
    return _message(text, context)


def _text(words: list[str]) -> str:
    if words == [STDIN] or (not words and not sys.stdin.isatty()):
        return read_bytes(STDIN).decode("utf-8", "replace")
    return " ".join(words)


def _code(code: str, context: Context) -> int:
    language = context.language
    try:
        found = page(code, language)
    except KeyError:
        near = nearest(code, codes(language))
        raise (
            TutorError("code-unknown-nearest", ExitCode.USAGE, code=code, nearest=near)
            if near
            else TutorError("code-unknown", ExitCode.USAGE, code=code)
        ) from None
    for line in _lines(found, context.t):
        context.say(line)
    return ExitCode.OK


def _message(text: str, context: Context) -> int:
    from tutor.decoder.decode import decode

    t = context.t
    found = decode(text)
    if not found:
        context.say(t("No message of this text is known."))
        context.say(
            t(
                "Known are messages about StatefulSets, Pods, claims, scheduling and kubectl; "
                "'{program} explain --list' names them.",
                program=context.program,
            )
        )
        return ExitCode.FINDINGS
    for number, decoded in enumerate(found[:MOST]):
        if number:
            context.say()
        words = page(decoded.message.code, t.language)
        context.say(f"» {printable(decoded.text)}")
        context.say(f"  ({t(decoded.message.speaker)})")
        context.say()
        for line in _lines(words, t, {k: v or "…" for k, v in decoded.params.items()}):
            context.say(line)
        if decoded.message.rules:
            context.say()
            context.say(
                t(
                    "A manifest shows the cause: {codes} ('{program} check FILE').",
                    codes=t(", ").join(decoded.message.rules),
                    program=context.program,
                )
            )
    if len(found) > MOST:
        others = t(", ").join(decoded.message.code for decoded in found[MOST:])
        context.say()
        context.say(t("Also in this text: {codes}.", codes=others))
    return ExitCode.OK


def _lines(words: Page, t: Translator, params: dict[str, str] | None = None) -> Iterator[str]:
    """A page as lines that fit the terminal, its examples at the end."""
    from tutor.rules.examples import example
    from tutor.ui.layout import lines
    from tutor.ui.markdown import parse

    width = min(shutil.get_terminal_size().columns, WIDEST)
    lay = partial(lines, width=width, ticks=True)
    yield f"{words.code}  {words.title}"
    if params is not None and "" in words.messages:
        yield ""
        message = fill(words.messages[""], params, t.language)
        yield from (line.text for line in lay(parse(message, t.language)))
    for name in SECTIONS:
        if body := words.sections.get(name):
            yield ""
            yield t(HEADINGS[name])
            yield from (f"  {line.text}".rstrip() for line in lay(parse(body, t.language)))
    for kind, heading in (("wrong", N_("Wrong")), ("right", N_("Right"))):
        if text := example(words.code, kind):
            yield ""
            yield t(heading)
            yield from (f"  {line}".rstrip() for line in text.splitlines())
