"""``sts-tutor apply``: what would happen, a question, and then it happens before one's eyes."""

import argparse
import json
import math
import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.cli import inputs
from tutor.cli.context import Context
from tutor.cli.report import Report, text
from tutor.i18n.text import printable
from tutor.i18n.translator import Translator
from tutor.model.applying import Plan
from tutor.model.errors import ExitCode, TutorError
from tutor.model.findings import Severity

if TYPE_CHECKING:
    from tutor.cli.following import Ending
    from tutor.cluster.contexts import Context as Place
    from tutor.cluster.live import Live
    from tutor.manifest.documents import Manifest

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


def add_place(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare which cluster, and whether to ask."""
    parser.add_argument(
        "--context",
        default="",
        metavar="NAME",
        help=t("the context to use; one that is not of this machine has to be typed as well"),
    )
    parser.add_argument("--yes", action="store_true", help=t("do not ask"))


def run(args: argparse.Namespace, context: Context) -> int:
    """Plan, ask, apply, watch."""
    manifests = _manifests(args.files, context)
    if manifests is None:
        return ExitCode.FINDINGS
    if not args.plan and not args.yes and not _can_ask(args, context):
        raise TutorError("confirmation-needed", ExitCode.USAGE)
    with reach(args, context, start=True) as live:
        return _Apply(args, context, live).run(_joined(manifests))


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


def _joined(manifests: "Iterable[Manifest]") -> str:
    """Several files as one text."""
    return "\n---\n".join(manifest.text for manifest in manifests)


# -- reaching a cluster


def reach(args: argparse.Namespace, context: Context, *, start: bool = False) -> "Live":
    """The cluster that was asked for; its name asked for where it is not of this machine.

    Args:
        args: With ``context``.
        context: Where to ask.
        start: Where there is no cluster at all, offer to start the offline one.

    Raises:
        TutorError: None may be used.
    """
    from tutor.cli.clusters import chosen
    from tutor.cluster.contexts import Verdict
    from tutor.cluster.guard import Target, namespace_of
    from tutor.cluster.live import Live

    try:
        place = chosen(context, args.context)
    except TutorError as error:
        if error.code != "context-none" or not start or not _started(context):
            raise
        place = chosen(context, args.context)
    typed = ""
    if place.verdict is Verdict.NAMED and args.context == place.name:
        typed = _typed(place, context)
    return Live(Target(place, namespace_of(), args.context, typed), environ=context.environ)


def _started(context: Context) -> bool:
    """Start the offline cluster in the background, if the user wants it."""
    t = context.t
    if not context.interactive():
        return False
    if not agreed(
        t("There is no cluster. Start the offline one in the background? [y/N] "), context
    ):
        return False
    import subprocess
    import sys

    words = ("-m", "tutor", "--lang", context.language, "cluster", "up", "--background")
    done = subprocess.run(  # noqa: S603  (this program itself)
        [sys.executable, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=dict(context.environ),
        check=False,
    )
    return done.returncode == ExitCode.OK


def _typed(place: "Place", context: Context) -> str:
    """What the user types when asked for the name of a context that is not local."""
    if not context.interactive():
        raise TutorError("context-not-typed", ExitCode.CLUSTER, context=place.name)
    from tutor.cli.context_words import why_not

    t = context.t
    context.say(
        t(
            "The context '{context}' ({server}) is not taken for a cluster of this machine: {why}.",
            context=printable(place.name),
            server=printable(place.address),
            why=why_not(place, t),
        )
    )
    if place.program:
        context.say(
            t("To sign in, this is run: {command}", command=printable(" ".join(place.program)))
        )
    return ask(t("Type its name to go on: "), context)


def ask(question: str, context: Context) -> str:
    """An answer; empty where there is none."""
    print(question, end="", flush=True, file=context.stdout)
    return context.stdin.readline().strip("\r\n")


def agreed(question: str, context: Context) -> bool:
    """Whether the user says yes."""
    return ask(question, context).strip().lower() in ("y", "yes", "はい")


# -- applying


class _Apply:
    """One run."""

    def __init__(self, args: argparse.Namespace, context: Context, live: "Live") -> None:
        self._args = args
        self._context = context
        self._live = live
        self._json = args.output == "json"

    def run(self, manifest: str) -> int:
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
            plan = live.plan(manifest)
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
        if not done or not self._takes(plan):
            for item in plan.items:
                told = plan_words.tell(item, t)
                context.say(f"  {told.mark} {told.head}")
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
            "applied": applied,
            "objects": [
                {
                    "kind": item.kind,
                    "name": item.name,
                    "line": item.line,
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
