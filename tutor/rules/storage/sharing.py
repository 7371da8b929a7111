"""STS314, 319, 320: claims and nodes that more than one Pod must share."""

from collections.abc import Iterator, Mapping
from math import ceil

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Finding, Severity
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import TEMPLATE, Objects, namespace, pod_spec, replicas
from tutor.rules.shapes import at, dig, integer, sequence, string
from tutor.rules.storage.views import Claim, Views, claim_volumes
from tutor.rules.values import shown

_SHARED = frozenset({"ReadWriteMany", "ReadOnlyMany"})
_HOSTNAME = "kubernetes.io/hostname"


def _one_node_mode(claim: Claim) -> str:
    """The mode of a claim that one node at most can use; empty if more can, or it is not said."""
    modes = claim.modes
    return "" if not modes or _SHARED.intersection(modes) else modes[0]


@rule(
    "STS314",
    Severity.WARNING,
    source="website: concepts/workloads/controllers/statefulset (a claim per Pod comes from "
    "volumeClaimTemplates)",
    mistakes=("M31",),
    variants=("", "unseen", "many"),
)
def replicas_share_no_claim(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Each Pod of a set has a volume of its own."""
    views = objects.once(Views)
    known = views.by_name
    for document in objects.statefulsets:
        count = replicas(document)
        if count is None or count < 2:
            continue
        own = {claim.name for claim in views.templates(document)}
        writers = {use.name for use in views.uses(document) if use.body.get("readOnly") is not True}
        for path, volume, name, read_only in claim_volumes(document):
            if volume in own:
                continue  # the claim template replaces it: STS303
            claim = known.get((namespace(document), name))
            mode = _one_node_mode(claim) if claim is not None else ""
            written = not read_only and volume in writers
            if not mode and (own or not written):
                continue  # shared files beside data of their own, or files nobody writes
            yield rule.finding(
                document,
                path,
                severity=None if mode or claim is None else Severity.ADVICE,
                variant="" if mode else "unseen" if claim is None else "many",
                found=shown(name),
                needed="volumeClaimTemplates",
                mode=shown(mode),
                replicas=count,
            )


@rule(
    "STS319",
    Severity.WARNING,
    source="pkg/controller/deployment/rolling.go (the new Pod comes first); "
    "pkg/controller/volume/attachdetach (Multi-Attach error)",
    mistakes=("M32",),
    variants=("", "replicas"),
)
def deployment_can_roll(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A Deployment does not wait for a volume its old Pod holds."""
    deployments = [w for w in objects.workloads if w.kind == "Deployment"]
    known = objects.once(Views).by_name if deployments else {}
    for document in deployments if known else ():
        count = replicas(document)
        if not count or count < 0:
            continue
        stuck = _starts_before_it_stops(document, count)
        if count == 1 and not stuck:
            continue
        for path, _, name, _ in claim_volumes(document):
            claim = known.get((namespace(document), name))
            mode = _one_node_mode(claim) if claim is not None else ""
            if claim is None or not mode:
                continue
            if mode != "ReadWriteOncePod" and _on_one_node(pod_spec(document)):
                continue
            yield rule.finding(
                document,
                path,
                variant="replicas" if count > 1 else "",
                found=shown(name),
                needed="Recreate",
                mode=shown(mode),
                replicas=count,
                at=at(claim.document, ("spec", "accessModes"), document),
            )


def _starts_before_it_stops(deployment: Document, count: int) -> bool:
    """Whether a rolling update keeps every old Pod until a new one is ready."""
    strategy = dig(deployment.data, "spec", "strategy")
    if string(dig(strategy, "type")) not in ("", "RollingUpdate"):
        return False
    surge = _resolved(dig(strategy, "rollingUpdate", "maxSurge"), count, up=True)
    unavailable = _resolved(dig(strategy, "rollingUpdate", "maxUnavailable"), count, up=False)
    return surge > 0 and unavailable == 0


def _resolved(value: Data, count: int, *, up: bool) -> int:
    """A number of Pods; the default and what cannot be read are 25%."""
    number = integer(value)
    if number is not None:
        return number
    digits = string(value).removesuffix("%")
    percent = int(digits) if digits.isdecimal() and len(digits) < 4 else 25
    share = count * percent / 100
    return ceil(share) if up else int(share)


def _on_one_node(pod: Mapping[str, Data]) -> bool:
    return bool(pod.get("nodeName")) or bool(dig(pod.get("nodeSelector"), _HOSTNAME))


@rule(
    "STS320",
    Severity.WARNING,
    source="website: concepts/storage/storage-classes#volume-binding-mode (nodeName bypasses the "
    "scheduler)",
    mistakes=("M37",),
)
def scheduler_places_the_pods(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Pods with claims go through the scheduler, which also places the volumes."""
    for document in objects.statefulsets:
        found = string(pod_spec(document).get("nodeName"))
        if found and sequence(dig(document.data, "spec", "volumeClaimTemplates")):
            yield rule.finding(
                document,
                (*TEMPLATE, "spec", "nodeName"),
                found=shown(found),
                needed="nodeSelector",
            )
