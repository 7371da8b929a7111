"""Pages as Markdown: of a finding, of what one sees in a cluster, of what happened there."""

from collections.abc import Iterator
from itertools import chain

from tutor.i18n.errors import MESSAGES, error_text
from tutor.i18n.pages import SECTIONS, page
from tutor.i18n.text import printable
from tutor.i18n.things import thing
from tutor.i18n.translator import N_, Translator
from tutor.model.applying import Item
from tutor.model.errors import TutorError
from tutor.model.picture import ClaimView, NameView, Picture, Place, PodView, ServiceView, SetView
from tutor.model.timeline import Entry, What
from tutor.ui import cluster_words, happening_words, plan_words, words
from tutor.ui.outside import Decode, Examples
from tutor.ui.told import Told

_HEADS = {
    "What": N_("What it is"),
    "Why": N_("Why it matters"),
    "Fix": N_("What to do"),
    "Versions": N_("Kubernetes versions"),
}
# What an entry is about, besides its own kind.
_THINGS = {
    What.SCALED: "scaling",
    What.REVISED: "revisions",
    What.ROLLED: "revisions",
    What.TERMINATING: "deleting",
    What.GONE: "deleting",
    What.ADOPTED: "owner",
    What.ORPHANED: "owner",
    What.RESTARTED: "restarts",
    What.SCHEDULED: "node",
    What.SAID: "event",
    What.CHANGED: "changed",
}
_KINDS = {
    "Pod": "pod",
    "StatefulSet": "set",
    "PersistentVolumeClaim": "claim",
    "PersistentVolume": "claim",
    "Service": "service",
    "DNS": "name",
    "Node": "node",
}
_CLAIM_KINDS = ("PersistentVolumeClaim", "PersistentVolume")
_CLAIM_GONE = (What.TERMINATING, What.GONE)


def page_of(told: Told, examples: Examples, t: Translator) -> str:
    """The page of a finding: what was found first, then what its code means."""
    finding = told.finding
    where = [words.severity(finding.severity, t), words.lines_of(finding, t)]
    where += [f"`{finding.path}`"] * bool(finding.path)
    out = [f"## {told.title}", t(", ").join(where), told.message]
    out += sections(finding.code, t)
    pair = examples(finding.code)
    if pair is not None:
        wrong, right = (text.strip("\n") for text in pair)
        out.append(f"### {t('Like this it is wrong')}\n\n```yaml\n{wrong}\n```")
        out.append(f"### {t('Like this it is right')}\n\n```yaml\n{right}\n```")
    return "\n\n".join(out)


def sections(code: str, t: Translator) -> list[str]:
    """What the page of a code says, section by section; nothing where there is none."""
    try:
        said = page(code, t.language).sections
    except KeyError:  # a page that is missing must not stop a learner
        return []
    return [f"### {t(_HEADS[name])}\n\n{said[name]}" for name in SECTIONS if name in said]


def _decoded(code: str | None, t: Translator) -> list[str]:
    """The page of a message Kubernetes prints, under its title."""
    told = sections(code, t) if code else []
    return [f"## {page(code, t.language).title}", *told] if code and told else []


def _thing(name: str, t: Translator) -> str:
    title, body = thing(name, t.language)
    return f"## {title}\n\n{body}"


# What happened


def of_entry(entry: Entry, decode: Decode, t: Translator) -> tuple[str, str]:
    """What an entry says, what a message in it means, and what it is about."""
    params = {name: str(value) for name, value in entry.params.items()}
    out = [_quoted(happening_words.sentence(entry, t))]
    if entry.what is What.TROUBLE and params.get("message"):
        out.append(_quoted(params["message"]))
    text = " ".join(params[name] for name in ("reason", "message") if name in params)
    if entry.what in (What.SAID, What.TROUBLE, What.FAILED, What.LOST):
        out += _decoded(decode(text), t)
    about = _THINGS.get(entry.what, "")
    if entry.kind in _CLAIM_KINDS and entry.what in _CLAIM_GONE:
        about = "claim"
    names = dict.fromkeys(name for name in (about, _KINDS.get(entry.kind, "")) if name)
    out += [_thing(name, t) for name in names]
    return happening_words.subject(entry.kind, entry.name, t), "\n\n".join(out)


# What one sees


def of_cell(key: str, picture: Picture, decode: Decode, t: Translator) -> tuple[str, str] | None:
    """What stands under the cursor of the cluster view; None where it is gone by now.

    Args:
        key: As :class:`tutor.ui.widgets.clusterview.ClusterView` says it.
        picture: The moment.
        decode: Finds the code of a message.
        t: The language.
    """
    what, _, name = key.partition("/")
    match what:
        case "set" | "policy" | "strategy" | "revisions":
            return next((_of_set(what, one, t) for one in picture.sets if one.name == name), None)
        case "service":
            return next((_of_service(s, t) for s in _services(picture) if s.service == name), None)
        case "pod" | "revision" | "node" | "restarts":
            found = next(((pod, place) for pod, place in _pods(picture) if pod.name == name), None)
            return _of_pod(what, *found, decode, t) if found else None
        case "place" | "waits":
            place = next((one for one in _places(picture) if one.pod_name == name), None)
            return _of_place(what, place, t) if place else None
        case "claim":
            return next((_of_claim(c, p, t) for c, p in _claims(picture) if c.name == name), None)
        case "name":
            return next((_of_name(one, t) for one in _names(picture) if one.name == name), None)
        case "event" if name.isdecimal() and int(name) < len(picture.events):
            return of_entry(picture.events[int(name)], decode, t)
    return None


def _of_set(what: str, one: SetView, t: Translator) -> tuple[str, str]:
    now = {
        "set": cluster_words.set_head(one, t),
        "policy": printable(one.policy),
        "strategy": cluster_words.strategy(one, t),
        "revisions": cluster_words.revisions(one, t),
    }[what]
    pages = [_thing(what, t)]
    if what == "set":
        pages += [_thing(name, t) for name in ("policy", "strategy")]
    return _titled(f"StatefulSet {one.name}", [now], pages)


def _of_service(one: ServiceView, t: Translator) -> tuple[str, str]:
    now = [cluster_words.service(one, t)]
    pages = [_thing("service", t)]
    if not one.exists:
        pages = [*_decoded("STS101", t), *pages]
    elif not one.headless:
        pages = [*_decoded("STS102", t), *pages]
    return _titled(f"Service {one.service}", now, pages)


def _of_pod(
    what: str, pod: PodView, place: Place | None, decode: Decode, t: Translator
) -> tuple[str, str]:
    now = [printable(pod.status), cluster_words.readiness(pod, t)]
    if pod.revision:
        now.append(t("revision {revision}", revision=printable(pod.revision)))
    now += [t("node {name}", name=printable(pod.node))] * bool(pod.node)
    now += [t("address {address}", address=printable(pod.ip))] * bool(pod.ip)
    now.append(cluster_words.restarts(pod, t))
    pages = [] if pod.ready else _decoded(decode(pod.status), t)
    if pod.terminating:
        pages.append(_thing("deleting", t))
    waits = place.waits if place is not None else None
    if waits is not None:
        now.append(happening_words.waiting(waits, t))
        pages.append(_thing("waits", t))
    pages.append(_thing({"revision": "revisions"}.get(what, what), t))
    return _titled(pod.name, now, pages)


def _of_place(what: str, place: Place, t: Translator) -> tuple[str, str]:
    waits = place.waits
    now = happening_words.waiting(waits, t) if waits else cluster_words.empty_place(place, t)
    pages = [_thing("waits", t)] if waits is not None else []
    if what == "place":
        pages.append(_thing("place" if place.wanted else "surplus", t))
    return _titled(place.pod_name, [now], pages)


def _of_claim(one: ClaimView, place: Place | None, t: Translator) -> tuple[str, str]:
    leftover = place is not None and place.pod is None
    now = [cluster_words.claim(one, t, leftover=leftover)]
    if one.storage_class:
        now.append(t("class {name}", name=printable(one.storage_class)))
    pages = [_thing("leftover", t)] if leftover else []
    pages += _decoded("STS301", t) if not one.mounted and not leftover else []
    return _titled(t("claim {name}", name=one.name), now, [*pages, _thing("claim", t)])


def _of_name(one: NameView, t: Translator) -> tuple[str, str]:
    return _titled(one.name, [cluster_words.name(one, t)], [_thing("name", t)])


def _titled(title: str, now: list[str], pages: list[str]) -> tuple[str, str]:
    lines = "\n".join(f"- {_quoted(line)}" for line in now if line)
    return printable(title), "\n\n".join([lines, *pages])


def _quoted(text: str) -> str:
    """Text of a cluster's, never read as Markdown."""
    return f"`{' '.join(printable(text).replace('`', chr(39)).split())}`"


# A plan


def of_item(item: Item, t: Translator) -> tuple[str, str]:
    """What becomes of one object of a plan, and what the reason means."""
    told = plan_words.tell(item, t)
    out = ["\n".join(f"- {_quoted(line)}" for line in (told.head, *told.details))]
    if item.code in MESSAGES:
        out.append(error_text(TutorError(item.code, **item.params), t))
    else:
        out += _decoded(item.code, t)
    return f"{printable(item.kind)} {printable(item.name)}", "\n\n".join(out)


# The parts of a picture


def _places(picture: Picture) -> Iterator[Place]:
    return chain.from_iterable(set_.places for set_ in picture.sets)


def _pods(picture: Picture) -> Iterator[tuple[PodView, Place | None]]:
    yield from ((place.pod, place) for place in _places(picture) if place.pod is not None)
    yield from ((pod, None) for pod in picture.pods)


def _claims(picture: Picture) -> Iterator[tuple[ClaimView, Place | None]]:
    yield from ((claim, place) for place in _places(picture) for claim in place.claims)
    yield from ((claim, None) for claim in picture.claims)


def _services(picture: Picture) -> Iterator[ServiceView]:
    yield from (one.service for one in picture.sets if one.service is not None)
    yield from picture.services


def _names(picture: Picture) -> Iterator[NameView]:
    yield from (place.name for place in _places(picture) if place.name is not None)
    yield from (service.name for service in _services(picture))
