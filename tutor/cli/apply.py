"""``sts-tutor apply``: what would happen, a question, and then it happens before one's eyes."""

import argparse
import json
import math
import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor.cli import inputs
from tutor.cli.context import Context
from tutor.cli.reaching import add_place, agreed, reach
from tutor.cli.report import Report, text
from tutor.i18n.text import printable
from tutor.i18n.translator import Translator
from tutor.model.applying import Plan
from tutor.model.errors import ExitCode, TutorError
from tutor.model.findings import Severity

if TYPE_CHECKING:
    from tutor.cli.following import Ending
    from tutor.cluster.live import Live
    from tutor.manifest.documents import Manifest

_BETWEEN = "\n---\n"
TIMEOUT = 180.0
"""Seconds to watch, unless told otherwise."""


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the files and options."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help=t("a manifest, a folder of manifests, or - for standard input"),
    )
    parser.add_argument(
        "--plan", action="store_true", help=t("only show what would happen; nothing is changed")
    )
    parser.add_argument(
        "--watch",
        action="store_true",
        help=t("show what happens, until everything is ready or nothing goes on"),
    )
    add_place(parser, t)
    parser.add_argument(
        "--timeout",
        type=_seconds(t),
        default=TIMEOUT,
        metavar="SECONDS",
        help=t("watch no longer than this (default: {seconds})", seconds=f"{TIMEOUT:g}"),
    )
    parser.add_argument(
        "--take-over",
        action="store_true",
        help=t("take over fields that belong to another manager"),
    )
    parser.add_argument(
        "--output", choices=("text", "json"), default="text", help=t("how to print it")
    )
    parser.epilog = t(
        "Exit code: 0 applied (and ready, with --watch); 1 something cannot be applied; 5 no "
        "cluster can be used; 6 applied, but not everything became ready."
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Plan, ask, apply, watch."""
    manifests = _manifests(args.files, context)
    if manifests is None:
        return ExitCode.FINDINGS
    if not args.plan and not args.yes and not _can_ask(args, context):
        raise TutorError("confirmation-needed", ExitCode.USAGE)
    with reach(args, context, start=True) as live:
        return _Apply(args, context, live, _Source(manifests)).run()


def _can_ask(args: argparse.Namespace, context: Context) -> bool:
    return context.interactive() and inputs.STDIN not in args.files and args.output == "text"


def _manifests(names: list[str], context: Context) -> "tuple[Manifest, ...] | None":
    """What to apply; None, and said why, where it is no YAML that kubectl would read."""
    found = inputs.load(names)
    if found.troubles:
        raise found.troubles[0]
    errors = [
        (manifest, finding)
        for manifest in found.manifests
        for finding in manifest.findings
        if finding.severity is Severity.ERROR
    ]
    if not errors:
        return found.manifests
    from tutor.cli.report import Checked

    checked = tuple(
        Checked(manifest, tuple(finding for own, finding in errors if own is manifest))
        for manifest in dict.fromkeys(manifest for manifest, _ in errors)
    )
    report = Report(checked, tuple(one for _, one in errors), context.language, {})
    for line in text.render(report, context.t, text.Style(*context.look())):
        context.say(line)
    return None


class _Source:
    """Several files as one text, and the way back from its lines.

    Args:
        manifests: The files.
    """

    def __init__(self, manifests: "Sequence[Manifest]") -> None:
        self.text = ""
        self._starts: list[tuple[int, str]] = []
        for manifest in manifests:
            if self._starts:
                self.text += _BETWEEN
            self._starts.append((self.text.count("\n"), manifest.file))
            self.text += manifest.text

    def place(self, line: int) -> tuple[str, int]:
        """File and line, from 1, of a line of the text."""
        before, file = max(pair for pair in self._starts if pair[0] < line)
        return file, line - before

    @property
    def several(self) -> bool:
        """There are more than one."""
        return len(self._starts) > 1


class _Apply:
    """One run."""

    def __init__(
        self, args: argparse.Namespace, context: Context, live: "Live", source: _Source
    ) -> None:
        self._args = args
        self._context = context
        self._live = live
        self._source = source
        self._json = args.output == "json"

    def run(self) -> int:
        """Plan, ask, apply, watch; a namespace made for a plan alone goes again."""
        live, args = self._live, self._args
        where = live.look()
        if not where.provisions and not self._json:
            self._context.say(
                self._context.t(
                    "This cluster has no default StorageClass: a claim that names none stays "
                    "Pending."
                )
            )
        live.prepare()
        applied = False
        try:
            plan = live.plan(self._source.text)
            if self._json and (args.plan or not self._takes(plan)):
                self._print_json(plan, applied=False)
            if not self._json:
                self._show(plan, done=False)
            if not self._takes(plan):
                return ExitCode.FINDINGS
            if args.plan:
                return ExitCode.OK
            if plan.changes_nothing and not args.watch:
                if self._json:
                    self._print_json(plan, applied=False)
                return ExitCode.OK
            if not self._may_go_on(plan):
                self._context.say(self._context.t("Nothing was changed."))
                return ExitCode.OK
            applied = True
            return self._go(plan)
        finally:
            if not applied:
                live.withdraw()

    def _may_go_on(self, plan: Plan) -> bool:
        """Whether the user wants it, or there is nothing to want."""
        if self._args.yes or plan.changes_nothing:
            return True
        return agreed(self._context.t("Apply this? [y/N] "), self._context)

    def _takes(self, plan: Plan) -> bool:
        """Whether everything of a plan can be applied, as it was asked for."""
        from tutor.model.applying import Fate

        bad = {Fate.REFUSED, Fate.BARRED} | (set() if self._args.take_over else {Fate.CONFLICT})
        return bool(plan.items) and not any(item.fate in bad for item in plan.items)

    def _go(self, plan: Plan) -> int:
        from tutor.cli.following import Follower

        live, context = self._live, self._context
        if not self._args.watch:
            done = live.apply(plan, force=self._args.take_over)
            if self._json:
                self._print_json(done, applied=True)
            else:
                self._show(done, done=True)
                self._how_to_look()
            return ExitCode.OK if self._takes(done) else ExitCode.FINDINGS
        follower = Follower(live, context, quiet=self._json)
        with follower:
            done = live.apply(plan, force=self._args.take_over)
            if not self._json:
                self._show(done, done=True)
            if not self._takes(done):
                if self._json:
                    self._print_json(done, applied=True)
                return ExitCode.FINDINGS
            ending = follower.follow(done, self._args.timeout)
        if self._json:
            self._print_json(done, applied=True, ending=ending)
        return ExitCode.OK if ending.ready else ExitCode.UNREADY

    # -- showing

    def _show(self, plan: Plan, *, done: bool) -> None:
        from tutor.ui import cluster_words, plan_words

        context, t = self._context, self._context.t
        if not done:
            context.say(cluster_words.where(plan.where, t))
            if why := cluster_words.why_local(plan.where, t):
                context.say(why)
        if not done or not self._takes(plan):
            for item in plan.items:
                file, line = self._source.place(item.line)
                told = plan_words.tell(replace(item, line=line), t)
                shown = f": {printable(file)}" if self._source.several else ""
                context.say(f"  {told.mark} {told.head}{shown}")
                for detail in told.details:
                    context.say(f"      {detail}")
            for warning in plan.warnings:
                context.say(t("The server warns: {text}", text=printable(warning)))
        context.say(plan_words.summary(plan, t, done=done))

    def _how_to_look(self) -> None:
        """The kubectl command that shows what came of it."""
        place = self._live.target
        words = ["kubectl", "get", "all,pvc", "-n", place.namespace]
        words += ["--kubeconfig" if place.offline else "--context"]
        words.append(place.context.file if place.offline else place.context.name)
        command = printable(shlex.join(words))
        self._context.say(self._context.t("To look at it: {command}", command=command))

    def _print_json(self, plan: Plan, *, applied: bool, ending: "Ending | None" = None) -> None:
        found: dict[str, Any] = {
            "version": 1,
            "context": plan.where.context,
            "cluster": plan.where.kind.value,
            "server": plan.where.version,
            "namespace": plan.where.namespace,
            "local": plan.where.evidence.value,
            "applied": applied,
            "objects": [
                {
                    "kind": item.kind,
                    "name": item.name,
                    "file": self._source.place(item.line)[0],
                    "line": self._source.place(item.line)[1],
                    "fate": item.fate.value,
                    "changes": [
                        {"path": one.path, "before": one.before, "after": one.after}
                        for one in item.changes
                    ],
                    "code": item.code,
                    "reason": item.reason,
                    "owners": [{"path": path, "manager": who} for path, who in item.owners],
                }
                for item in plan.items
            ],
            "warnings": list(plan.warnings),
        }
        if ending is not None:
            found |= ending.as_json()
        self._context.say(json.dumps(found, ensure_ascii=False, indent=2))


def _seconds(t: Translator) -> Any:  # noqa: ANN401  (what argparse calls a type)
    def read(word: str) -> float:
        try:
            found = float(word)
        except ValueError:
            found = math.nan
        if not 0 < found <= 86_400:
            raise argparse.ArgumentTypeError(
                t("'{found}' is no number of seconds", found=printable(word))
            )
        return found

    return read
