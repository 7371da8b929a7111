"""What keeps claims in use and bound volumes from vanishing: two finalizers and who lifts them.

Source: pkg/controller/volume/pvcprotection and pvprotection, v1.36.
"""

from collections.abc import Iterable

from tutor.offline.controllers.storage import CLAIMS, VOLUMES, claim_names
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, meta, name_of, namespace_of, terminating
from tutor.offline.plan import Key, Plan, Retry, Update, View

PODS = "pods"
CLAIM_FINALIZER = "kubernetes.io/pvc-protection"
VOLUME_FINALIZER = "kubernetes.io/pv-protection"


def _with_finalizer(resource: str, obj: Obj, finalizer: str) -> Update:
    held = meta(obj).get("finalizers") or []
    return Update(resource, {**obj, "metadata": {**meta(obj), "finalizers": [*held, finalizer]}})


def _without_finalizer(resource: str, obj: Obj, finalizer: str) -> Update:
    held = [one for one in meta(obj).get("finalizers") or [] if one != finalizer]
    metadata = {name: value for name, value in meta(obj).items() if name != "finalizers"}
    if held:
        metadata["finalizers"] = held
    return Update(resource, {**obj, "metadata": metadata})


def _protect(resource: str, obj: Obj, finalizer: str, *, in_use: bool) -> Plan:
    held = finalizer in (meta(obj).get("finalizers") or ())
    if terminating(obj):
        if not held or in_use:
            return
        outcome = yield _without_finalizer(resource, obj, finalizer)
    elif held:
        return
    else:
        outcome = yield _with_finalizer(resource, obj, finalizer)
    if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
        raise Retry(outcome.message)


class ClaimProtection:
    """Keeps a claim while a Pod that has a node uses it, be it finished or not."""

    name = "persistentvolumeclaim-protection-controller"
    watches = (CLAIMS, PODS)

    def __init__(self) -> None:
        self._users: dict[Key, dict[Key, None]] = {}

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The claim; for a Pod that is gone, its claims."""
        changed = after or before or {}
        key = Key(namespace_of(changed), name_of(changed))
        if resource == CLAIMS:
            return (key,) if after is not None else ()
        found = []
        uses = after is not None and dig(after, "spec", "nodeName", default="") != ""
        for name, _ in claim_names(changed):
            claim = Key(key.namespace, name)
            users = self._users.setdefault(claim, {})
            if uses:
                users[key] = None
                continue
            if users.pop(key, key) is None:
                found.append(claim)
            if not users:
                del self._users[claim]
        return found

    def sync(self, view: View, key: Key) -> Plan:
        """Set the finalizer, or lift it from a claim that may go.

        Raises:
            Retry: The write was refused.
        """
        claim = view.get(CLAIMS, key.namespace, key.name)
        if claim is not None:
            used = bool(self._users.get(key))
            yield from _protect(CLAIMS, claim, CLAIM_FINALIZER, in_use=used)


class VolumeProtection:
    """Keeps a volume while it is bound."""

    name = "persistentvolume-protection-controller"
    watches = (VOLUMES,)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The volume."""
        return (Key("", name_of(after)),) if after is not None else ()

    def sync(self, view: View, key: Key) -> Plan:
        """Set the finalizer, or lift it from a volume that may go.

        Raises:
            Retry: The write was refused.
        """
        volume = view.get(VOLUMES, "", key.name)
        if volume is not None:
            bound = dig(volume, "status", "phase") == "Bound"
            yield from _protect(VOLUMES, volume, VOLUME_FINALIZER, in_use=bound)
