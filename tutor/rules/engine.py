"""Run the catalogue over documents, and put what matters first."""

from collections.abc import Collection, Iterable

from tutor.manifest import schema
from tutor.manifest.documents import Document, Manifest
from tutor.manifest.fragments import is_fragment
from tutor.model.findings import Finding, Severity
from tutor.model.kubernetes import Span
from tutor.rules.catalogue import Rule, rules
from tutor.rules.objects import DEFAULT_VERSION, Objects

_LAYERS = ("YAML", "SCH")
"""Prefixes of codes whose findings come before the others of their severity: an object that
cannot be read is fixed before one that is read and wrong."""


def check(
    manifests: Iterable[Manifest],
    *,
    previous: Iterable[Document] | None = None,
    version: str = "",
    patches: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Everything there is to say about files that are applied together, in the order it is shown.

    Of a document that is only a part of an object, its fields are checked and no rule is applied.
    Where a document could not be read, the rules name errors only: the object that one of the
    others seems to lack may be the one that is lost.

    Args:
        manifests: What reading made of each file.
        previous: What was applied before, for the rules that compare.
        version: The Kubernetes minor version asked about; empty for the newest schema and the
            rules of :data:`~tutor.rules.objects.DEFAULT_VERSION`.
        patches: Names of files that hold parts of objects, such as the patches of Kustomize.

    Raises:
        ValueError: ``version`` is not a version.
    """
    whole: list[Document] = []
    known: list[Finding] = []
    lost = False
    for manifest in manifests:
        known.extend(manifest.findings)
        lost = lost or _has_lost(manifest)
        for document in manifest.documents:
            part = manifest.file in patches or is_fragment(document)
            known.extend(schema.check(document, kubernetes=version, partial=part))
            if not part:
                whole.append(document)
    found = evaluate(whole, previous=previous, version=version or DEFAULT_VERSION, known=known)
    return in_order((*known, *(f for f in found if not lost or f.severity is Severity.ERROR)))


def _has_lost(manifest: Manifest) -> bool:
    read = {document.index for document in manifest.documents}
    return any(f.severity is Severity.ERROR and f.document not in read for f in manifest.findings)


def evaluate(
    documents: Iterable[Document],
    *,
    previous: Iterable[Document] | None = None,
    version: str = DEFAULT_VERSION,
    known: Iterable[Finding] = (),
) -> tuple[Finding, ...]:
    """All findings of the catalogue on these documents, the gravest first.

    Args:
        documents: Of one file, or of several that are applied together.
        previous: What was applied before, for the rules that compare.
        version: The Kubernetes version asked about (``1.34``, ``1.35.2``).
        known: What was already found by reading and by the schema. Where those name an error, a
            rule has nothing to add at the same place.

    Returns:
        The rules' own findings, without ``known``.

    Raises:
        ValueError: ``version`` is not a version.
    """
    before = None if previous is None else Objects(previous, version=version)
    objects = Objects(documents, version=version, previous=before)
    return _run(objects, [r for r in rules() if before is not None or not r.compares], known)


def evaluate_change(
    old: Iterable[Document], new: Iterable[Document], *, version: str = DEFAULT_VERSION
) -> tuple[Finding, ...]:
    """What would go wrong when ``new`` is applied over ``old``, and nothing else.

    Raises:
        ValueError: ``version`` is not a version.
    """
    objects = Objects(new, version=version, previous=Objects(old, version=version))
    return _run(objects, [r for r in rules() if r.compares], ())


def _run(
    objects: Objects, catalogue: Iterable[Rule], known: Iterable[Finding]
) -> tuple[Finding, ...]:
    chosen = {r.code: r for r in catalogue if holds(r, objects.version)}
    found = [finding for r in chosen.values() for finding in r.check(r, objects)]
    broken = {_place(f) for f in known if f.severity is Severity.ERROR}
    codes: dict[tuple[str, int, tuple[str, ...]], set[str]] = {}
    for finding in found:
        codes.setdefault(_object(finding), set()).add(finding.code)
    return in_order(
        finding
        for finding in found
        if _place(finding) not in broken
        and codes[_object(finding)].isdisjoint(chosen[finding.code].after)
    )


def holds(rule: Rule, version: str) -> bool:
    """Whether a rule speaks of a Kubernetes version.

    Raises:
        ValueError: ``version`` is not a version.
    """
    return Span(rule.since, rule.until, "").holds(version)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings as they are shown: the gravest first, then the deeper cause, then by place."""
    return tuple(sorted(findings, key=_rank))


def _rank(finding: Finding) -> tuple[int, int, str, int, int, str]:
    layer = next((i for i, p in enumerate(_LAYERS) if finding.code.startswith(p)), len(_LAYERS))
    return (
        finding.severity.rank,
        layer,
        finding.file,
        finding.line,
        finding.column,
        finding.code,
    )


def _place(finding: Finding) -> tuple[str, int, str]:
    return finding.file, finding.document, finding.path


def _object(finding: Finding) -> tuple[str, int, tuple[str, ...]]:
    """The object a finding is about; items of a List share its document number."""
    item = finding.path.split(".", 1)[0] if finding.path.startswith("items[") else ""
    return finding.file, finding.document, (item,)
