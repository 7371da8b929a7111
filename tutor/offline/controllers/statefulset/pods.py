"""What the controller reads from a Pod, and the Pods it makes.

Source: pkg/controller/statefulset/stateful_set_utils.go and GetPodFromTemplate of
pkg/controller/controller_utils.go, v1.36.
"""

from dataclasses import dataclass
from typing import TypeVar

from tutor.offline.clock import seconds_of
from tutor.offline.controllers.statefulset.identity import (
    POD_NAME_LABEL,
    REVISION_LABEL,
    claim_name,
    identity_labels,
    parent_and_ordinal,
    pod_name,
    set_reference,
)
from tutor.offline.controllers.statefulset.wanted import Wanted
from tutor.offline.objects import Obj, labels_of, meta, namespace_of, terminating

FINISHED = frozenset({"Failed", "Succeeded"})
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PodFacts:
    """One Pod as far as its StatefulSet cares.

    Attributes:
        ready: The condition Ready is True.
        ready_since: When it became so, in seconds since the epoch; None where it is not said.
        revision: The name of the ControllerRevision it was made from.
    """

    name: str
    parent: str
    ordinal: int
    uid: str
    phase: str
    ready: bool
    ready_since: float | None
    terminating: bool
    revision: str
    obj: Obj

    @property
    def finished(self) -> bool:
        """Whether it ran to an end, good or bad."""
        return self.phase in FINISHED

    @property
    def running_and_ready(self) -> bool:
        """Whether it counts as ready."""
        return self.ready and self.phase == "Running"

    def available(self, min_ready_seconds: int, now: float) -> bool:
        """Whether it has been Running and Ready for long enough."""
        return self.running_and_ready and not self.seconds_to_go(min_ready_seconds, now)

    def seconds_to_go(self, min_ready_seconds: int, now: float) -> float:
        """How long until it has been Ready for long enough; 0 when it has."""
        if min_ready_seconds == 0:
            return 0
        if self.ready_since is None:
            return float(min_ready_seconds)
        return max(0, self.ready_since + min_ready_seconds - now)

    def healthy(self, min_ready_seconds: int, now: float) -> bool:
        """Whether it is available and staying."""
        return not self.terminating and self.available(min_ready_seconds, now)


def facts_of(pod: Obj) -> PodFacts:
    """Read a Pod."""
    metadata = meta(pod)
    status = pod.get("status") or {}
    name = metadata["name"]
    parent, ordinal = parent_and_ordinal(name)
    ready, since = False, None
    for condition in status.get("conditions") or ():
        if condition.get("type") == "Ready":
            ready = condition.get("status") == "True"
            if ready and (stamp := condition.get("lastTransitionTime")):
                since = seconds_of(stamp)
            break
    return PodFacts(
        name=name,
        parent=parent,
        ordinal=ordinal,
        uid=metadata.get("uid", ""),
        phase=status.get("phase") or "",
        ready=ready,
        ready_since=since,
        terminating=terminating(pod),
        revision=labels_of(pod).get(REVISION_LABEL, ""),
        obj=pod,
    )


def copied(value: _T) -> _T:
    """A copy of JSON, all the way down."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}  # type: ignore[return-value]
    if isinstance(value, list):
        return [copied(item) for item in value]  # type: ignore[return-value]
    return value


def claim_volumes(wanted: Wanted, ordinal: int) -> dict[str, str]:
    """The claim behind each volume a claim template stands for; of two namesakes the later wins."""
    return {
        template["metadata"]["name"]: claim_name(template, wanted.name, ordinal)
        for template in wanted.templates
    }


def with_storage(spec: Obj, wanted: Wanted, ordinal: int) -> Obj:
    """The Pod spec with its claims as volumes, in place of the template's volumes of the names."""
    claims = claim_volumes(wanted, ordinal)
    if not claims:
        return spec
    volumes = [
        {"name": name, "persistentVolumeClaim": {"claimName": claim}}
        for name, claim in claims.items()
    ]
    volumes += [one for one in spec.get("volumes") or () if one.get("name") not in claims]
    return {**spec, "volumes": volumes}


def new_pod(set_: Obj, wanted: Wanted, template: Obj, revision: str, ordinal: int) -> Obj:
    """The Pod of one ordinal as it is sent to the API server."""
    metadata = meta(template)
    name = pod_name(wanted.name, ordinal)
    about: Obj = {
        "name": name,
        "generateName": f"{wanted.name}-",
        "namespace": wanted.namespace,
        "labels": {
            **(metadata.get("labels") or {}),
            **identity_labels(wanted.name, ordinal),
            REVISION_LABEL: revision,
        },
        "ownerReferences": [set_reference(set_)],
    }
    if annotations := metadata.get("annotations"):
        about["annotations"] = dict(annotations)
    if finalizers := metadata.get("finalizers"):
        about["finalizers"] = list(finalizers)
    spec = with_storage(copied(template.get("spec") or {}), wanted, ordinal)
    spec["hostname"] = name
    if wanted.service_name:
        spec["subdomain"] = wanted.service_name
    else:
        spec.pop("subdomain", None)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": about, "spec": spec}


def identity_matches(wanted: Wanted, facts: PodFacts) -> bool:
    """Whether a Pod carries the name and the label of its place."""
    return (
        facts.ordinal >= 0
        and facts.name == pod_name(wanted.name, facts.ordinal)
        and namespace_of(facts.obj) == wanted.namespace
        and labels_of(facts.obj).get(POD_NAME_LABEL) == facts.name
    )


def storage_matches(wanted: Wanted, facts: PodFacts) -> bool:
    """Whether a Pod mounts the claims of its place."""
    if not wanted.templates:
        return facts.ordinal >= 0
    mounted = {
        volume.get("name"): (volume.get("persistentVolumeClaim") or {}).get("claimName")
        for volume in facts.obj["spec"].get("volumes") or ()
    }
    return facts.ordinal >= 0 and all(
        mounted.get(template["metadata"]["name"])
        == claim_name(template, wanted.name, facts.ordinal)
        for template in wanted.templates
    )


def repaired(wanted: Wanted, facts: PodFacts) -> Obj:
    """The Pod with its identity and its storage put right."""
    pod = facts.obj
    if not identity_matches(wanted, facts):
        labels = {**labels_of(pod), **identity_labels(wanted.name, facts.ordinal)}
        about = {
            **meta(pod),
            "name": pod_name(wanted.name, facts.ordinal),
            "namespace": wanted.namespace,
            "labels": labels,
        }
        pod = {**pod, "metadata": about}
    if not storage_matches(wanted, facts):
        pod = {**pod, "spec": with_storage(pod["spec"], wanted, facts.ordinal)}
    return pod
