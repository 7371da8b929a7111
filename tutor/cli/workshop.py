"""``sts-tutor workshop report``: who in a room is where, from the files they handed in."""

import argparse
from pathlib import Path

from tutor.cli.context import Context
from tutor.cli.files import read_bytes, write_text
from tutor.i18n.errors import error_text
from tutor.i18n.translator import Translator
from tutor.model.errors import ExitCode, TutorError

WIDTH = 80


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare ``report``."""
    kinds = parser.add_subparsers(title=t("commands"), metavar="COMMAND", required=True)
    report = kinds.add_parser(
        "report", help=t("who is where, and who is stuck on which rule"), allow_abbrev=False
    )
    report.add_argument(
        "files", nargs="+", metavar="FILE", help=t("files of 'sts-tutor progress export'")
    )
    report.add_argument("--html", metavar="FILE", type=Path, help=t("also write one HTML page"))
    report.add_argument("--force", action="store_true", help=t("replace the HTML file"))


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the report; a file that cannot be used is named, and the others still count."""
    from tutor.model.progress import replay
    from tutor.store.exchange import decode
    from tutor.workshop import text
    from tutor.workshop.report import Attendee, report

    attendees: list[Attendee] = []
    worst = ExitCode.OK
    for name in args.files:
        try:
            export = decode(read_bytes(name), name)
        except TutorError as error:
            context.warn(error_text(error, context.t))
            worst = error.exit_code
            continue
        attendees.append(Attendee(export.name or Path(name).stem, export.at, replay(export.events)))
    if attendees:
        result = report(context.course, attendees)
        for line in text.lines(result, context.t, WIDTH):
            context.say(line)
        if args.html:
            from tutor.i18n.dates import moment
            from tutor.workshop.page import render

            page = render(result, context.t, moment(context.now(), context.language))
            write_text(args.html, page, replace=args.force, private=True)
            context.say()
            context.say(context.t("Written: {file}", file=args.html))
    return worst
