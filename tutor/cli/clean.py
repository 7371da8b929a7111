"""``sts-tutor clean``: what the tutor made in a cluster, listed, and taken away."""

import argparse
import json
import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.cli.context import Context
from tutor.cli.reaching import add_place, agreed, reach
from tutor.i18n.text import printable
from tutor.i18n.translator import Translator
from tutor.model.applying import Cleaning, Leftover
from tutor.model.errors import ExitCode, TutorError

if TYPE_CHECKING:
    from tutor.cluster.guard import Target


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare which cluster, and how."""
    add_place(parser, t)
    parser.add_argument(
        "--output", choices=("text", "json"), default="text", help=t("how to print it")
    )
    parser.epilog = t("Only namespaces that the tutor made are removed, with everything in them.")


def run(args: argparse.Namespace, context: Context) -> int:
    """List, ask, remove, and say what is left."""
    if not args.yes and (args.output == "json" or not context.interactive()):
        raise TutorError("confirmation-needed", ExitCode.USAGE)
    with reach(args, context) as live:
        live.look()
        cleaning = live.cleaning()
        found = bool(cleaning.namespaces or cleaning.removed)
        if args.output == "text":
            _list(cleaning, context, live.target)
        if found:
            if not args.yes and not agreed(context.t("Remove this? [y/N] "), context):
                context.say(context.t("Nothing was changed."))
                return ExitCode.OK
            live.clean(cleaning)
        left = live.cleaning() if found else cleaning
        if args.output == "json":
            context.say(json.dumps(_as_json(cleaning, left), ensure_ascii=False, indent=2))
        elif found:
            _conclude(cleaning, left, context)
        return ExitCode.OK if not left.namespaces else ExitCode.UNREADY


def _list(cleaning: Cleaning, context: Context, target: "Target") -> None:
    from tutor.ui import cluster_words

    t = context.t
    context.say(cluster_words.where(cleaning.where, t))
    if not cleaning.namespaces and not cleaning.removed:
        context.say(t("The tutor has left nothing here."))
        _stays(cleaning.stays, context)
        _foreign(cleaning, context, target)
        return
    context.say(t("This is removed:"))
    for name in cleaning.namespaces:
        context.say(f"  Namespace {printable(name)}")
    for one in cleaning.removed:
        context.say(f"  {_shown(one, t)}")
    data = [one for one in cleaning.removed if one.kind == "PersistentVolumeClaim"]
    if data:
        context.say(
            t.n(
                "With {count} claim goes the data written to its volume.",
                "With {count} claims goes the data written to their volumes.",
                len(data),
            )
        )
    _stays(cleaning.stays, context)
    _foreign(cleaning, context, target)


def _foreign(cleaning: Cleaning, context: Context, target: "Target") -> None:
    """What only looks like the tutor's, and how it is removed by hand."""
    if not cleaning.foreign:
        return
    t, place = context.t, target.context
    context.say(
        t(
            "This is left alone: it has the name or the label of what the tutor makes, but this "
            "installation did not make it, or cannot prove it. Somebody else may need it. What "
            "nobody needs can be removed with:"
        )
    )
    flag = ("--kubeconfig", place.file) if target.offline else ("--context", place.name)
    for one in cleaning.foreign:
        words = ("kubectl", "delete", one.kind.lower(), one.name, *flag)
        context.say(f"  {printable(shlex.join(words))}")


def _stays(stays: Iterable[Leftover], context: Context) -> None:
    t = context.t
    names = [_shown(one, t) for one in stays]
    if names:
        context.say(t("This stays, because its reclaim policy is Retain:"))
        for name in names:
            context.say(f"  {name}")


def _shown(one: Leftover, t: Translator) -> str:
    name = f"{printable(one.kind)} {printable(one.name)}"
    return t("{text} ({note})", text=name, note=printable(one.size)) if one.size else name


def _conclude(cleaning: Cleaning, left: Cleaning, context: Context) -> None:
    t = context.t
    gone = len(cleaning.namespaces) + len(cleaning.removed)
    gone -= len(left.namespaces) + len(left.removed)
    context.say(t.n("{count} object removed.", "{count} objects removed.", max(gone, 0)))
    for one in left.removed:
        context.say(t("Still there: {object}", object=_shown(one, t)))
    for one in cleaning.stays:
        if one.kind == "PersistentVolume":
            context.say(
                t(
                    "'kubectl delete pv {name}' removes the volume {name} and what is on it.",
                    name=printable(one.name),
                )
            )


def _as_json(cleaning: Cleaning, left: Cleaning) -> dict[str, Any]:
    def rows(found: Iterable[Leftover]) -> list[dict[str, Any]]:
        return [
            {"kind": one.kind, "name": one.name, "size": one.size, "data": one.holds_data}
            for one in found
        ]

    return {
        "version": 1,
        "context": cleaning.where.context,
        "namespaces": list(cleaning.namespaces),
        "removed": rows(cleaning.removed),
        "stays": rows(cleaning.stays),
        "foreign": rows(cleaning.foreign),
        "left": rows(left.removed),
    }
