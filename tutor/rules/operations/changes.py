"""What the API server refuses when a new version is applied over an old one."""

from collections.abc import Iterator

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Finding, Path, Severity, format_path
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import Objects, claim_templates, is_headless, service_type
from tutor.rules.operations.comparison import amount, claim_template, differences, pairs
from tutor.rules.selectors import labels
from tutor.rules.shapes import dig, mapping, sequence, string
from tutor.rules.values import shown

UPDATE = "pkg/apis/apps/validation/validation.go ValidateStatefulSetUpdate"
_CLAIM_UPDATE = "pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaimUpdate"
_TEMPLATES = "volumeClaimTemplates"
_STORAGE = ("spec", "resources", "requests", "storage")
_CLAIM_FIELDS = ("accessModes", "storageClassName", "volumeMode", "volumeName", "selector")


@rule(
    "STS401",
    Severity.ERROR,
    source=UPDATE
    + "; pkg/apis/core/validation/validation.go ValidateServiceUpdate; "
    + _CLAIM_UPDATE,
    mistakes=("M04", "M13", "M02"),
    variants=("", "selector", "history", "service", "claim"),
    compares=True,
)
def immutable_stays(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A field that cannot change on a live object has changed."""
    for old, new in pairs(objects, "StatefulSet", "apps/v1"):
        yield from _set_fields(this, objects, old, new)
    for old, new in pairs(objects, "Service", "v1"):
        written = dig(old.data, "spec", "clusterIP")
        if is_headless(new) and not is_headless(old) and service_type(old) != "ExternalName":
            yield this.finding(
                new,
                "spec.clusterIP",
                variant="service",
                found="None",
                needed=shown(written) if written else "–",
                service=new.name,
            )
    for old, new in pairs(objects, "PersistentVolumeClaim", "v1"):
        for field in _CLAIM_FIELDS:
            before, now = (dig(d.data, "spec", field) for d in (old, new))
            if None not in (before, now) and next(differences(before, now), None) is not None:
                yield this.finding(
                    new,
                    ("spec", field),
                    variant="claim",
                    field=f"spec.{field}",
                    found=_text(now),
                    needed=_text(before),
                    claim=new.name,
                )


def _set_fields(this: Rule, objects: Objects, old: Document, new: Document) -> Iterator[Finding]:
    fields: list[tuple[str, Data]] = [("serviceName", ""), ("podManagementPolicy", "OrderedReady")]
    if not objects.since("1.33"):
        fields.append(("revisionHistoryLimit", 10))
    for field, default in fields:
        before, now = (dig(d.data, "spec", field) for d in (old, new))
        before, now = (default if value is None else value for value in (before, now))
        if before != now and isinstance(now, (str, int)):
            yield this.finding(
                new,
                ("spec", field),
                variant="history" if field == "revisionHistoryLimit" else "",
                field=f"spec.{field}",
                found=shown(now) or '""',
                needed=shown(before) or '""',
                set=new.name,
            )
    before, now = (dig(d.data, "spec", "selector") for d in (old, new))
    for path in differences(before, now):
        yield this.finding(
            new,
            ("spec", "selector", *path),
            variant="selector",
            found=_text(now),
            needed=_text(before),
            set=new.name,
        )
        break


def _text(value: Data) -> str:
    """A selector or a list on one line."""
    if isinstance(value, list):
        return shown(", ".join(shown(item) for item in value[:8]))
    if isinstance(value, dict):
        flat = labels(value.get("matchLabels", value if "matchExpressions" not in value else None))
        if flat and "matchExpressions" not in value:
            return shown(", ".join(f"{key}: {text}" for key, text in list(flat.items())[:8]))
    return shown(value)


@rule(
    "STS402",
    Severity.ERROR,
    source=UPDATE + " (kubernetes#68737, KEP sig-storage/4650)",
    mistakes=("M24", "M25"),
    variants=("", "size", "added", "removed", "order"),
    compares=True,
)
def claim_templates_stay(this: Rule, objects: Objects) -> Iterator[Finding]:
    """``volumeClaimTemplates`` has changed."""
    for old, new in pairs(objects, "StatefulSet", "apps/v1"):
        before, now = _by_name(old), _by_name(new)
        for name, (index, template) in now.items():
            place: Path = ("spec", _TEMPLATES, index)
            if name not in before:
                yield this.finding(
                    new,
                    (*place, "metadata", "name"),
                    variant="added",
                    found=shown(name),
                    set=new.name,
                )
                continue
            for path in differences(before[name][1], template):
                was, found = dig(before[name][1], *path), dig(template, *path)
                if path != _STORAGE:
                    variant = ""
                elif _shrinks(was, found):
                    continue  # STS403 says more
                else:
                    variant = "size"
                yield this.finding(
                    new,
                    (*place, *path),
                    variant=variant,
                    field=format_path((*place, *path)),
                    found=_text(found) or '""',
                    needed=_text(was) or '""',
                    claim=shown(name),
                    set=new.name,
                )
        for name in before:
            if name not in now:
                yield this.finding(
                    new,
                    ("spec", _TEMPLATES),
                    key=True,
                    variant="removed",
                    found=shown(name),
                    set=new.name,
                )
        if before.keys() == now.keys() and [*before] != [*now]:
            yield this.finding(
                new,
                ("spec", _TEMPLATES),
                key=True,
                variant="order",
                found=tuple(map(shown, now)),
                needed=tuple(map(shown, before)),
                set=new.name,
            )


def _by_name(statefulset: Document) -> dict[str, tuple[int, dict[str, Data]]]:
    return {
        string(dig(template, "metadata", "name")): (index, claim_template(template))
        for index, template in claim_templates(statefulset)
    }


def _shrinks(was: Data, found: Data) -> bool:
    before, now = amount(was), amount(found)
    return before is not None and now is not None and now < before


@rule(
    "STS403",
    Severity.ERROR,
    source=_CLAIM_UPDATE + " (field can not be less than status.capacity); " + UPDATE,
    mistakes=("M43",),
    variants=("", "claim"),
    compares=True,
)
def claims_do_not_shrink(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A claim asks for less storage than before."""
    for old, new in pairs(objects, "StatefulSet", "apps/v1"):
        before = _by_name(old)
        for name, (index, template) in _by_name(new).items():
            was = dig(before[name][1] if name in before else None, *_STORAGE)
            found = dig(template, *_STORAGE)
            if _shrinks(was, found):
                yield this.finding(
                    new,
                    ("spec", _TEMPLATES, index, *_STORAGE),
                    found=shown(found),
                    needed=shown(was),
                    claim=shown(name),
                    set=new.name,
                )
    for old, new in pairs(objects, "PersistentVolumeClaim", "v1"):
        was, found = dig(old.data, *_STORAGE), dig(new.data, *_STORAGE)
        if _shrinks(was, found):
            yield this.finding(
                new,
                _STORAGE,
                variant="claim",
                found=shown(found),
                needed=shown(was),
                claim=new.name,
            )


def claim_names(statefulset: Document) -> tuple[str, ...]:
    """Names of a set's claim templates, sorted."""
    return tuple(sorted(name for name in _by_name(statefulset) if name))


def claims_of_pods(workload: Document) -> tuple[str, ...]:
    """Claims that a workload's template names under ``volumes``."""
    spec = mapping(dig(workload.data, "spec", "template", "spec"))
    return tuple(
        name
        for volume in sequence(spec.get("volumes"))
        if (name := string(dig(volume, "persistentVolumeClaim", "claimName")))
    )
