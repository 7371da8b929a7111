"""A picture of a namespace in words: what the cluster view and the line mode both say."""

from tutor.i18n.text import printable
from tutor.i18n.translator import N_, Translator
from tutor.model.applying import ClusterKind, Evidence, Offer, Where
from tutor.model.picture import ClaimView, NameView, Picture, Place, PodView, ServiceView, SetView
from tutor.ui import happening_words
from tutor.ui.happening_words import Group

GOOD, WARN, BAD, NOTE, QUIET = "good", "warn", "bad", "note", "quiet"
MARKS = {GOOD: "●", NOTE: "○", WARN: "!", BAD: "✗", QUIET: "-"}
"""Beside every word, so that nothing depends on colour."""

_CALM = {"Pending", "ContainerCreating", "Running", "Succeeded", "Completed", "PodInitializing"}
_NEWEST = 5
"""Events that are told with a picture."""

_KINDS = {
    ClusterKind.OFFLINE: N_("the offline cluster"),
    ClusterKind.KIND: "kind",
    ClusterKind.MINIKUBE: "minikube",
    ClusterKind.K3D: "k3d",
    ClusterKind.K3S: "k3s",
    ClusterKind.DOCKER_DESKTOP: "Docker Desktop",
    ClusterKind.RANCHER_DESKTOP: "Rancher Desktop",
    ClusterKind.COLIMA: "Colima",
    ClusterKind.ORBSTACK: "OrbStack",
    ClusterKind.MICROK8S: "MicroK8s",
    ClusterKind.LOOPBACK: N_("something at an address of this machine"),
    ClusterKind.OTHER: N_("a cluster elsewhere"),
}


def kind_of_cluster(kind: ClusterKind, t: Translator) -> str:
    """What a context leads to."""
    return t(_KINDS[kind])


def where(place: Where, t: Translator, *, short: bool = False) -> str:
    """Which cluster one is on: never left out, so that nobody has to guess."""
    version = printable(place.version)
    if place.offline:
        said = t("Offline cluster")
    else:
        said = t(
            "Context {context} ({kind})",
            context=printable(place.context),
            kind=kind_of_cluster(place.kind, t),
        )
    if short:
        return said
    namespace = t("namespace {namespace}", namespace=printable(place.namespace))
    return t(", ").join(part for part in (said, version, namespace) if part)


def offered(one: Offer, t: Translator) -> str:
    """What a cluster is that may be chosen, and why it is thought to be of this machine."""
    kind = kind_of_cluster(one.kind, t)
    if not one.local:
        return t("not taken for one of this machine; its name has to be typed")
    match one.evidence:
        case Evidence.NAMES:
            return t("{kind}, by its names and its address", kind=kind)
        case Evidence.MARK:
            return t("{kind}, by its mark and its address", kind=kind)
    return kind


def why_local(place: Where, t: Translator) -> str:
    """Why a cluster is thought to be of this machine; empty for the tutor's own and a typed one."""
    server, kind = printable(place.server), kind_of_cluster(place.kind, t)
    match place.evidence:
        case Evidence.NAMES:
            return t(
                "Taken for local: its cluster and user are named as {kind} names them, and {kind} "
                "uses such an address ({server}).",
                kind=kind,
                server=server,
            )
        case Evidence.MARK:
            return t(
                "Taken for local: minikube has written its mark beside the cluster, and minikube "
                "uses such an address ({server}).",
                server=server,
            )
    return ""


# A StatefulSet


def set_head(set_: SetView, t: Translator) -> str:
    """How many Pods it wants and has."""
    said = t("{ready} of {wanted} Ready", ready=set_.ready, wanted=set_.replicas)
    return t("{text} ({note})", text=said, note=t("being deleted")) if set_.terminating else said


def set_style(set_: SetView) -> str:
    """How its head is set."""
    if set_.terminating:
        return WARN
    return GOOD if set_.ready >= set_.replicas else NOTE


def strategy(set_: SetView, t: Translator) -> str:
    """How it replaces its Pods."""
    name = printable(set_.strategy)
    if set_.partition is None:
        return name
    return t("{strategy}, partition {partition}", strategy=name, partition=set_.partition)


def revisions(set_: SetView, t: Translator) -> str:
    """Its revisions: one, or the old and the new one."""
    if not set_.update:
        return ""
    if set_.current == set_.update or not set_.current:
        return t("revision {revision}", revision=printable(set_.update))
    return t("revision {old} → {new}", old=printable(set_.current), new=printable(set_.update))


# A Pod


def pod_style(pod: PodView) -> str:
    """How a Pod is set."""
    if pod.terminating:
        return WARN
    if pod.status not in _CALM and not pod.status.startswith("Init:"):
        return BAD
    return GOOD if pod.ready else NOTE


def readiness(pod: PodView, t: Translator) -> str:
    """Whether it is Ready; of one that has ended there is nothing to say."""
    if pod.ready:
        return "Ready"
    return "" if pod.status in ("Completed", "Succeeded", "Failed") else t("not Ready")


def revision(pod: PodView, set_: SetView | None, t: Translator) -> str:
    """Its revision; told apart in words while a set has two."""
    if not pod.revision:
        return ""
    name = printable(pod.revision)
    if set_ is None or (pod.current and set_.current == set_.update):
        return name
    return t("new {revision}", revision=name) if pod.current else t("old {revision}", revision=name)


def restarts(pod: PodView, t: Translator) -> str:
    """How often its containers were started again; nothing where they never were."""
    if not pod.restarts:
        return ""
    return t.n("{count} restart", "{count} restarts", pod.restarts)


def empty_place(place: Place, t: Translator) -> str:
    """Why nothing stands at a place."""
    if place.waits is not None:
        return happening_words.beside(place.waits, t)
    return t("not there yet") if place.wanted else t("no Pod; only what it left behind")


# A claim, a name, a Service


def claim_style(claim: ClaimView) -> str:
    """How a claim is set."""
    if claim.phase == "Lost":
        return BAD
    if claim.phase == "Terminating":
        return WARN
    return GOOD if claim.phase == "Bound" else NOTE


def claim(one: ClaimView, t: Translator, *, leftover: bool = False, short: bool = False) -> str:
    """Phase, size and volume; whether anybody mounts it."""
    volume = printable(one.volume)
    if short and len(volume) > 12:
        volume = f"{volume[:11]}…"
    parts = [printable(one.phase), printable(one.size), volume]
    if leftover:
        parts.insert(0, t("kept, no Pod"))
    elif not one.mounted:
        parts.append(t("nobody mounts it"))
    return " ".join(part for part in parts if part)


def name(one: NameView, t: Translator) -> str:
    """Whether a name resolves now, and to what."""
    if not one.resolves:
        return t("does not resolve")
    addresses = [printable(address) for address in one.addresses]
    shown = t(", ").join(addresses[:3]) + ("…" if len(addresses) > 3 else "")
    return f"→ {shown}"


def service_style(service: ServiceView) -> str:
    """How a Service is set."""
    if not service.exists:
        return BAD
    return GOOD if service.headless else NOTE


def service(one: ServiceView, t: Translator) -> str:
    """What kind of Service it is."""
    if not one.exists:
        return t("missing")
    return t("headless") if one.headless else t("has a cluster IP")


# In lines


def table(picture: Picture, t: Translator) -> list[str]:
    """A whole picture, line by line, for those who listen to it."""
    out: list[str] = []
    for set_ in picture.sets:
        parts = [
            set_head(set_, t),
            printable(set_.policy),
            strategy(set_, t),
            revisions(set_, t),
        ]
        out.append(_labelled(f"StatefulSet {printable(set_.name)}", parts, t))
        if set_.service is not None:
            out.append("  " + _service_line(set_.service, t))
        for place in set_.places:
            out += [f"  {line}" for line in _place_lines(place, set_, t)]
        if set_.more:
            out.append(f"  {more_places(set_, t)}")
    out += [_pod_line(pod, None, t) for pod in picture.pods]
    out += [_claim_line(one, t, leftover=False) for one in picture.claims]
    out += [_service_line(one, t) for one in picture.services]
    told = [one for one in picture.events if happening_words.belongs(one, Group.STORY)]
    out += [happening_words.sentence(entry, t) for entry in told[-_NEWEST:]]
    return out or [t("Nothing is here yet.")]


def more_places(set_: SetView, t: Translator) -> str:
    """That a set wants more Pods than are shown."""
    return t.n("… and 1 Pod more, not created", "… and {count} Pods more, not created", set_.more)


def _place_lines(place: Place, set_: SetView, t: Translator) -> list[str]:
    if place.pod is not None:
        out = [_pod_line(place.pod, set_, t)]
        if place.waits is not None:
            out.append("  " + happening_words.waiting(place.waits, t))
    else:
        out = [_labelled(printable(place.pod_name), [empty_place(place, t)], t)]
    out += [f"  {_claim_line(one, t, leftover=place.pod is None)}" for one in place.claims]
    if place.name is not None:
        out.append("  " + _labelled(printable(place.name.name), [name(place.name, t)], t))
    return out


def _pod_line(pod: PodView, set_: SetView | None, t: Translator) -> str:
    parts = [
        printable(pod.status),
        readiness(pod, t),
        t("revision {revision}", revision=revision(pod, set_, t)) if pod.revision else "",
        t("node {name}", name=printable(pod.node)) if pod.node else t("no node yet"),
        restarts(pod, t),
    ]
    return _labelled(printable(pod.name), parts, t)


def _claim_line(one: ClaimView, t: Translator, *, leftover: bool) -> str:
    label = t("claim {name}", name=printable(one.name))
    return _labelled(label, [claim(one, t, leftover=leftover)], t)


def _service_line(one: ServiceView, t: Translator) -> str:
    parts = [service(one, t), name(one.name, t) if one.exists else ""]
    return _labelled(f"Service {printable(one.service)}", parts, t)


def _labelled(label: str, parts: list[str], t: Translator) -> str:
    said = t(", ").join(part for part in parts if part)
    return t("{label}: {text}", label=label, text=said)
