"""STS201–203: the selector and the labels of the template."""

from collections.abc import Iterator, Mapping

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Finding, Path, Severity
from tutor.model.nearest import nearest
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import Objects
from tutor.rules.selectors import labels, matches
from tutor.rules.shapes import dig, mapping, sequence, string
from tutor.rules.values import shown, unfilled

_LABELS: Path = ("spec", "template", "metadata", "labels")
_SELECTOR: Path = ("spec", "selector")
_COMPARED = 100
"""Labels of one selector that are looked at; nobody writes more."""
_SELECTOR_FIELDS = ("matchLabels", "matchExpressions")

_CHANGING = frozenset(
    {
        "app.kubernetes.io/version",
        "app.kubernetes.io/managed-by",
        "helm.sh/chart",
        "chart",
        "heritage",
    }
)
"""Labels that describe a release or the tool that made it, not which Pods belong together."""


@rule(
    "STS201",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec: "
    "`selector` does not match template `labels`",
    mistakes=("M53",),
    variants=("", "key", "missing", "expression"),
)
def selector_matches_template(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """The Pods a set makes carry the labels it looks for."""
    for document in objects.statefulsets:
        pod = labels(dig(document.data, *_LABELS))
        selector = dig(document.data, *_SELECTOR)
        if pod is None or not isinstance(selector, dict):
            continue
        for key, wanted in list(mapping(selector.get("matchLabels")).items())[:_COMPARED]:
            if not isinstance(wanted, str) or pod.get(key) == wanted:
                continue
            if not unfilled(key) and not unfilled(wanted) and not unfilled(pod.get(key)):
                yield _label(rule, document, pod, key, wanted)
        for i, expression in enumerate(sequence(selector.get("matchExpressions"))):
            if matches({"matchExpressions": [expression]}, pod) is False:
                yield rule.finding(
                    document,
                    (*_SELECTOR, "matchExpressions", i),
                    variant="expression",
                    found=_labels_text(pod),
                    needed=_expression_text(mapping(expression)),
                )


def _label(
    rule: Rule, document: Document, pod: Mapping[str, str], key: str, wanted: str
) -> Finding:
    path = (*_LABELS, key)
    needed = f"{shown(key)}: {shown(wanted)}"
    if key in pod:
        found = f"{shown(key)}: {shown(pod[key])}"
        return rule.finding(document, path, found=found, needed=needed, label=shown(key))
    selected = mapping(dig(document.data, *_SELECTOR, "matchLabels"))
    similar = nearest(key, [name for name in list(pod)[:_COMPARED] if name not in selected])
    if similar:
        found = f"{shown(similar)}: {shown(pod[similar])}"
        return rule.finding(
            document, (*_LABELS, similar), key=True, variant="key", found=found, needed=needed
        )
    return rule.finding(document, path, variant="missing", needed=needed, label=shown(key))


def _labels_text(pod: Mapping[str, str]) -> str:
    return shown(", ".join(f"{key}: {value}" for key, value in list(pod.items())[:8]) or "{}")


def _expression_text(expression: Mapping[str, Data]) -> str:
    words = [shown(expression.get("key")), shown(expression.get("operator"))]
    values = sequence(expression.get("values"))
    if values:
        words.append(f"[{', '.join(shown(value) for value in values[:8])}]")
    return shown(" ".join(words))


@rule(
    "STS202",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec: "
    "spec.selector Required value; empty selector is invalid for statefulset",
    mistakes=("M56",),
    variants=("absent", "empty", "flat"),
)
def selector_present(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A set says which Pods are its own."""
    for document in objects.statefulsets:
        spec = document.data.get("spec")
        if not isinstance(spec, dict):
            continue
        selector = spec.get("selector")
        template = labels(dig(document.data, *_LABELS)) or {}
        needed = _labels_text(dict(list(template.items())[:1])) if template else "app: …"
        if selector is None:
            yield rule.finding(document, _SELECTOR, key=True, variant="absent", needed=needed)
            continue
        if not isinstance(selector, dict):
            continue
        if any(selector.get(name) not in (None, {}, []) for name in _SELECTOR_FIELDS):
            continue
        flat = next((key for key in selector if key not in _SELECTOR_FIELDS), None)
        if flat is None:
            yield rule.finding(document, _SELECTOR, key=True, variant="empty", needed=needed)
        else:
            found = f"{shown(flat)}: {shown(selector[flat])}"
            yield rule.finding(document, (*_SELECTOR, flat), key=True, variant="flat", found=found)


@rule(
    "STS203",
    Severity.WARNING,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetUpdate (selector is "
    "immutable); helm/charts#7680",
    mistakes=("M52",),
)
def selector_is_stable(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """What the selector holds must never need to change."""
    for document in objects.statefulsets:
        match = mapping(dig(document.data, *_SELECTOR, "matchLabels"))
        for key, value in match.items():
            if key in _CHANGING or (key == "version" and _dotted_version(string(value))):
                yield rule.finding(
                    document,
                    (*_SELECTOR, "matchLabels", key),
                    key=True,
                    label=shown(key),
                    found=f"{shown(key)}: {shown(value)}",
                )


def _dotted_version(value: str) -> bool:
    head, dot, tail = value.removeprefix("v").partition(".")
    return bool(dot) and head.isdigit() and tail[:1].isdigit()
