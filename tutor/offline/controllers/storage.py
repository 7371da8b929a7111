"""What the scheduler and the volume controllers both know of claims, classes and volumes.

Source: k8s.io/component-helpers/storage/volume/pv_helpers.go, storage/ephemeral, v1.36.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import TypeVar

from tutor.manifest.quantity import Quantity, parse
from tutor.offline import selectors
from tutor.offline.errors import ApiError
from tutor.offline.objects import (
    Obj,
    controller_of,
    dig,
    labels_of,
    meta,
    name_of,
    namespace_of,
    terminating,
    uid_of,
)
from tutor.offline.plan import Action, Outcome, Retry, View
from tutor.offline.requirements import Requirement

CLAIMS = "persistentvolumeclaims"
VOLUMES = "persistentvolumes"
CLASSES = "storageclasses.storage.k8s.io"

BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
PROVISIONER = "volume.kubernetes.io/storage-provisioner"
BETA_PROVISIONER = "volume.beta.kubernetes.io/storage-provisioner"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
IS_DEFAULT = "storageclass.kubernetes.io/is-default-class"
BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
_R = TypeVar("_R")
Steps = Generator[Action, Outcome, _R]
"""Part of a plan, with a result of its own."""


def written(action: Action) -> Steps[Obj]:
    """Write something; what is stored then.

    Raises:
        Retry: The write was refused.
    """
    outcome = yield action
    if isinstance(outcome, ApiError):
        raise Retry(outcome.message)
    return outcome or {}


def claim_reference(claim: Obj) -> Obj:
    """The reference by which a volume names its claim."""
    return {
        "kind": "PersistentVolumeClaim",
        "namespace": namespace_of(claim),
        "name": name_of(claim),
        "uid": uid_of(claim),
        "apiVersion": "v1",
        "resourceVersion": meta(claim).get("resourceVersion", ""),
    }


def annotations_of(obj: Obj) -> Mapping[str, str]:
    """``metadata.annotations``, empty where there are none."""
    return meta(obj).get("annotations") or {}


def annotated(obj: Obj, annotations: Mapping[str, str | None]) -> Obj:
    """The object with these annotations; None removes one."""
    found = {**annotations_of(obj), **annotations}
    kept = {name: value for name, value in found.items() if value is not None}
    metadata = {name: value for name, value in meta(obj).items() if name != "annotations"}
    if kept:
        metadata["annotations"] = kept
    return {**obj, "metadata": metadata}


def class_name(obj: Obj) -> str:
    """The storage class of a claim or a volume; empty for none."""
    beta = annotations_of(obj).get(BETA_CLASS)
    if beta is not None:
        return beta
    return str(dig(obj, "spec", "storageClassName", default=""))


def class_of(view: View, claim: Obj) -> Obj | None:
    """The StorageClass of a claim, if it names one that exists."""
    name = class_name(claim)
    return view.get(CLASSES, "", name) if name else None


def waits_for_consumer(view: View, claim: Obj) -> bool:
    """Whether the claim's class binds only when a Pod is scheduled."""
    found = class_of(view, claim)
    return found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"


def fully_bound(claim: Obj) -> bool:
    """Whether a claim names its volume and the controller has finished binding it."""
    return bool(dig(claim, "spec", "volumeName", default="")) and BIND_COMPLETED in annotations_of(
        claim
    )


def claim_names(pod: Obj) -> Iterator[tuple[str, bool]]:
    """The claims a Pod mounts, each with whether it is one of a generic ephemeral volume."""
    for volume in dig(pod, "spec", "volumes", default=()):
        if "persistentVolumeClaim" in volume:
            yield str(dig(volume, "persistentVolumeClaim", "claimName", default="")), False
        elif "ephemeral" in volume:
            yield f"{name_of(pod)}-{volume.get('name', '')}", True


def foreign(claim: Obj, pod: Obj) -> str:
    """Why the claim of an ephemeral volume is not this Pod's (``VolumeIsForPod``); else empty."""
    if (controller_of(claim) or {}).get("uid") == uid_of(pod):
        return ""
    return (
        f"PVC {namespace_of(claim)}/{name_of(claim)} was not created for pod {namespace_of(pod)}/"
        f"{name_of(pod)} (pod is not owner)"
    )


def bound_to(volume: Obj, claim: Obj) -> bool:
    """Whether a volume is meant for this claim (``IsVolumeBoundToClaim``)."""
    reference = dig(volume, "spec", "claimRef")
    if reference is None:
        return False
    if reference.get("name") != name_of(claim) or reference.get("namespace") != namespace_of(claim):
        return False
    return not reference.get("uid") or reference["uid"] == meta(claim).get("uid")


def node_matches(terms: object, node: Obj) -> bool:
    """Whether a node meets a node selector: one of its terms, and of that everything."""
    if not isinstance(terms, list):
        return True
    return any(term_matches(term, node) for term in terms)


def term_matches(term: Obj, node: Obj) -> bool:
    """Whether a node meets everything of one term of a node selector."""
    labels, fields = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not labels and not fields:
        return False
    return all(_meets(one, labels_of(node)) for one in labels) and all(
        _meets(one, {"metadata.name": name_of(node)}) for one in fields
    )


_OPERATORS = {
    "In": "in",
    "NotIn": "notin",
    "Exists": "exists",
    "DoesNotExist": "!",
    "Gt": "gt",
    "Lt": "lt",
}


def _meets(expression: Obj, labels: Mapping[str, str]) -> bool:
    operator = _OPERATORS.get(str(expression.get("operator")))
    if operator is None:
        return False
    values = tuple(sorted(str(value) for value in expression.get("values") or ()))
    return Requirement(str(expression.get("key", "")), operator, values)(labels)


def reachable(volume: Obj, node: Obj) -> bool:
    """Whether a volume's node affinity lets it be used on a node."""
    return node_matches(dig(volume, "spec", "nodeAffinity", "required", "nodeSelectorTerms"), node)


def requested(claim: Obj) -> object:
    """How much storage a claim asks for."""
    return dig(claim, "spec", "resources", "requests", "storage", default="0")


class FreeVolumes:
    """The volumes no claim has taken for good, kept up to date change by change."""

    def __init__(self) -> None:
        self._found: dict[str, Obj] = {}
        self._taken: dict[str, Obj] = {}

    def update(self, before: Obj | None, after: Obj | None) -> None:
        """Take in one change of a volume."""
        changed = after or before
        if changed is None:
            return
        name = name_of(changed)
        for one in (before, after):
            if held := dig(one, "spec", "claimRef", "uid", default=""):
                self._taken.pop(held, None)
        taken = dig(changed, "spec", "claimRef", "uid", default="")
        phase = dig(changed, "status", "phase")
        if after is not None and taken and phase == "Bound":
            self._taken[taken] = after
        if after is None or (taken and phase in ("Bound", "Released", "Failed")):
            self._found.pop(name, None)
        else:
            self._found[name] = after

    def of(self, claim: Obj) -> Obj | None:
        """The volume that is bound to a claim already, whether the claim knows or not."""
        return self._taken.get(uid_of(claim))

    def __iter__(self) -> Iterator[Obj]:
        return iter([self._found[name] for name in sorted(self._found)])


def find_volume(
    volumes: Iterable[Obj],
    claim: Obj,
    node: Obj | None = None,
    *,
    delayed: bool = False,
    excluded: frozenset[str] = frozenset(),
) -> Obj | None:
    """The smallest volume that fits a claim (``FindMatchingVolume``).

    Without a node those with the fewest access modes come first, as the controller's index has
    them (``pkg/controller/volume/persistentvolume/index.go``).

    Args:
        volumes: To choose from.
        claim: The claim.
        node: Where the volume is to be used, when the scheduler asks.
        delayed: The claim waits for its first consumer: without a node only a volume meant for it.
        excluded: Names already given to other claims.
    """
    size = parse(requested(claim))
    fitting = [
        one
        for one in volumes
        if name_of(one) not in excluded
        and (dig(one, "spec", "claimRef") is None or bound_to(one, claim))
        and parse(dig(one, "spec", "capacity", "storage", default="0")) >= size
        and mode_of(one) == mode_of(claim)
        and not terminating(one)
    ]
    if node is not None:
        return _smallest(fitting, claim, node, delayed=delayed)
    groups: dict[tuple[int, str], list[Obj]] = {}
    for one in fitting:
        if offers(one, claim):
            modes = dig(one, "spec", "accessModes", default=())
            groups.setdefault((len(modes), ",".join(sorted(modes))), []).append(one)
    for _, group in sorted(groups.items()):
        found = _smallest(group, claim, None, delayed=delayed)
        if found is not None:
            return found
    return None


def _smallest(volumes: Iterable[Obj], claim: Obj, node: Obj | None, *, delayed: bool) -> Obj | None:
    selector = dig(claim, "spec", "selector")
    selects = selectors.of_object(selector) if selector else None
    best: Obj | None = None
    for volume in volumes:
        here = node is None or reachable(volume, node)
        if bound_to(volume, claim):
            return volume if here else None
        if not here or (node is None and delayed):
            continue
        if dig(volume, "status", "phase") != "Available":
            continue
        if selects is not None and not selects(volume):
            continue
        if class_name(volume) != class_name(claim) or not offers(volume, claim):
            continue
        if best is None or _capacity(volume) < _capacity(best):
            best = volume
    return best


def _capacity(volume: Obj) -> Quantity:
    return parse(dig(volume, "spec", "capacity", "storage", default="0"))


def offers(volume: Obj, claim: Obj) -> bool:
    """Whether a volume has every access mode a claim asks for."""
    return set(dig(claim, "spec", "accessModes", default=())) <= set(
        dig(volume, "spec", "accessModes", default=())
    )


def mode_of(obj: Obj) -> str:
    """``volumeMode`` of a claim or a volume."""
    return str(dig(obj, "spec", "volumeMode", default="Filesystem"))


def unsuited(volume: Obj, claim: Obj) -> str:
    """Why a volume that a claim names is not for it (``checkVolumeSatisfyClaim``); else empty."""
    if terminating(volume):
        return f'the volume is marked for deletion "{name_of(volume)}"'
    if _capacity(volume) < parse(requested(claim)):
        return "requested PV is too small"
    if class_name(volume) != class_name(claim):
        return "storageClassName does not match"
    if mode_of(volume) != mode_of(claim):
        return "incompatible volumeMode"
    if not offers(volume, claim):
        return "incompatible accessMode"
    return ""
