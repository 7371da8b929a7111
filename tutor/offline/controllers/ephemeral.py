"""Volumes that live as long as their Pod: the claim of each is made for it, and belongs to it.

Source: pkg/controller/volume/ephemeral/controller.go,
k8s.io/component-helpers/storage/ephemeral, v1.36.
"""

from collections.abc import Iterable
from typing import Any

from tutor.offline.controllers.replicaset import reference_to
from tutor.offline.controllers.storage import CLAIMS, claim_names, foreign
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, copy_of, dig, name_of, namespace_of, owners_of, terminating
from tutor.offline.plan import Create, Key, Plan, Retry, View

PODS = "pods"


class EphemeralVolumes:
    """Makes the claims of generic ephemeral volumes."""

    name = "ephemeral_volume"
    watches = (PODS, CLAIMS)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """A new Pod with such a volume; the Pod whose claim is gone."""
        if resource == CLAIMS:
            if after is not None or before is None:
                return ()
            owners = [one for one in owners_of(before) if one.get("kind") == "Pod"]
            return [Key(namespace_of(before), str(one.get("name", ""))) for one in owners]
        if after is None or not any(ephemeral for _, ephemeral in claim_names(after)):
            return ()
        return (Key(namespace_of(after), name_of(after)),) if before is None else ()

    def sync(self, view: View, key: Key) -> Plan:
        """Make the claims of one Pod that are not there.

        Raises:
            Retry: A claim was refused, or belongs to somebody else.
        """
        pod = view.get(PODS, key.namespace, key.name)
        if pod is None or terminating(pod):
            return
        for volume in dig(pod, "spec", "volumes", default=()):
            if "ephemeral" in volume:
                yield from _make(view, pod, volume)


def _make(view: View, pod: Obj, volume: Obj) -> Plan:
    name = f"{name_of(pod)}-{volume['name']}"
    found = view.get(CLAIMS, namespace_of(pod), name)
    if found is not None:
        if why := foreign(found, pod):
            raise Retry(why)
        return
    template = copy_of(dig(volume, "ephemeral", "volumeClaimTemplate", default={}))
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": namespace_of(pod),
        "ownerReferences": [reference_to(pod)],
    }
    for part in ("annotations", "labels"):
        if given := dig(template, "metadata", part):
            metadata[part] = given
    outcome = yield Create(
        CLAIMS,
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": metadata,
            "spec": template.get("spec") or {},
        },
    )
    if isinstance(outcome, ApiError):
        raise Retry(outcome.message)
