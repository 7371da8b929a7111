"""STS204, 213–220, 224, 227: single fields of the spec whose value the server or the set minds."""

from collections.abc import Iterator

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Path, Severity
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import TEMPLATE, Objects
from tutor.rules.shapes import dig, integer, string
from tutor.rules.values import meant, shown, unfilled

MOST_PODS = 150_000
"""Pods of the largest cluster that Kubernetes is made for.

Source: website, setup/best-practices/cluster-large.
"""
POLICIES = ("OrderedReady", "Parallel")
STRATEGIES = ("RollingUpdate", "OnDelete")
_INT32 = 1 << 31
_POLICY_WORDS = {
    "ordered": "OrderedReady",
    "sequential": "OrderedReady",
    "serial": "OrderedReady",
    "orderready": "OrderedReady",
    "concurrent": "Parallel",
    "burst": "Parallel",
}


@rule(
    "STS204",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec: "
    "must be 'OrderedReady' or 'Parallel'",
    variants=("", "unknown", "strategy"),
)
def pod_management_policy(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """``podManagementPolicy`` has two values."""
    path = ("spec", "podManagementPolicy")
    for document in objects.statefulsets:
        found = string(dig(document.data, *path))
        if found and found not in POLICIES and not unfilled(found):
            needed = meant(found, POLICIES, _POLICY_WORDS)
            elsewhere = "strategy" if found in STRATEGIES else "unknown"
            yield rule.finding(
                document,
                path,
                variant="" if needed else elsewhere,
                found=shown(found),
                needed=needed or POLICIES,
            )


def _negative(rule: Rule, document: Document, path: Path) -> Iterator[Finding]:
    value = integer(dig(document.data, *path))
    if value is not None and value < 0:
        yield rule.finding(document, path, found=value, needed=-value)


@rule(
    "STS213",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec: spec.replicas",
)
def replicas_not_negative(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """``replicas`` is 0 or more."""
    for document in objects.statefulsets:
        yield from _negative(rule, document, ("spec", "replicas"))


@rule(
    "STS227",
    Severity.WARNING,
    source="website: setup/best-practices/cluster-large (no more than 150,000 total Pods); "
    "pkg/controller/statefulset/stateful_set_control.go (slow start batches)",
)
def replicas_fit_into_a_cluster(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A set asks for no more Pods than a cluster may have."""
    for document in objects.statefulsets:
        found = integer(dig(document.data, "spec", "replicas"))
        if found is not None and MOST_PODS < found < _INT32:
            yield rule.finding(document, ("spec", "replicas"), found=found, most=MOST_PODS)


@rule(
    "STS215",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec: "
    "restartPolicy Unsupported value, supported values: Always",
)
def restart_policy(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Pods of a set are always restarted."""
    path = (*TEMPLATE, "spec", "restartPolicy")
    for document in objects.statefulsets:
        found = string(dig(document.data, *path))
        if found and found != "Always" and not unfilled(found):
            yield rule.finding(document, path, found=shown(found), needed="Always")


@rule(
    "STS216",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec: "
    "activeDeadlineSeconds in StatefulSet is not Supported",
)
def active_deadline(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Pods of a set have no deadline."""
    path = (*TEMPLATE, "spec", "activeDeadlineSeconds")
    for document in objects.statefulsets:
        found = integer(dig(document.data, *path))
        if found is not None:
            yield rule.finding(document, path, key=True, found=found)


@rule(
    "STS218",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec: spec.ordinals.start; "
    "KEP sig-apps/3335",
    since="1.26",
)
def start_ordinal_not_negative(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Ordinals begin at 0 or above."""
    for document in objects.statefulsets:
        yield from _negative(rule, document, ("spec", "ordinals", "start"))


@rule(
    "STS220",
    Severity.WARNING,
    source="pkg/controller/statefulset/stateful_set_control.go truncateHistory; "
    "pkg/registry/apps/statefulset/strategy.go (warning on a negative limit)",
    variants=("", "negative"),
)
def revision_history(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Some revisions are kept to go back to, and not all of them."""
    path = ("spec", "revisionHistoryLimit")
    for document in objects.statefulsets:
        found = integer(dig(document.data, *path))
        if found is not None and found <= 0:
            yield rule.finding(
                document,
                path,
                severity=None if found else Severity.ADVICE,  # those who go back with Git need none
                variant="negative" if found else "",
                found=found,
            )


@rule(
    "STS224",
    Severity.WARNING,
    source="pkg/api/pod/warnings.go (negative grace period); "
    "website: force-delete-stateful-set-pod",
    mistakes=("M49",),
    variants=("", "negative"),
)
def grace_period(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Pods that keep data get time to write it."""
    path = (*TEMPLATE, "spec", "terminationGracePeriodSeconds")
    for document in objects.statefulsets:
        found = integer(dig(document.data, *path))
        if found is not None and found <= 0:
            yield rule.finding(document, path, variant="negative" if found else "", found=found)
