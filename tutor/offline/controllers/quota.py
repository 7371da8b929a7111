"""ResourceQuota status: what is used of it. Admission itself counts anew each time.

Source: pkg/controller/resourcequota/resource_quota_controller.go, v1.36.
"""

from collections.abc import Iterable

from tutor.manifest.quantity import parse
from tutor.offline import custom
from tutor.offline.admission.quota import used_of
from tutor.offline.clock import seconds_of
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, meta, name_of, namespace_of, terminating
from tutor.offline.plan import CUSTOM, Again, Key, Plan, Retry, UpdateStatus, View
from tutor.offline.resources import RESOURCES

QUOTAS = "resourcequotas"
_COUNTED = tuple(
    one.name
    for one in RESOURCES
    if one.namespaced and one.name not in ("events", "leases.coordination.k8s.io")
)


class Quotas:
    """Keeps the status of ResourceQuotas."""

    name = "resourcequota-controller"
    watches = (*_COUNTED, CUSTOM)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The quota; all quotas of a namespace where something comes, goes or is over."""
        changed = after or before or {}
        namespace = namespace_of(changed)
        if resource == QUOTAS and after is not None:
            return (Key(namespace, name_of(after)),)
        if before is not None and after is not None and not _matters(before, after):
            return ()
        return [Key(namespace, name_of(one)) for one in view.list(QUOTAS, namespace)]

    def sync(self, view: View, key: Key) -> Plan:
        """Count what one quota limits.

        Raises:
            Retry: The write was refused.
        """
        quota = view.get(QUOTAS, key.namespace, key.name)
        if quota is None:
            return
        hard = {
            name: str(parse(value))
            for name, value in dig(quota, "spec", "hard", default={}).items()
        }
        used = used_of(quota, view, (*_COUNTED, *custom.stored_names(view)))
        for pod in view.list("pods", key.namespace):
            ends = meta(pod).get("deletionTimestamp")
            if ends is not None:  # a Pod that ought to be over counts no longer
                late = seconds_of(ends) + (meta(pod).get("deletionGracePeriodSeconds") or 0)
                if late >= view.now:
                    yield Again(late - view.now + 1)
        status = {"hard": hard, "used": {name: str(amount) for name, amount in used.items()}}
        if status == quota.get("status"):
            return
        outcome = yield UpdateStatus(QUOTAS, {**quota, "status": status})
        if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
            raise Retry(outcome.message)


def _matters(before: Obj, after: Obj) -> bool:
    """Whether a change can be one of what is counted."""
    return (
        before.get("spec") != after.get("spec")
        or terminating(before) != terminating(after)
        or dig(before, "status", "phase") != dig(after, "status", "phase")
        or dig(before, "status", "allocatedResources") != dig(after, "status", "allocatedResources")
    )
