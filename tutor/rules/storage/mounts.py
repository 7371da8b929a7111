"""STS301–303, 326, 328: volumes, the mounts that name them, and where they appear."""

from collections.abc import Iterator

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Path, Severity
from tutor.model.nearest import nearest
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import (
    Objects,
    containers,
    is_made_by_an_operator,
    namespace,
    pod_spec,
)
from tutor.rules.shapes import at, dig, sequence, string
from tutor.rules.storage.views import VOLUMES, Claim, Use, Views, claim_volumes
from tutor.rules.values import meant, shown, unfilled

_MODES = ("Filesystem", "Block")
_NAMED = 5
"""Names a message lists."""
_LOOKED_UP = 50
"""Wrong names of one set, and known names, among which a near one is looked for."""


def _volume_names(document: Document) -> list[str] | None:
    """Names a mount may use; None where one of them cannot be read."""
    names: list[str] = []
    for value, name_of in (
        (pod_spec(document).get("volumes"), ("name",)),
        (dig(document.data, "spec", "volumeClaimTemplates"), ("metadata", "name")),
    ):
        if not isinstance(value, (list, type(None))):
            return None
        for item in sequence(value):
            name = string(dig(item, *name_of))
            if not name or unfilled(name):
                return None
            names.append(name)
    return names


def _unresolved(views: Views, document: Document) -> Iterator[tuple[Use, str, list[str]]]:
    """Mounts that name no volume, the volume probably meant, and all volumes there are."""
    names = _volume_names(document)
    if names is None:
        return
    known, used = set(names), list(views.uses(document))
    taken = {use.name for use in used}
    own = [claim.name for claim in views.templates(document)]
    free = [name for name in own if name not in taken]
    wrong = [u for u in used if u.name and u.name not in known and not unfilled(u.name)]
    for i, use in enumerate(wrong):
        needed = ""
        if i < _LOOKED_UP:
            finished = (n for n in own[:_LOOKED_UP] if use.name.startswith(f"{n}-{document.name}"))
            needed = next(finished, "") or nearest(use.name, names[:_LOOKED_UP])
        yield use, needed or (free[0] if len(free) == 1 else ""), names


@rule(
    "STS301",
    Severity.WARNING,
    source="pkg/controller/statefulset/stateful_set_utils.go updateStorage (the volume is added, "
    "nothing mounts it; not validated)",
    mistakes=("M30",),
    variants=("", "misnamed"),
)
def claim_is_mounted(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A claim is of use to a container that mounts it."""
    views = objects.once(Views)
    for document in objects.statefulsets:
        names = [
            string(container.get("name"))
            for path, container in containers(document)
            if "containers" in path
        ]
        if not names or not _mounts_readable(document):
            continue
        wanted = {needed: use for use, needed, _ in _unresolved(views, document)}
        done = {use.name for use in views.uses(document)}
        for claim in views.templates(document):
            if not claim.name or claim.name in done or unfilled(claim.name):
                continue
            done.add(claim.name)
            misnamed = wanted.get(claim.name)
            path = (*claim.path, "metadata", "name")
            if misnamed is None:
                yield rule.finding(
                    document,
                    path,
                    found=shown(claim.name),
                    container=shown(names[0] or "containers[0]"),
                )
            else:
                yield rule.finding(
                    document,
                    path,
                    variant="misnamed",
                    found=shown(claim.name),
                    mount=shown(misnamed.name),
                    at=at(document, (*misnamed.path, "name"), document),
                )


def _mounts_readable(document: Document) -> bool:
    return all(
        isinstance(container.get(field), (list, type(None)))
        for _, container in containers(document)
        for field in ("volumeMounts", "volumeDevices")
    )


@rule(
    "STS302",
    Severity.ERROR,
    source="pkg/apis/core/validation/validation.go ValidateVolumeMounts: Not found; "
    "k/k#131790 (checked for StatefulSets since 1.34, FailedCreate before)",
    mistakes=("M29",),
    variants=("", "unknown", "none", "claim"),
)
def mount_names_a_volume(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A mount names a volume or claim template of its own object."""
    views = objects.once(Views)
    for document in objects.statefulsets:
        for use, needed, names in _unresolved(views, document):
            if needed:
                variant = ""
            elif (namespace(document), use.name) in views.by_name:
                variant = "claim"
            else:
                variant = "unknown" if names else "none"
            yield rule.finding(
                document,
                (*use.path, "name"),
                variant=variant,
                found=shown(use.name),
                needed=shown(needed),
                names=tuple(shown(name) for name in dict.fromkeys(names[:_NAMED])),
            )


@rule(
    "STS303",
    Severity.WARNING,
    source="pkg/controller/statefulset/stateful_set_utils.go updateStorage (a claim template "
    "replaces the volume of its name)",
)
def claim_shadows_no_volume(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A volume of the template is not silently replaced, but where an operator plans it so."""
    views = objects.once(Views)
    for document in objects.statefulsets:
        if is_made_by_an_operator(document):  # ECK writes such placeholders
            continue
        own = {claim.name: claim for claim in views.templates(document) if claim.name}
        for i, volume in enumerate(sequence(pod_spec(document).get("volumes")) if own else ()):
            claim = own.get(string(dig(volume, "name")))
            if claim is not None:
                yield rule.finding(
                    document,
                    (*VOLUMES, i, "name"),
                    found=shown(claim.name),
                    at=at(document, (*claim.path, "metadata", "name"), document),
                )


@rule(
    "STS326",
    Severity.ERROR,
    source="pkg/apis/core/validation/validation.go ValidateVolumeMounts (must be unique), "
    "validateLocalDescendingPath; pkg/kubelet/kubelet_pods.go makeMounts (relative paths)",
    variants=("", "relative", "colon", "subpath"),
)
def mount_path_is_sound(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Every mount of a container has a path of its own, absolute and plain."""
    views = objects.once(Views)
    for document in objects.statefulsets:
        seen: dict[tuple[int, str], tuple[str, Path]] = {}
        windows = dig(document.data, "spec", "template", "spec", "os", "name") == "windows"
        for use in views.uses(document):
            yield from _sub_path(rule, document, use)
            field = "devicePath" if use.device else "mountPath"
            where: Path = (*use.path, field)
            path = string(use.body.get(field))
            if not path:
                continue
            key = (id(use.container), path.rstrip("/\\") or "/")
            first = seen.setdefault(key, (path, where))
            if first[1] != where:
                yield rule.finding(
                    document,
                    where,
                    severity=Severity.ERROR if first[0] == path else Severity.WARNING,
                    found=shown(path),
                    at=at(document, first[1], document),
                )
            elif windows or "\\" in path:
                continue
            elif ":" in path:
                yield rule.finding(
                    document, where, severity=Severity.WARNING, variant="colon", found=shown(path)
                )
            elif not path.startswith("/") and not use.device:
                yield rule.finding(
                    document,
                    where,
                    severity=Severity.WARNING,
                    variant="relative",
                    found=shown(path),
                    needed=shown(f"/{path.removeprefix('./')}"),
                )


def _sub_path(rule: Rule, document: Document, use: Use) -> Iterator[Finding]:
    for field in ("subPath", "subPathExpr"):
        path = string(use.body.get(field))
        if path.startswith("/") or ".." in path.split("/"):
            needed = "/".join(part for part in path.split("/") if part not in ("", ".."))
            yield rule.finding(
                document,
                (*use.path, field),
                variant="subpath",
                found=shown(path),
                needed=shown(needed or "data"),
            )


@rule(
    "STS328",
    Severity.ERROR,
    source="pkg/kubelet/volumemanager/populator (has volumeMode Block, but is specified in "
    "volumeMounts); pkg/apis/core/validation/validation.go (volumeMode)",
    variants=("", "device", "value"),
)
def volume_mode_fits(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A file system is mounted, a block device is not."""
    views = objects.once(Views)
    for claim in views.claims:
        found = string(claim.spec.get("volumeMode"))
        if found and found not in _MODES and not unfilled(found):
            yield rule.finding(
                claim.document,
                claim.at("volumeMode"),
                variant="value",
                found=shown(found),
                needed=meant(found, _MODES, {"fs": "Filesystem", "raw": "Block"}) or _MODES,
            )
    for document in objects.statefulsets:
        modes = _modes(views, document)
        for use in views.uses(document):
            if use.name not in modes:
                continue
            mode, claim = modes[use.name]
            if mode == ("Filesystem" if use.device else "Block"):
                yield rule.finding(
                    document,
                    use.path,
                    key=True,
                    variant="device" if use.device else "",
                    found=shown(use.name),
                    at=at(claim.document, claim.at("volumeMode"), document),
                )


def _modes(views: Views, document: Document) -> dict[str, tuple[str, Claim]]:
    """Volume name → the mode of the claim behind it, where that can be seen."""
    modes: dict[str, tuple[str, Claim]] = {}
    for _, volume, name, _ in claim_volumes(document):
        claim = views.by_name.get((namespace(document), name))
        if claim is not None:
            modes[volume] = (string(claim.spec.get("volumeMode")) or "Filesystem", claim)
    for template in views.templates(document):
        modes[template.name] = (string(template.spec.get("volumeMode")) or "Filesystem", template)
    return modes
