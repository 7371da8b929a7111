"""What happened, and what is waited for, in sentences: on the screen and in lines."""

import enum
from collections.abc import Mapping

from tutor.i18n.text import printable
from tutor.i18n.translator import N_, Translator
from tutor.model.picture import Picture
from tutor.model.timeline import Entry, Waiting, What


class Group(enum.StrEnum):
    """What a timeline can be narrowed to."""

    STORY = "story"
    """All but the Events that only repeat what the objects show themselves."""
    ALL = "all"
    PODS = "pods"
    CLAIMS = "claims"
    NAMES = "names"
    EVENTS = "events"


_GROUPS = {
    Group.STORY: N_("what happened"),
    Group.ALL: N_("everything, Events too"),
    Group.PODS: N_("Pods"),
    Group.CLAIMS: N_("claims and volumes"),
    Group.NAMES: N_("Services and names"),
    Group.EVENTS: N_("Events"),
}
_OF_KIND = {
    "Pod": Group.PODS,
    "PersistentVolumeClaim": Group.CLAIMS,
    "PersistentVolume": Group.CLAIMS,
    "DNS": Group.NAMES,
    "Service": Group.NAMES,
    "EndpointSlice": Group.NAMES,
}

_REPEATS = ("FailedScheduling",)
"""Warnings that an entry of their own tells where they matter: every Pod is without a node once."""

_SENTENCES: Mapping[What, str] = {
    What.CREATED: N_("{subject} is created"),
    What.SCHEDULED: N_("{subject} gets a node"),
    What.STARTED: N_("{subject} runs"),
    What.READY: N_("{subject} is Ready"),
    What.UNREADY: N_("{subject} is no longer Ready"),
    What.AVAILABLE: N_("{subject} is Available"),
    What.FAILED: N_("{subject} has failed"),
    What.SUCCEEDED: N_("{subject} has ended with success"),
    What.TROUBLE: N_("{subject} is stuck"),
    What.RESTARTED: N_("{subject} starts a container again"),
    What.TERMINATING: N_("{subject} is being deleted"),
    What.GONE: N_("{subject} is gone"),
    What.BOUND: N_("{subject} is bound"),
    What.LOST: N_("{subject} has lost its volume"),
    What.RELEASED: N_("{subject} is released by its claim"),
    What.RESIZED: N_("{subject} has another size"),
    What.SCALED: N_("{subject} shall have another number of Pods"),
    What.REVISED: N_("{subject} has a new revision"),
    What.ROLLED: N_("every Pod of {subject} has the new revision"),
    What.ADOPTED: N_("{subject} is adopted"),
    What.ORPHANED: N_("{subject} has no owner any more"),
    What.RESOLVES: N_("{subject} resolves"),
    What.VANISHES: N_("{subject} no longer resolves"),
    What.SAID: N_("{subject}: an Event"),
    What.CHANGED: N_("{subject} changes"),
}
# The same with a detail, where the entry has it: the parameters a sentence needs.
_DETAILED: tuple[tuple[What, tuple[str, ...], str], ...] = (
    (What.SCHEDULED, ("node",), N_("{subject} gets the node {node}")),
    (What.TROUBLE, ("reason",), N_("{subject} is stuck: {reason}")),
    (What.FAILED, ("reason",), N_("{subject} has failed: {reason}")),
    (What.RESTARTED, ("count",), N_("{subject} starts a container again, restart {count}")),
    (What.BOUND, ("volume",), N_("{subject} is bound to the volume {volume}")),
    (What.RESIZED, ("was", "now"), N_("{subject} grows from {was} to {now}")),
    (What.SCALED, ("was", "now"), N_("{subject} shall have {now} Pods instead of {was}")),
    (What.REVISED, ("now",), N_("{subject} has a new revision: {now}")),
    (What.ADOPTED, ("owner",), N_("{subject} is adopted by {owner}")),
    (What.RESOLVES, ("address",), N_("{subject} resolves to {address}")),
    (What.SAID, ("reason", "message"), N_("{subject}: {reason}: {message}")),
    (
        What.SAID,
        ("reason", "message", "count"),
        N_("{subject}: {reason}: {message} ({count} times)"),
    ),
    (What.CHANGED, ("fields",), N_("{subject} changes: {fields}")),
)
_SUBJECTS = {
    "Pod": N_("{name}"),
    "DNS": N_("the name {name}"),
    "PersistentVolumeClaim": N_("claim {name}"),
    "PersistentVolume": N_("volume {name}"),
    "Node": N_("node {name}"),
}

_WAITS = {
    "create": N_("{pod} waits to be created: {why}"),
    "delete": N_("{pod} waits to be deleted: {why}"),
    "wait": N_("{pod} is waited for: {why}"),
}
_STAYS = N_("{pod} stays as it is: {why}")
_STAYING = frozenset({"partition", "on-delete"})
"""Reasons for which the controller never deletes a Pod: it does not wait, it stays."""

_REASONS = {
    "set-deleted": N_("the StatefulSet {because} is being deleted"),
    "terminating": N_("{because} is still being deleted"),
    "finished": N_("{because} has ended and is created again"),
    "pending": N_("{because} does not run yet"),
    "not-ready": N_("{because} is not Ready"),
    "not-available": N_("{because} is Ready, but not yet for minReadySeconds"),
    "not-created": N_("{because} is not there yet"),
    "stale-claim": N_("the claim {because} belongs to a Pod that is gone and goes first"),
    "claim-terminating": N_("the claim {because} is being deleted"),
    "name-taken": N_("another Pod has the name {because}"),
    "unhealthy-below": N_("{because} is not healthy and comes first"),
    "on-delete": N_("with OnDelete, {because} is updated only when you delete it"),
    "partition": N_("its ordinal is below the partition of {because}, so the update leaves it out"),
    "max-unavailable": N_("as many Pods as may be unavailable already are: {because}"),
}

_WAITS_TOLD = 3

_STYLES = {
    What.READY: "good",
    What.AVAILABLE: "good",
    What.BOUND: "good",
    What.RESOLVES: "good",
    What.ROLLED: "good",
    What.UNREADY: "warn",
    What.VANISHES: "warn",
    What.TERMINATING: "warn",
    What.RESTARTED: "warn",
    What.ORPHANED: "warn",
    What.FAILED: "bad",
    What.TROUBLE: "bad",
    What.LOST: "bad",
    What.GONE: "quiet",
    What.SAID: "quiet",
    What.CHANGED: "note",
    What.SCALED: "note",
    What.REVISED: "note",
}
_MARKS = {
    "good": "✓",
    "warn": "!",
    "bad": "✗",
    "quiet": "○",
    "note": "→",
    "": "●",
}


def group_name(group: Group, t: Translator) -> str:
    """What a timeline is narrowed to, in words."""
    return t(_GROUPS[group])


def belongs(entry: Entry, group: Group) -> bool:
    """Whether an entry is shown in a timeline narrowed to a group."""
    if group is Group.ALL:
        return True
    if group is Group.STORY:
        return entry.what is not What.SAID or (
            entry.params.get("type") == "Warning" and not repeats(entry)
        )
    if entry.what is What.SAID:
        return group is Group.EVENTS
    return _OF_KIND.get(entry.kind) is group


def repeats(entry: Entry) -> bool:
    """Whether an Event only says what an entry of its own tells where it matters."""
    return entry.what is What.SAID and entry.params.get("reason") in _REPEATS


def subject(kind: str, name: str, t: Translator) -> str:
    """What something happens to: a Pod by its name alone, as everybody calls it."""
    name = printable(name)
    return t(_SUBJECTS[kind], name=name) if kind in _SUBJECTS else f"{printable(kind)} {name}"


def sentence(entry: Entry, t: Translator) -> str:
    """What happened, in one sentence without its full stop."""
    params = {name: printable(str(value)).strip() for name, value in entry.params.items()}
    given = {name for name, value in params.items() if value}
    if entry.what is What.SAID and params.get("count") == "1":
        given.discard("count")
    template = _SENTENCES[entry.what]
    for what, needed, detailed in _DETAILED:
        if what is entry.what and given.issuperset(needed):
            template = detailed
    if entry.what is What.CHANGED:
        params["fields"] = t(", ").join(f for f in params.get("fields", "").split(",") if f)
    params["subject"] = subject(entry.kind, entry.name, t)
    return t(template, **params)


def waiting(one: Waiting, t: Translator) -> str:
    """What a Pod waits for, and why, in one sentence without its full stop."""
    lead = _STAYS if stays(one) else _WAITS.get(one.step, _WAITS["wait"])
    return t(lead, pod=printable(one.pod), why=because(one, t))


def stays(one: Waiting) -> bool:
    """Whether the Pod stays as it is, for nothing deletes what an update leaves out."""
    return one.reason in _STAYING


def beside(one: Waiting, t: Translator) -> str:
    """The same beside the Pod, which need not be named again."""
    why = because(one, t)
    return t("stays: {why}", why=why) if stays(one) else t("waits: {why}", why=why)


def because(one: Waiting, t: Translator) -> str:
    """Why a Pod is not yet what it should be."""
    reason = _REASONS.get(one.reason)
    if reason is None:
        return printable(f"{one.reason}: {one.because}")
    return t(reason, because=printable(one.because))


def waits(picture: Picture, t: Translator) -> tuple[str, ...]:
    """What is waited for at a moment, and why; who waits for others first, and few of many."""
    every = [place.waits for one in picture.sets for place in one.places if place.waits is not None]
    others = sorted((one for one in every if one.step != "wait"), key=stays)
    return tuple(waiting(one, t) for one in (others or every)[:_WAITS_TOLD])


def style(entry: Entry) -> str:
    """How an entry is set: ``good``, ``warn``, ``bad``, ``note``, ``quiet`` or nothing."""
    if entry.what is What.SAID and entry.params.get("type") == "Warning":
        return "warn"
    return _STYLES.get(entry.what, "")


def mark(entry: Entry) -> str:
    """A mark beside the words, so that nothing depends on colour."""
    return _MARKS[style(entry)]


def moment(seconds: float) -> str:
    """A time since the beginning: ``+0:07.25``, ``+12:30``, ``+1:02:03``."""
    whole, part = divmod(max(round(seconds * 100), 0), 100)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"+{hours}:{minute:02}:{second:02}"
    if minutes >= 10:
        return f"+{minutes}:{second:02}"
    return f"+{minutes}:{second:02}.{part:02}"
