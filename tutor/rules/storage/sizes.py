"""STS309–311: how much storage a claim asks for."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tutor.manifest.nodes import Data
from tutor.manifest.quantity import ImmenseError, Quantity, QuantityError, parse
from tutor.model.findings import Finding, Path, Severity
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import Objects
from tutor.rules.shapes import dig, mapping
from tutor.rules.storage.views import Claim, Views
from tutor.rules.values import shown, unfilled

_STORAGE = ("resources", "requests", "storage")
_SMALL = Quantity(10**6)
_ZERO = Quantity(0)
_WRITTEN = re.compile(r"([0-9]{1,15}(?:[.,][0-9]{1,9})?)[\s_-]*([A-Za-z]{0,9})\Z", re.ASCII)
_ROOMY = "Gi"


def _request(claim: Claim) -> Data:
    return dig(claim.spec, *_STORAGE)


@rule(
    "STS309",
    Severity.ERROR,
    source="pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaimSpec: "
    "resources[storage] Required value; k/k#132212 (claim templates since 1.34)",
    mistakes=("M38",),
    variants=("", "misplaced"),
)
def storage_requested(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A claim says how much it needs."""
    for claim in objects.once(Views).claims:
        steps = [claim.spec.get("resources"), dig(claim.spec, "resources", "requests")]
        if _request(claim) is not None or any(
            not isinstance(step, (dict, type(None))) for step in steps
        ):
            continue
        elsewhere = _misplaced(claim)
        if elsewhere is None:
            yield rule.finding(claim.document, claim.at(*_STORAGE), key=True, needed="1Gi")
        else:
            where, size = elsewhere
            yield rule.finding(
                claim.document,
                claim.at(*_STORAGE),
                key=True,
                variant="misplaced",
                found=where,
                needed=shown(size),
            )


def _misplaced(claim: Claim) -> tuple[str, Data] | None:
    """A size written beside the place where it is read, and where that is."""
    resources = mapping(claim.spec.get("resources"))
    for where, place in (
        ("resources.requests", mapping(resources.get("requests"))),
        ("resources", resources),
        ("resources.limits", mapping(resources.get("limits"))),
        ("resources.capacity", mapping(resources.get("capacity"))),
        ("spec", claim.spec),
    ):
        for key, value in place.items():
            if key.lower() in ("storage", "size", "capacity") and isinstance(value, (str, int)):
                return f"{where}.{key}", value
    return None


@rule(
    "STS310",
    Severity.ERROR,
    source="apimachinery pkg/api/resource/quantity.go: quantities must match the regular "
    "expression; pkg/apis/core/validation/validation.go: must be greater than zero",
    variants=("", "spelling", "unknown", "zero"),
)
def storage_is_a_quantity(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A size is a number and a suffix that Kubernetes knows."""
    for claim in objects.once(Views).claims:
        found = _request(claim)
        if unfilled(found) or isinstance(found, bool) or not isinstance(found, (str, int, float)):
            continue
        path = claim.at(*_STORAGE)
        try:
            if parse(found) <= _ZERO:
                yield rule.finding(
                    claim.document, path, variant="zero", found=shown(found), needed="1Gi"
                )
        except ImmenseError:  # the schema's to say: SCH112
            continue
        except QuantityError:
            yield _malformed(rule, claim, path, str(found))


def _malformed(rule: Rule, claim: Claim, path: Path, found: str) -> Finding:
    meant = _meant(found)
    if meant is None:
        return rule.finding(
            claim.document, path, variant="unknown", found=shown(found) or '""', needed="1Gi"
        )
    return rule.finding(
        claim.document,
        path,
        variant="" if meant.decimal else "spelling",
        found=shown(found),
        needed=meant.binary,
        decimal=meant.decimal,
    )


class _Meant(NamedTuple):
    binary: str
    decimal: str
    """Empty where what was written already says that powers of 1024 are meant."""


def _meant(found: str) -> _Meant | None:
    """The quantity a malformed one stands for: ``1GB`` is ``1Gi``, or ``1G`` to the letter."""
    import unicodedata

    match = _WRITTEN.match(unicodedata.normalize("NFKC", found[:40]).strip())
    if match is None:
        return None
    number, unit = match[1].replace(",", "."), match[2].lower()
    unit = unit.removesuffix("ytes").removesuffix("yte")
    letter, rest = unit[:1], unit[1:].removesuffix("b")
    if letter not in tuple("kmgtpe") or unit == "e":
        return None
    if rest in ("i", "ibi", "ebi"):
        return _Meant(f"{number}{letter.upper()}i", "")
    if rest in ("", "ig", "eg", "iga", "ega", "ilo", "era", "eta"):
        suffix = letter if letter == "k" else letter.upper()
        return _Meant(f"{number}{letter.upper()}i", f"{number}{suffix}")
    return None


@rule(
    "STS311",
    Severity.WARNING,
    source="apimachinery pkg/api/resource/quantity.go (m is a thousandth); "
    "pkg/api/persistentvolumeclaim/util.go GetWarningsForPersistentVolumeClaimSpec",
    variants=("", "fraction"),
)
def storage_is_of_use(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Nobody means a volume of ten bytes."""
    for claim in objects.once(Views).claims:
        found = _request(claim)
        try:
            amount = parse(found)
        except QuantityError:
            continue
        if not _ZERO < amount < _SMALL:
            continue
        text = str(found).strip()
        number = re.match(r"\+?[0-9.]*[0-9]", text)
        suffix = text[number.end() :] if number else ""
        unit = "Mi" if suffix[:1] in ("m", "k", "K") else _ROOMY
        yield rule.finding(
            claim.document,
            claim.at(*_STORAGE),
            variant="fraction" if amount.exponent < 0 else "",
            found=shown(text),
            needed=f"{number[0].lstrip('+') if number else 1}{unit}",
        )
