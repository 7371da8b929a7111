"""STS212, 217: what Ready means decides how much the order is worth."""

from collections.abc import Iterator

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Path, Severity, format_path
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import Objects, containers, pod_spec, replicas, runs_long
from tutor.rules.shapes import dig, integer, sequence, string
from tutor.rules.values import shown

_GATES = ("readinessProbe", "startupProbe")
_MIN_READY = ("spec", "minReadySeconds")


def _unguarded(document: Document) -> tuple[Path, str] | None:
    """Path and name of the first main container, if nothing tells when its Pod is ready.

    One probe anywhere in the Pod, or a readiness gate, makes Ready mean something.
    """
    if sequence(pod_spec(document).get("readinessGates")):
        return None
    first = None
    for path, container in containers(document):
        if not runs_long(path, container):
            continue
        if any(container.get(gate) is not None for gate in _GATES):
            return None
        if first is None and "containers" in path:
            first = path, string(container.get("name")) or format_path(path[-2:])
    return first


@rule(
    "STS212",
    Severity.ADVICE,
    source="pkg/controller/statefulset/stateful_set_control.go processReplica (waits for "
    "Running and Ready); pkg/kubelet/prober (no probe: ready when started)",
)
def order_has_a_probe(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Pods that start one after the other say when they are ready."""
    for document in objects.statefulsets:
        asked = replicas(document)
        policy = string(dig(document.data, "spec", "podManagementPolicy"))
        if asked is None or asked < 2 or policy not in ("", "OrderedReady"):
            continue
        if (integer(dig(document.data, *_MIN_READY)) or 0) > 0:
            continue  # STS217 says it
        unguarded = _unguarded(document)
        if unguarded is not None:
            path, name = unguarded
            yield rule.finding(
                document, (*path, "readinessProbe"), container=shown(name), replicas=asked
            )


@rule(
    "STS217",
    Severity.ADVICE,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec: minReadySeconds; "
    "KEP sig-apps/2599",
    since="1.25",
    variants=("", "negative"),
)
def min_ready_seconds(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """``minReadySeconds`` is not negative, and counts from something."""
    for document in objects.statefulsets:
        found = integer(dig(document.data, *_MIN_READY))
        if not found:
            continue
        if found < 0:
            yield rule.finding(
                document,
                _MIN_READY,
                severity=Severity.ERROR,
                variant="negative",
                found=found,
                needed=0,
            )
        elif (unguarded := _unguarded(document)) is not None:
            yield rule.finding(document, _MIN_READY, found=found, container=shown(unguarded[1]))
