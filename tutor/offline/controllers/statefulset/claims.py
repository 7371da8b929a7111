"""The claims of a Pod, and who owns them.

What persistentVolumeClaimRetentionPolicy says is written into the claims as owner references; the
garbage collector does the rest. Source: pkg/controller/statefulset/stateful_set_utils.go, v1.36.
"""

from dataclasses import dataclass

from tutor.offline.controllers.statefulset.identity import (
    API_VERSION,
    KIND,
    claim_name,
    controller_reference,
)
from tutor.offline.controllers.statefulset.pods import copied
from tutor.offline.controllers.statefulset.wanted import DELETE, Wanted
from tutor.offline.objects import Obj, owners_of

CLAIMS = "persistentvolumeclaims"


@dataclass(frozen=True, slots=True)
class Owner:
    """The Pod of a claim: ``uid`` is empty while it does not exist."""

    name: str
    uid: str
    ordinal: int


def claims_of(wanted: Wanted, ordinal: int) -> list[Obj]:
    """The claims of one Pod as they are sent to the API server, in the order of the templates."""
    claims: dict[str, Obj] = {}
    for template in wanted.templates:
        claim = copied(template)
        metadata = claim["metadata"]
        claims[metadata["name"]] = claim
        if labels := {**(metadata.get("labels") or {}), **wanted.match_labels}:
            metadata["labels"] = labels
        metadata["name"] = claim_name(template, wanted.name, ordinal)
        metadata["namespace"] = wanted.namespace
        claim["apiVersion"], claim["kind"] = "v1", "PersistentVolumeClaim"
        claim.pop("status", None)
    return list(claims.values())


def claim_names(wanted: Wanted, ordinal: int) -> list[str]:
    """The names of the claims of one Pod."""
    return [claim_name(template, wanted.name, ordinal) for template in wanted.templates]


def _names_set(reference: Obj, wanted: Wanted) -> bool:
    return (
        reference.get("apiVersion") == API_VERSION
        and reference.get("kind") == KIND
        and reference.get("name") == wanted.name
    )


def _names_pod(reference: Obj, pod: Owner) -> bool:
    return (
        reference.get("apiVersion") == "v1"
        and reference.get("kind") == "Pod"
        and reference.get("name") == pod.name
    )


def _owned_by(claim: Obj, uid: str) -> bool:
    return any(reference.get("uid") == uid for reference in owners_of(claim))


def has_stale_pod(claim: Obj, pod: Owner) -> bool:
    """Whether the claim belongs to an earlier Pod of this name, and so goes with it."""
    return any(
        _names_pod(reference, pod) and reference.get("uid") != pod.uid
        for reference in owners_of(claim)
    )


def _has_stale_set(claim: Obj, wanted: Wanted) -> bool:
    return any(
        _names_set(reference, wanted) and reference.get("uid") != wanted.uid
        for reference in owners_of(claim)
    )


def has_other_controller(claim: Obj, wanted: Wanted, pod: Owner) -> bool:
    """Whether somebody else manages the claim. Where claims are retained, nobody minds."""
    if wanted.keeps_claims:
        return False
    for reference in owners_of(claim):
        if _names_set(reference, wanted):
            if reference.get("uid") != wanted.uid:
                return True
        elif _names_pod(reference, pod):
            if reference.get("uid") != pod.uid:
                return True
        elif reference.get("controller"):
            return True
    return False


def _has_idle_owner(claim: Obj, wanted: Wanted, pod: Owner) -> bool:
    """Whether the set or the Pod owns the claim without being its controller."""
    for reference in owners_of(claim):
        if reference.get("uid") in (wanted.uid, pod.uid):
            return not reference.get("controller")
    return False


def _owners_wanted(wanted: Wanted, pod: Owner) -> tuple[bool, bool]:
    """Whether the set, and whether the Pod, should own the claim."""
    condemned = not wanted.in_range(pod.ordinal)
    by_pod = wanted.when_scaled == DELETE and condemned
    by_set = wanted.when_deleted == DELETE and not by_pod
    return by_set, by_pod


def owners_right(claim: Obj, wanted: Wanted, pod: Owner) -> bool:
    """Whether the owners of a claim are what the retention policy asks for."""
    if not (claim["metadata"].get("ownerReferences") or wanted.when_deleted == DELETE):
        return not _owners_wanted(wanted, pod)[1]
    if _has_stale_set(claim, wanted) or has_stale_pod(claim, pod):
        return False
    owned = _owned_by(claim, wanted.uid), _owned_by(claim, pod.uid)
    if has_other_controller(claim, wanted, pod):
        return not any(owned)
    if _has_idle_owner(claim, wanted, pod):
        return False
    return owned == _owners_wanted(wanted, pod)


def with_right_owners(claim: Obj, set_: Obj, wanted: Wanted, pod: Owner) -> Obj:
    """The claim with the owners the retention policy asks for; strangers among them stay."""
    kept = [
        reference
        for reference in owners_of(claim)
        if not _names_set(reference, wanted) and not _names_pod(reference, pod)
    ]
    if not has_other_controller(claim, wanted, pod):
        by_set, by_pod = _owners_wanted(wanted, pod)
        if by_set:
            kept.append(controller_reference(API_VERSION, KIND, set_))
        if by_pod:
            metadata = {"metadata": {"name": pod.name, "uid": pod.uid}}
            kept.append(controller_reference("v1", "Pod", metadata))
    about = {key: value for key, value in claim["metadata"].items() if key != "ownerReferences"}
    if kept:
        about["ownerReferences"] = kept
    return {**claim, "metadata": about}
