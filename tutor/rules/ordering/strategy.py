"""STS205–210, 219, 221: how a changed template reaches the Pods."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Finding, Path, Severity
from tutor.model.kubernetes import MAX_UNAVAILABLE, OFF, RECREATE, plain
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import Objects, is_made_by_an_operator, replicas
from tutor.rules.ordering.fields import POLICIES, STRATEGIES
from tutor.rules.shapes import dig, integer, string
from tutor.rules.values import meant, shown, unfilled

_STRATEGY_WORDS = {"rolling": "RollingUpdate", "manual": "OnDelete", "ondeletion": "OnDelete"}
_STRATEGY: Path = ("spec", "updateStrategy")
_TYPE: Path = (*_STRATEGY, "type")
_ROLLING: Path = (*_STRATEGY, "rollingUpdate")
_PARTITION: Path = (*_ROLLING, "partition")
_MAX_UNAVAILABLE: Path = (*_ROLLING, "maxUnavailable")
_PERCENT = re.compile(r"([0-9]{1,9})%\Z")


def on_delete(document: Document) -> bool:
    """Whether Pods are replaced only when someone deletes them."""
    return string(dig(document.data, *_TYPE)) == "OnDelete"


@rule(
    "STS205",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec: "
    "must be 'RollingUpdate' or 'OnDelete'; KEP sig-apps/3541 for Recreate",
    variants=("", "unknown", "recreate", "gated", "policy"),
)
def strategy_type(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """``updateStrategy.type`` has two values."""
    for document in objects.statefulsets:
        found = string(dig(document.data, *_TYPE))
        if not found or found in STRATEGIES or unfilled(found):
            continue
        needed = meant(found, STRATEGIES, _STRATEGY_WORDS)
        if found.lower() == "recreate":
            gated = RECREATE.state(objects.version) == "gated"
            needed, variant = "", "gated" if gated else "recreate"
        elif found in POLICIES:
            needed, variant = "", "policy"
        else:
            variant = "" if needed else "unknown"
        yield rule.finding(
            document, _TYPE, variant=variant, found=shown(found), needed=needed or STRATEGIES
        )


@rule(
    "STS206",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec: "
    "only allowed for updateStrategy 'RollingUpdate'",
)
def no_rolling_block_with_on_delete(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """``rollingUpdate`` belongs to the type RollingUpdate."""
    for document in objects.statefulsets:
        if on_delete(document) and isinstance(dig(document.data, *_ROLLING), dict):
            yield rule.finding(document, _ROLLING, key=True)


class _Rollout(NamedTuple):
    """Numbers of a rolling update that are all written down and valid."""

    partition: int
    replicas: int
    start: int


def _rollout(objects: Objects, document: Document) -> _Rollout | None:
    partition = integer(dig(document.data, *_PARTITION))
    ordinals = objects.ordinals(document)
    if partition is None or partition < 0 or ordinals is None or on_delete(document):
        return None
    return _Rollout(partition, len(ordinals), ordinals.start)


@rule(
    "STS207",
    Severity.WARNING,
    source="pkg/controller/statefulset/stateful_set_control.go updateStatefulSet (the loop over "
    "replicas ends at the partition)",
    mistakes=("M18",),
    variants=("", "single", "start"),
)
def partition_lets_something_update(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """The partition leaves at least one Pod to update."""
    for document in objects.statefulsets:
        rollout = _rollout(objects, document)
        if rollout is None or not 0 < rollout.replicas <= rollout.partition:
            continue
        variant = "single" if rollout.replicas == 1 else "start" if rollout.start else ""
        yield rule.finding(
            document,
            _PARTITION,
            variant=variant,
            found=rollout.partition,
            needed=0,
            replicas=rollout.replicas,
            most=rollout.replicas - 1,
            start=rollout.start,
        )


@rule(
    "STS208",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec: "
    "spec.updateStrategy.rollingUpdate.partition",
)
def partition_not_negative(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """``partition`` is 0 or more."""
    for document in objects.statefulsets:
        found = integer(dig(document.data, *_PARTITION))
        if found is not None and found < 0:
            yield rule.finding(document, _PARTITION, found=found, needed=0)


@rule(
    "STS209",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go validateRollingUpdateStatefulSet; "
    "KEP sig-apps/961",
    since="1.24",
    variants=("", "quoted"),
)
def max_unavailable_valid(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """``maxUnavailable`` is a number from 1 or a percentage from 1% to 100%."""
    for document in objects.statefulsets:
        value = dig(document.data, *_MAX_UNAVAILABLE)
        if on_delete(document) or not isinstance(value, (int, str)) or isinstance(value, bool):
            continue
        if _limit(value) is None and not unfilled(value):
            quoted = isinstance(value, str) and value.isdecimal() and int(value[:9]) > 0
            yield rule.finding(
                document,
                _MAX_UNAVAILABLE,
                variant="quoted" if quoted else "",
                found=shown(value),
                needed=_nearest_limit(value),
            )


def _limit(value: Data) -> tuple[int, bool] | None:
    """The number and whether it is a percentage; None where the server refuses it."""
    number = integer(value)
    if number is not None:
        return (number, False) if number > 0 else None
    match = _PERCENT.match(string(value))
    return (int(match[1]), True) if match and 0 < int(match[1]) <= 100 else None


def _nearest_limit(value: int | str) -> str:
    if isinstance(value, int):
        return str(abs(value) or 1)
    digits = re.sub(r"[^0-9]", "", value[:40])
    if "%" in value or "％" in value:
        return f"{min(max(int(digits), 1), 100)}%" if digits else "25%"
    return str(int(digits) or 1) if digits and value.isdecimal() else "1"


@rule(
    "STS210",
    Severity.WARNING,
    source="pkg/features/kube_features.go MaxUnavailableStatefulSet; "
    "pkg/registry/apps/statefulset/strategy.go dropStatefulSetDisabledFields; k/k#137409",
    mistakes=("M21",),
    since="1.24",
)
def max_unavailable_has_effect(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Nobody relies on a field that this version throws away unless it is told otherwise."""
    if MAX_UNAVAILABLE.state(objects.version) != OFF:
        return
    for document in objects.statefulsets:
        value = dig(document.data, *_MAX_UNAVAILABLE)
        limit = _limit(value)
        if limit is None or on_delete(document):
            continue
        number, percent = limit
        asked = replicas(document)
        if percent and asked is not None:
            number = max(asked * number // 100, 1)
        if number == 1:  # what happens without the field, too
            continue
        yield rule.finding(
            document, _MAX_UNAVAILABLE, found=shown(value), version=plain(objects.version)
        )


@rule(
    "STS219",
    Severity.ADVICE,
    source="pkg/controller/statefulset/stateful_set_utils.go newVersionedStatefulSetPod; "
    "KEP sig-apps/3335",
    since="1.26",
)
def partition_counts_from_start(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """With a start ordinal, the partition is a count and not an ordinal."""
    for document in objects.statefulsets:
        rollout = _rollout(objects, document)
        if rollout is None or not rollout.start or not 0 < rollout.partition < rollout.replicas:
            continue
        yield rule.finding(
            document,
            _PARTITION,
            found=rollout.partition,
            start=rollout.start,
            ordinal=rollout.start + rollout.partition,
        )


@rule(
    "STS221",
    Severity.ADVICE,
    source="pkg/controller/statefulset/stateful_set_control.go updateStatefulSet (returns before "
    "the update loop)",
    mistakes=("M16",),
)
def on_delete_waits_for_people(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """OnDelete is a choice with a price; an operator that made it deletes the Pods itself."""
    for document in objects.statefulsets:
        if on_delete(document) and not is_made_by_an_operator(document):
            yield rule.finding(document, _TYPE, found="OnDelete", needed="RollingUpdate")
