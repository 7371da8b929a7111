"""STS316, 317: what becomes of the claims when Pods or the set go."""

from collections.abc import Iterator

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Path, Severity
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import Objects
from tutor.rules.shapes import dig, sequence, string
from tutor.rules.values import meant, shown, unfilled

_POLICY: Path = ("spec", "persistentVolumeClaimRetentionPolicy")
_FIELDS = {"whenDeleted": "deleted", "whenScaled": "scaled"}
_VALUES = ("Retain", "Delete")
_WORDS = {
    "keep": "Retain",
    "retained": "Retain",
    "deleted": "Delete",
    "remove": "Delete",
    "recycle": "Delete",
}


def _policies(document: Document) -> Iterator[tuple[str, str]]:
    for field in _FIELDS:
        if value := string(dig(document.data, *_POLICY, field)):
            yield field, value


@rule(
    "STS316",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go "
    "ValidatePersistentVolumeClaimRetentionPolicyType: Unsupported value",
    since="1.27",
    variants=("", "unknown"),
)
def retention_policy(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """The retention policy has two values."""
    for document in objects.statefulsets:
        for field, found in _policies(document):
            if found not in _VALUES and not unfilled(found):
                needed = meant(found, _VALUES, _WORDS)
                yield rule.finding(
                    document,
                    (*_POLICY, field),
                    variant="" if needed else "unknown",
                    found=shown(found),
                    needed=needed or _VALUES,
                )


@rule(
    "STS317",
    Severity.ADVICE,
    source="pkg/controller/statefulset/stateful_set_utils.go updateClaimOwnerRefForSetAndPod; "
    "KEP sig-apps/1847",
    mistakes=("M26", "M28"),
    since="1.27",
    variants=("deleted", "scaled"),
)
def retention_deletes_data(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Delete is a decision about data."""
    for document in objects.statefulsets:
        if not sequence(dig(document.data, "spec", "volumeClaimTemplates")):
            continue
        for field, found in _policies(document):
            if found == "Delete":
                yield rule.finding(document, (*_POLICY, field), variant=_FIELDS[field], found=found)
