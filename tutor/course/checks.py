"""Declared checks: what a lesson asks of the objects beyond what the catalogue knows.

A check without a name looks at all objects of its kind. Of a workload every one must satisfy it,
so that a right copy does not hide a wrong original; of anything else one is enough, since another
Service or claim may be there for a reason of its own. Of a named object every document must
satisfy it, as the last one applied would win.
"""

import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from tutor.course.paths import concrete, key_of
from tutor.manifest.canonical import at_least, same, value_at, values_at
from tutor.manifest.documents import Document, Manifest
from tutor.manifest.nodes import Data
from tutor.manifest.quantity import QuantityError
from tutor.model.checks import Check, Operator, Target
from tutor.model.findings import Finding, Param, Path, Severity, Span, parse_path

CODES: dict[Operator, str] = {
    Operator.EQUALS: "LSN101",
    Operator.IN: "LSN102",
    Operator.MATCHES: "LSN103",
    Operator.SAME_AS: "LSN104",
    Operator.QUANTITY_AT_LEAST: "LSN105",
    Operator.COUNT: "LSN106",
    Operator.ABSENT: "LSN107",
    Operator.PRESENT: "LSN108",
}
"""One code per operator. Variants: ``missing`` (the field is not there), ``default`` (it is not,
and its default will not do), ``object`` (the object is not there), ``nearest`` (it is not, but one
of almost that name is), ``objects`` (there are too many or too few)."""

WORKLOADS = frozenset({"StatefulSet", "Deployment", "DaemonSet", "ReplicaSet", "Job", "CronJob"})

_API_VERSIONS = {
    "StatefulSet": "apps/v1",
    "Deployment": "apps/v1",
    "DaemonSet": "apps/v1",
    "Service": "v1",
    "Pod": "v1",
    "ConfigMap": "v1",
    "Secret": "v1",
    "Namespace": "v1",
    "PersistentVolumeClaim": "v1",
    "PersistentVolume": "v1",
    "StorageClass": "storage.k8s.io/v1",
    "PodDisruptionBudget": "policy/v1",
}
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """One object judged by a check.

    Attributes:
        ok: It satisfies the check.
        found: What is there; None for nothing.
        needed: What the check asks for, in words of YAML.
        path: The path judged, every step of it concrete.
        written: Whether it stands in the document; else ``found`` is the server's default.
    """

    document: Document
    ok: bool
    found: Data
    needed: str | tuple[str, ...]
    path: Path
    written: bool = True


def failure(check: Check, manifest: Manifest, wanted: Collection[Target] = ()) -> Finding | None:
    """What is wrong with the first object that does not satisfy a check; None if all is well.

    Args:
        check: The check.
        manifest: What the learner wrote.
        wanted: Objects that the task asks for. One of them is never taken for a misspelt other.
    """
    documents = manifest.documents
    there = of(check.target, documents)
    if not check.path:
        return _about_objects(check, there, manifest, wanted)
    if not there:
        return (
            None
            if check.operator is Operator.ABSENT
            else _gone(check, check.target, manifest, wanted)
        )
    others: Sequence[Document] = ()
    if check.other is not None:
        others = of(check.other, documents)
        if not others:
            return _gone(check, check.other, manifest, wanted)
    judged = [_judge(check, document, others) for document in there]
    wrong = [candidate for candidate in judged if not candidate.ok]
    every = bool(check.target.name) or check.target.kind in WORKLOADS
    every = every or check.operator is Operator.ABSENT
    if not wrong or (not every and len(wrong) < len(judged)):
        return None
    # Where the field is written, it is the one the learner meant.
    meant = next((c for c in wrong if c.written and c.found is not None), wrong[0])
    return _finding(check, meant)


def of(target: Target, documents: Sequence[Document]) -> list[Document]:
    """The objects a target means. One of another API group that shares the kind is none."""
    return [
        document
        for document in documents
        if document.kind == target.kind
        and document.api_version == _API_VERSIONS.get(target.kind, document.api_version)
        and target.name in ("", document.name)
    ]


def end_of(text: str) -> Span:
    """The last line with something on it: where a missing object would be added."""
    lines = text.splitlines() or [""]
    last = next((i for i in range(len(lines) - 1, -1, -1) if lines[i].strip()), 0)
    return Span(last + 1, 1, last + 1, max(2, len(lines[last]) + 1))


def write(value: Data) -> str:
    """A value as a message names it: short, on one line, as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, str) and value and "\n" not in value:
        text = value
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _plain(value: Data) -> str:
    """A scalar as a pattern sees it: whole, without quotes; a list or an object as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _judge(check: Check, document: Document, others: Sequence[Document]) -> Candidate:
    steps = parse_path(check.path)
    path = concrete(document, steps)
    values = values_at(document, steps)
    written = values_at(document, steps, with_defaults=False)
    kind = document.kind

    def judged(ok: bool, needed: str | tuple[str, ...], found: Data = None) -> Candidate:
        shown = _first(values) if found is None else found
        return Candidate(document, ok, shown, needed, path, bool(written))

    def some(test: Callable[[Data], bool]) -> bool:
        return any(test(value) for value in values)

    needed = check.value
    match check.operator:
        case Operator.EQUALS:
            ok = some(lambda v: same(kind, steps, v, _data(needed)))
            return judged(ok, _beside(needed, _first(values)))
        case Operator.IN:
            allowed = needed if isinstance(needed, list) else []
            ok = some(lambda v: any(same(kind, steps, v, each) for each in allowed))
            return judged(ok, tuple(_beside(each, _first(values)) for each in allowed))
        case Operator.MATCHES:
            pattern = re.compile(str(needed))
            ok = some(lambda v: bool(pattern.search(_plain(v))))
            return judged(ok, pattern.pattern)
        case Operator.SAME_AS:
            wanted = [v for other in others for v in values_at(other, check.other_path)]
            ok = some(lambda v: any(same(kind, steps, v, each) for each in wanted))
            return judged(ok, _beside(_first(wanted), _first(values)))
        case Operator.QUANTITY_AT_LEAST:
            return judged(some(lambda v: _reaches(v, str(needed))), write(_data(needed)))
        case Operator.COUNT:
            count = _count(document, steps, values)
            return judged(count == needed, write(_data(needed)), count)
        case Operator.ABSENT:
            ok = all(same(kind, steps, v, None) for v in written)
            return Candidate(document, ok, _first(written), "", path)
        case Operator.PRESENT:
            return judged(any(value not in ("", []) for value in values), "")


def _reaches(value: Data, least: str) -> bool:
    try:
        return at_least(value, least)
    except QuantityError:
        return False


def _count(document: Document, steps: Path, values: list[Data]) -> int:
    if "*" in steps:
        return len(values)
    value = value_at(document, steps)
    return len(value) if isinstance(value, list | dict) else int(value is not None)


def _about_objects(
    check: Check, there: list[Document], manifest: Manifest, wanted: Collection[Target]
) -> Finding | None:
    """Judge a check without a path: how many such objects there are."""
    match check.operator:
        case Operator.PRESENT:
            return None if there else _gone(check, check.target, manifest, wanted)
        case Operator.ABSENT:
            ok, needed = not there, "0"
        case _:
            ok, needed = len(there) == check.value, write(_data(check.value))
    if ok:
        return None
    params: dict[str, Param] = {
        "check": check.id,
        "object": _name(check.target),
        "field": "kind",
        "found": str(len(there)),
        "needed": needed,
    }
    variant = "objects"
    if there:
        return there[-1].finding(
            CODES[check.operator], Severity.ERROR, "kind", key=False, variant=variant, **params
        )
    return _at_the_end(check, manifest, variant, params)


def _finding(check: Check, wrong: Candidate) -> Finding:
    variant = ""
    if wrong.found is None or (wrong.found == "" and not wrong.written):
        variant = "missing"
    elif not wrong.written and check.operator is not Operator.COUNT:
        variant = "default"
    found = write(wrong.found)
    if found == wrong.needed and isinstance(wrong.found, str):  # "true" where true is needed
        found = json.dumps(wrong.found, ensure_ascii=False)
    params: dict[str, Param] = {
        "check": check.id,
        "object": f"{wrong.document.kind}/{wrong.document.name}".rstrip("/"),
        "field": key_of(wrong.path, parse_path(check.path)[len(wrong.path) :]),
        "found": "" if variant == "missing" else found,
        "needed": wrong.needed,
    }
    if check.other is not None:
        params["other"] = _name(check.other)
        params["other_key"] = check.other_path
    return wrong.document.finding(
        CODES[check.operator],
        Severity.ERROR,
        wrong.path,
        key=False,
        variant=variant,
        **params,
    )


def _gone(check: Check, target: Target, manifest: Manifest, wanted: Collection[Target]) -> Finding:
    """The object a check is about is not there; perhaps one of almost that name is."""
    params: dict[str, Param] = {
        "check": check.id,
        "object": _name(target),
        "field": key_of(parse_path(check.path)),
        "found": "",
        "needed": _name(target),
    }
    free = [d for d in manifest.documents if Target(d.kind, d.name) not in wanted]
    near = _nearest(target, free)
    if near is None:
        return _at_the_end(check, manifest, "object", params)
    document, path, nearest = near
    params |= {"nearest": nearest, "found": nearest}
    return document.finding(
        CODES[check.operator], Severity.ERROR, path, key=False, variant="nearest", **params
    )


def _nearest(target: Target, documents: Sequence[Document]) -> tuple[Document, str, str] | None:
    """The object that was probably meant, where its name stands, and what it is called."""
    same_kind = of(Target(target.kind), documents)
    names = {document.name: document for document in same_kind if document.name}
    for name in get_close_matches(target.name, names, 1):
        return names[name], "metadata.name", f"{target.kind}/{name}"
    if target.name and len(names) == 1 and len(same_kind) == 1:
        name, document = next(iter(names.items()))
        return document, "metadata.name", f"{target.kind}/{name}"
    kinds = {document.kind.casefold(): document for document in documents if document.kind}
    for kind in get_close_matches(target.kind.casefold(), kinds, 1, cutoff=0.8):
        if kinds[kind].kind != target.kind:
            return kinds[kind], "kind", kinds[kind].kind
    return None


def _at_the_end(
    check: Check, manifest: Manifest, variant: str, params: dict[str, Param]
) -> Finding:
    return Finding(
        code=CODES[check.operator],
        severity=Severity.ERROR,
        document=max((document.index for document in manifest.documents), default=1),
        path="",
        span=end_of(manifest.text),
        params=params,
        variant=variant,
        file=manifest.file,
    )


def _name(target: Target) -> str:
    return f"{target.kind}/{target.name}" if target.name else target.kind


def _first(values: Sequence[Data]) -> Data:
    return next(iter(values), None)


def _beside(needed: object, found: Data) -> str:
    """What is needed, written so that it does not look like what is there."""
    text = write(_data(needed))
    if text == write(found) and type(needed) is not type(found):
        return json.dumps(needed, ensure_ascii=False)
    return text


def _data(value: object) -> Data:
    """A lesson's operand; the loader took it from YAML, so it is plain data."""
    assert value is None or isinstance(value, str | int | float | list | dict)  # noqa: S101
    return value
