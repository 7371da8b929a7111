"""STS304–308, 323, 324, 331: claims and claim templates: names and access modes."""

from collections.abc import Iterator

from tutor.model.findings import Finding, Severity
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import (
    Objects,
    is_dns_label,
    namespace,
    replicas,
    start_ordinal,
)
from tutor.rules.shapes import at, dig, string
from tutor.rules.storage.views import Claim, Origin, Views
from tutor.rules.values import meant, shown, unfilled

ACCESS_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
_MODE_WORDS = {
    "rwo": "ReadWriteOnce",
    "rox": "ReadOnlyMany",
    "rom": "ReadOnlyMany",
    "rwx": "ReadWriteMany",
    "rwm": "ReadWriteMany",
    "rwop": "ReadWriteOncePod",
    "once": "ReadWriteOnce",
    "many": "ReadWriteMany",
    "readwrite": "ReadWriteOnce",
    "readonly": "ReadOnlyMany",
    "readonlyonce": "ReadWriteOnce",
}


@rule(
    "STS304",
    Severity.WARNING,
    source="pkg/controller/statefulset/stateful_set_utils.go getPersistentVolumeClaims (a map by "
    "name: the last one stays; not validated)",
)
def claim_names_are_unique(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Two claim templates of one name are one claim."""
    views = objects.once(Views)
    for document in objects.statefulsets:
        last: dict[str, Claim] = {}
        for claim in views.templates(document):
            earlier = last.get(claim.name)
            if earlier is not None and claim.name:
                yield rule.finding(
                    document,
                    (*claim.path, "metadata", "name"),
                    found=shown(claim.name),
                    at=at(document, (*earlier.path, "metadata", "name"), document),
                )
            last[claim.name] = claim


@rule(
    "STS305",
    Severity.ERROR,
    source="pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaimSpec: at least 1 "
    "access mode is required; k/k#132212 (claim templates since 1.34, FailedCreate before)",
    mistakes=("M38",),
)
def access_mode_present(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A claim says how it is mounted."""
    for claim in objects.once(Views).claims:
        misspelt = any(key.lower() in ("accessmode", "accessmodes") for key in claim.spec)
        if claim.spec.get("accessModes") in ([], None) and (
            "accessModes" in claim.spec or not misspelt
        ):
            yield rule.finding(
                claim.document, claim.at("accessModes"), key=True, needed="ReadWriteOnce"
            )


@rule(
    "STS306",
    Severity.ERROR,
    source="pkg/apis/core/validation/validation.go supportedAccessModes: Unsupported value",
    mistakes=("M38",),
    variants=("", "unknown"),
)
def access_mode_known(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Access modes are written out, in the letters of the API."""
    for claim in objects.once(Views).claims:
        if not isinstance(claim.spec.get("accessModes"), list):
            continue
        for i, mode in enumerate(_items(claim)):
            if isinstance(mode, str) and mode not in ACCESS_MODES and not unfilled(mode):
                needed = meant(mode, ACCESS_MODES, _MODE_WORDS)
                yield rule.finding(
                    claim.document,
                    claim.at("accessModes", i),
                    variant="" if needed else "unknown",
                    found=shown(mode),
                    needed=needed or ACCESS_MODES,
                )


def _items(claim: Claim) -> list[object]:
    modes = claim.spec.get("accessModes")
    return list(modes) if isinstance(modes, list) else []


@rule(
    "STS307",
    Severity.ERROR,
    source="pkg/apis/core/validation/validation.go: may not use ReadWriteOncePod with other "
    "access modes; KEP sig-storage/2485",
    since="1.22",
)
def once_pod_stands_alone(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """ReadWriteOncePod is the only mode of its claim."""
    for claim in objects.once(Views).claims:
        modes = _items(claim)
        others = tuple(
            mode for mode in ACCESS_MODES if mode in modes and mode != "ReadWriteOncePod"
        )
        if "ReadWriteOncePod" in modes and others:
            yield rule.finding(
                claim.document,
                claim.at("accessModes", modes.index("ReadWriteOncePod")),
                found="ReadWriteOncePod",
                names=others,
            )


@rule(
    "STS308",
    Severity.ADVICE,
    source="website: concepts/storage/persistent-volumes#access-modes",
    mistakes=("M33",),
)
def claim_per_pod_needs_no_sharing(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A claim that one Pod has for itself asks for no more than it needs."""
    views = objects.once(Views)
    for document in objects.statefulsets:
        for claim in views.templates(document):
            modes = _items(claim)
            if "ReadWriteMany" in modes:
                yield rule.finding(
                    document,
                    claim.at("accessModes", modes.index("ReadWriteMany")),
                    found="ReadWriteMany",
                    needed="ReadWriteOnce",
                )


@rule(
    "STS323",
    Severity.ERROR,
    source="pkg/controller/statefulset/stateful_set_utils.go getPersistentVolumeClaimName; "
    "k/k#41153",
    mistakes=("M45",),
)
def claim_names_do_not_collide(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Claims of two sets do not get one name."""
    views = objects.once(Views)
    owners: dict[tuple[str, str], list[tuple[Claim, range]]] = {}
    for document in objects.statefulsets:
        count, first = replicas(document), start_ordinal(document)
        if not document.name or count is None or first is None or min(count, first) < 0:
            continue
        ordinals = range(first, first + max(count, 1))
        for claim in views.templates(document):
            if not claim.name:
                continue
            key = (namespace(document), f"{claim.name}-{document.name}")
            for other, theirs in owners.get(key, [])[:1]:
                shared = range(max(first, theirs.start), min(ordinals.stop, theirs.stop))
                if shared and other.document.name != document.name:
                    yield rule.finding(
                        document,
                        (*claim.path, "metadata", "name"),
                        found=shown(f"{key[1]}-{shared.start}"),
                        other=shown(other.document.name),
                        at=at(other.document, (*other.path, "metadata", "name"), document),
                    )
            owners.setdefault(key, []).append((claim, ordinals))


@rule(
    "STS324",
    Severity.ERROR,
    source="pkg/apis/core/validation/validation.go ValidateVolumes: spec.volumes[].name is a DNS "
    "label (the claim template becomes a volume of the Pod)",
    variants=("", "absent"),
)
def claim_template_name(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A claim template's name can be a volume's name."""
    views = objects.once(Views)
    for document in objects.statefulsets:
        for claim in views.templates(document):
            path = (*claim.path, "metadata", "name")
            written = dig(claim.body, "metadata", "name")
            if written is None or written == "":
                yield rule.finding(document, path, key=True, variant="absent", needed="data")
            elif isinstance(written, str) and not is_dns_label(written) and not unfilled(written):
                yield rule.finding(
                    document, path, found=shown(written), needed=_as_label(written) or "data"
                )


def _as_label(name: str) -> str:
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in name[:200].lower())
    return kept.strip("-")[:63].strip("-")


@rule(
    "STS331",
    Severity.WARNING,
    source="pkg/controller/volume/persistentvolume/pv_controller.go syncUnboundClaim (a claim with "
    "a volumeName binds to that volume or waits)",
)
def template_names_no_volume(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """One PersistentVolume cannot serve the claims of several Pods."""
    views = objects.once(Views)
    for document in objects.statefulsets:
        count = replicas(document)
        for claim in views.templates(document) if count is not None and count > 1 else ():
            found = string(claim.spec.get("volumeName"))
            if found and claim.origin is Origin.TEMPLATE:
                yield rule.finding(
                    document,
                    claim.at("volumeName"),
                    found=shown(found),
                    replicas=count or 0,
                )
