"""Namespaces: what each is given when it is new, and how it is emptied when it goes.

Source: pkg/controller/serviceaccount, pkg/controller/certificates/rootcacertpublisher and
pkg/controller/namespace/deletion, v1.36.
"""

from collections import Counter
from collections.abc import Generator, Iterable

from tutor.offline import custom
from tutor.offline.clock import seconds_of, timestamp
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, meta, name_of, namespace_of, terminating, uid_of
from tutor.offline.plan import (
    Action,
    Again,
    Create,
    Delete,
    Key,
    Outcome,
    Plan,
    Retry,
    Update,
    UpdateStatus,
    View,
)
from tutor.offline.resources import RESOURCES

NAMESPACES, PODS = "namespaces", "pods"
ACCOUNTS, CONFIG = "serviceaccounts", "configmaps"
ROOT_CA = "kube-root-ca.crt"
FINALIZER = "kubernetes"
GRACE_SECONDS = 5.0
AGAIN_SECONDS = 5.0
_DESCRIPTION = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal "
    "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is "
    "guaranteed across distributions of Kubernetes clusters."
)
_FIRST = (
    "statefulsets.apps",
    "controllerrevisions.apps",
    "deployments.apps",
    "replicasets.apps",
    "events",
    "services",
    "endpointslices.discovery.k8s.io",
    "persistentvolumeclaims",
)
_CONTENT = _FIRST + tuple(
    one.name
    for one in RESOURCES
    if one.namespaced and "delete" in one.verbs and one.name not in (*_FIRST, PODS)
)


def _key_of(resource: str, changed: Obj) -> Key:
    """The namespace a change is about."""
    return Key("", name_of(changed) if resource == NAMESPACES else namespace_of(changed))


class ServiceAccounts:
    """Gives every namespace its ServiceAccount ``default``."""

    name = "serviceaccount-controller"
    watches = (NAMESPACES, ACCOUNTS)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The namespace that is new or has lost its account."""
        if resource == NAMESPACES:
            return (_key_of(resource, after),) if after is not None else ()
        if before is not None and after is None and name_of(before) == "default":
            return (_key_of(resource, before),)
        return ()

    def sync(self, view: View, key: Key) -> Plan:
        """Make the account where it is missing.

        Raises:
            Retry: The write was refused.
        """
        if not _active(view, key.name) or view.get(ACCOUNTS, key.name, "default") is not None:
            return
        yield from _made(ACCOUNTS, "ServiceAccount", {"name": "default", "namespace": key.name})


class RootCertificates:
    """Gives every namespace the ConfigMap ``kube-root-ca.crt``.

    Args:
        bundle: The certificates; the offline cluster speaks plain HTTP and has none.
    """

    name = "root-ca-certificate-publisher"
    watches = (NAMESPACES, CONFIG)

    def __init__(self, bundle: str = "") -> None:
        self._data = {"ca.crt": bundle}

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The namespace that is new, or whose ConfigMap is changed or gone."""
        changed = after or before or {}
        if resource == NAMESPACES:
            return (_key_of(resource, changed),) if after is not None else ()
        return (_key_of(resource, changed),) if name_of(changed) == ROOT_CA else ()

    def sync(self, view: View, key: Key) -> Plan:
        """Make the ConfigMap, or put its content right.

        Raises:
            Retry: The write was refused.
        """
        if not _active(view, key.name):
            return
        found = view.get(CONFIG, key.name, ROOT_CA)
        if found is None:
            metadata = {
                "name": ROOT_CA,
                "namespace": key.name,
                "annotations": {"kubernetes.io/description": _DESCRIPTION},
            }
            yield from _made(CONFIG, "ConfigMap", metadata, data=self._data)
        elif found.get("data") != self._data:
            outcome = yield Update(CONFIG, {**found, "data": self._data})
            if isinstance(outcome, ApiError):
                raise Retry(outcome.message)


def _active(view: View, name: str) -> bool:
    found = view.get(NAMESPACES, "", name)
    return found is not None and dig(found, "status", "phase") == "Active"


def _made(resource: str, kind: str, metadata: Obj, **content: object) -> Plan:
    outcome = yield Create(
        resource, {"apiVersion": "v1", "kind": kind, "metadata": metadata, **content}
    )
    if isinstance(outcome, ApiError) and outcome.reason not in ("AlreadyExists", "NotFound"):
        raise Retry(outcome.message)


class Namespaces:
    """Empties a namespace that is being deleted, Pods first, and lets it go."""

    name = "namespace-controller"
    watches = (NAMESPACES, PODS, "persistentvolumeclaims")

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The namespace being deleted, itself or because something in it is gone."""
        changed = after or before or {}
        if resource != NAMESPACES and after is not None:
            return ()
        key = _key_of(resource, changed)
        found = view.get(NAMESPACES, "", key.name)
        return (key,) if found is not None and terminating(found) else ()

    def sync(self, view: View, key: Key) -> Plan:
        """One round: delete what is there, and the namespace's finalizer when nothing is.

        Raises:
            Retry: A write was refused.
        """
        found = view.get(NAMESPACES, "", key.name)
        if found is None or not terminating(found):
            return
        due = seconds_of(meta(found)["deletionTimestamp"]) + GRACE_SECONDS
        if view.now < due:
            yield Again(due - view.now)
            return
        failures: list[str] = []
        yield from self._delete(view, key.name, PODS, failures)
        if not any(True for _ in view.list(PODS, key.name)):
            for resource in (*_CONTENT, *custom.stored_names(view)):
                yield from self._delete(view, key.name, resource, failures)
        left = {
            resource: content
            for resource in (PODS, *_CONTENT, *custom.stored_names(view))
            if (content := list(view.list(resource, key.name)))
        }
        found = yield from self._report(view, found, left, failures)
        if left:
            yield Again(AGAIN_SECONDS)
            return
        kept = [one for one in dig(found, "spec", "finalizers", default=()) if one != FINALIZER]
        spec = {**(found.get("spec") or {}), "finalizers": kept}
        outcome = yield UpdateStatus(NAMESPACES, {**found, "spec": spec}, "finalize")
        if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
            raise Retry(outcome.message)

    @staticmethod
    def _delete(view: View, namespace: str, resource: str, failures: list[str]) -> Plan:
        for one in tuple(view.list(resource, namespace)):
            if terminating(one):
                continue
            outcome = yield Delete(
                resource, namespace, name_of(one), uid_of(one), propagation="Background"
            )
            if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
                failures.append(outcome.message)

    @staticmethod
    def _report(
        view: View, found: Obj, left: dict[str, list[Obj]], failures: list[str]
    ) -> Generator[Action, Outcome, Obj]:
        """Write the conditions that say what still holds the namespace."""
        if not left and not dig(found, "status", "conditions"):
            return found
        wanted = [
            _condition(kind, stands=bool(text), reason=reason, message=text or calm, now=view.now)
            for kind, reason, text, calm in _findings(left, failures)
        ]
        old = {one["type"]: one for one in dig(found, "status", "conditions", default=())}
        for one in wanted:
            before = old.get(one["type"])
            if before is not None and before["status"] == one["status"]:
                one["lastTransitionTime"] = before["lastTransitionTime"]
        if wanted == list(old.values()):
            return found
        status = {**(found.get("status") or {}), "conditions": wanted}
        outcome = yield UpdateStatus(NAMESPACES, {**found, "status": status})
        if isinstance(outcome, ApiError):
            raise Retry(outcome.message)
        return outcome or found


def _condition(kind: str, *, stands: bool, reason: str, message: str, now: float) -> Obj:
    return {
        "type": kind,
        "status": "True" if stands else "False",
        "lastTransitionTime": timestamp(now),
        "reason": reason,
        "message": message,
    }


def _findings(
    left: dict[str, list[Obj]], failures: list[str]
) -> Iterable[tuple[str, str, str, str]]:
    """Condition, reason, what is the matter (or nothing), and what is said when nothing is."""
    remaining = ", ".join(
        f"{_full_name(resource)} has {len(found)} resource instances"
        for resource, found in sorted(left.items())
    )
    holders = Counter(
        one for found in left.values() for obj in found for one in meta(obj).get("finalizers") or ()
    )
    held = ", ".join(
        f"{name} in {count} resource instances" for name, count in sorted(holders.items())
    )
    yield (
        "NamespaceDeletionDiscoveryFailure",
        "ResourcesDiscovered",
        "",
        "All resources successfully discovered",
    )
    yield (
        "NamespaceDeletionGroupVersionParsingFailure",
        "ParsedGroupVersions",
        "",
        "All legacy kube types successfully parsed",
    )
    yield (
        "NamespaceDeletionContentFailure",
        "ContentDeletionFailed" if failures else "ContentDeleted",
        f"Failed to delete all resource types, {len(failures)} remaining: {', '.join(failures)}"
        if failures
        else "",
        "All content successfully deleted, may be waiting on finalization",
    )
    yield (
        "NamespaceContentRemaining",
        "SomeResourcesRemain" if left else "ContentRemoved",
        f"Some resources are remaining: {remaining}" if left else "",
        "All content successfully removed",
    )
    yield (
        "NamespaceFinalizersRemaining",
        "SomeFinalizersRemain" if holders else "ContentHasNoFinalizers",
        f"Some content in the namespace has finalizers remaining: {held}" if holders else "",
        "All content-preserving finalizers finished",
    )


def _full_name(resource: str) -> str:
    """``pods.``, ``statefulsets.apps``: a GroupResource with its dot, as this message has it."""
    return resource if "." in resource else f"{resource}."
