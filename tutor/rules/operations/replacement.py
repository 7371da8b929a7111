"""What a change does to Pods and data although the API server accepts it."""

from collections.abc import Iterator

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Severity
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import Objects, containers, namespace, replicas
from tutor.rules.operations.changes import claim_names, claims_of_pods
from tutor.rules.operations.comparison import by_name, pairs
from tutor.rules.operations.upkeep import quorum_software
from tutor.rules.shapes import string
from tutor.rules.values import shown

_CLAIM_NAME = "pkg/controller/statefulset/stateful_set_utils.go getPersistentVolumeClaimName"
_SHOWN_PODS = 3


@rule(
    "STS404",
    Severity.WARNING,
    source=_CLAIM_NAME,
    mistakes=("M44",),
    compares=True,
)
def renamed_set_finds_empty_volumes(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A set got another name, so its Pods get new claims."""
    if objects.previous is None:
        return
    before, now = by_name(objects.previous.statefulsets), by_name(objects.statefulsets)
    gone = {_likeness(old): old for key, old in before.items() if key not in now}
    for key, new in now.items():
        old = gone.get(_likeness(new)) if key not in before else None
        claims = claim_names(new)
        if old is None or not claims:
            continue
        yield this.finding(
            new,
            "metadata.name",
            found=shown(new.name),
            needed=shown(old.name),
            claim=shown(f"{claims[0]}-{new.name}-0"),
            kept=shown(f"{claims[0]}-{old.name}-0"),
        )


def _likeness(statefulset: Document) -> tuple[object, ...]:
    """What a renamed set keeps: namespace, claim templates, names of its containers."""
    names = tuple(string(container.get("name")) for _, container in containers(statefulset))
    return namespace(statefulset), claim_names(statefulset), names


@rule(
    "STS405",
    Severity.WARNING,
    source="pkg/controller/statefulset/stateful_set_control.go (Pods outside "
    "[start, start+replicas) are condemned); KEP sig-apps/3335",
    since="1.26",
    compares=True,
)
def moved_ordinals_delete_pods(this: Rule, objects: Objects) -> Iterator[Finding]:
    """``ordinals.start`` moved, so Pods that run now fall out of the range and are deleted."""
    for old, new in pairs(objects, "StatefulSet", "apps/v1"):
        assert objects.previous is not None  # noqa: S101  (pairs has asked)
        before, now = objects.previous.ordinals(old), objects.ordinals(new)
        if before is None or now is None or before.start == now.start:
            continue
        lost = [*range(before.start, min(before.stop, now.start))]
        lost += [*range(max(before.start, now.stop), before.stop)][: _SHOWN_PODS + 1]
        if not lost:
            continue
        yield this.finding(
            new,
            "spec.ordinals.start",
            found=now.start,
            needed=before.start,
            set=new.name,
            lost=tuple(f"{new.name}-{ordinal}" for ordinal in lost[:_SHOWN_PODS]),
            first=f"{new.name}-{now.start}",
        )


@rule(
    "STS411",
    Severity.WARNING,
    source="rabbitmq/cluster-operator#223; etcd runtime reconfiguration guide (remove the member "
    "before its machine)",
    mistakes=("M48", "M28"),
    compares=True,
)
def members_leave_before_their_pods(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A set of software that votes is scaled down: its members must leave first."""
    for old, new in pairs(objects, "StatefulSet", "apps/v1"):
        before, now = replicas(old), replicas(new)
        software = quorum_software(new)
        if not software or before is None or now is None or not 0 < now < before:
            continue
        assert objects.previous is not None  # noqa: S101  (pairs has asked)
        ordinals = objects.previous.ordinals(old)
        if ordinals is None:
            continue
        leaving = ordinals[now : now + _SHOWN_PODS]
        yield this.finding(
            new,
            "spec.replicas",
            found=now,
            needed=before,
            software=software,
            leaving=tuple(f"{new.name}-{ordinal}" for ordinal in reversed(leaving)),
        )


@rule(
    "STS416",
    Severity.WARNING,
    source=_CLAIM_NAME + "; uptime-kuma-helm#227",
    mistakes=("M55",),
    variants=("", "back"),
    compares=True,
)
def kinds_do_not_share_claims(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A Deployment became a StatefulSet of its name, or the reverse: the claim stays behind."""
    if objects.previous is None:
        return
    old_deployments = by_name(objects.previous.of("Deployment", "apps/v1"))
    new_deployments = by_name(objects.of("Deployment", "apps/v1"))
    old_sets, new_sets = by_name(objects.previous.statefulsets), by_name(objects.statefulsets)
    for key, new in new_sets.items():
        old = old_deployments.get(key) if key not in old_sets else None
        names = claim_names(new)
        if old is None or not names:
            continue
        for kept in claims_of_pods(old):
            if kept not in claims_of_pods(new):
                yield this.finding(
                    new,
                    "kind",
                    found=shown(f"{names[0]}-{new.name}-0"),
                    needed=shown(kept),
                    name=shown(new.name),
                )
                break
    for key, new in new_deployments.items():
        old = old_sets.get(key) if key not in old_deployments and key not in new_sets else None
        names = claim_names(old) if old is not None else ()
        if not names:
            continue
        kept = f"{names[0]}-{new.name}-0"
        used = claims_of_pods(new)
        if kept not in used:
            yield this.finding(
                new,
                "kind",
                variant="back",
                found=tuple(map(shown, used[:3])) or "–",
                needed=shown(kept),
                name=shown(new.name),
            )
