"""The StatefulSet controller: what it looks at, and one sync.

Source: pkg/controller/statefulset/stateful_set.go and stateful_set_control.go, v1.36.
"""

from collections.abc import Iterable

from tutor.offline import selectors
from tutor.offline.controllers.revisions import in_order
from tutor.offline.controllers.statefulset import history, ownership
from tutor.offline.controllers.statefulset.claims import CLAIMS
from tutor.offline.controllers.statefulset.identity import KIND
from tutor.offline.controllers.statefulset.ledger import Ledger
from tutor.offline.controllers.statefulset.reconcile import Reconciling
from tutor.offline.controllers.statefulset.status import SETS, write
from tutor.offline.controllers.statefulset.wanted import wanted_of
from tutor.offline.controllers.statefulset.work import PODS, Failed, Steps, Work
from tutor.offline.objects import (
    Obj,
    controller_of,
    labels_of,
    name_of,
    namespace_of,
)
from tutor.offline.plan import Again, Key, Plan, Retry, View


class StatefulSetController:
    """Brings StatefulSets closer to what they ask for, one Pod at a time where they are ordered."""

    name = "statefulset-controller"
    watches = (SETS, PODS, CLAIMS)

    def __init__(self) -> None:
        self._ledgers: dict[Key, tuple[str, Ledger]] = {}

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The set itself; for a Pod its set, its former set, or those that might adopt it.

        A claim wakes nobody, as in the real controller; it is only looked at again next time.
        """
        changed = after or before
        if changed is None:
            return ()
        key = Key(namespace_of(changed), name_of(changed))
        if resource == SETS:
            if after is None:
                self._ledgers.pop(key, None)
            return (key,)
        if resource == PODS:
            return self._keys_of_pod(view, before, after)
        for of_set, (_, ledger) in self._ledgers.items():
            if of_set.namespace == key.namespace:
                ledger.claim_changed(key.name)
        return ()

    def _ledger(self, key: Key, uid: str) -> Ledger:
        known = self._ledgers.get(key)
        if known is None or known[0] != uid:
            known = self._ledgers[key] = (uid, Ledger())
        return known[1]

    def _keys_of_pod(self, view: View, before: Obj | None, after: Obj | None) -> Iterable[Key]:
        was = controller_of(before) if before else None
        owner = controller_of(after) if after else None
        keys = []
        if was and (owner is None or was.get("uid") != owner.get("uid")):
            keys += self._key_of_owner(view, before, was)
        if after is None:
            return keys
        if owner:
            return keys + self._key_of_owner(view, after, owner)
        moved = before is None or was is not None or labels_of(before) != labels_of(after)
        if moved and labels_of(after):
            namespace = namespace_of(after)
            keys += [
                Key(namespace, name_of(set_))
                for set_ in view.list(SETS, namespace)
                if selectors.of_object(set_["spec"].get("selector"))(after)
            ]
        return keys

    @staticmethod
    def _key_of_owner(view: View, pod: Obj | None, owner: Obj) -> list[Key]:
        if pod is None or owner.get("kind") != KIND:
            return []
        namespace = namespace_of(pod)
        set_ = view.get(SETS, namespace, owner.get("name", ""))
        if set_ is None or set_["metadata"]["uid"] != owner.get("uid"):
            return []
        return [Key(namespace, name_of(set_))]

    def sync(self, view: View, key: Key) -> Plan:
        """One sync of one set.

        Raises:
            Retry: Something failed; Events and status say what, where the real one says it.
        """
        set_ = view.get(SETS, key.namespace, key.name)
        if set_ is None:
            return
        try:
            yield from self._sync(view, set_)
        except Failed as failed:
            raise Retry(str(failed)) from failed

    def _sync(self, view: View, set_: Obj) -> Steps[None]:
        wanted = wanted_of(set_)
        selects = selectors.of_object(set_["spec"].get("selector"))
        revisions = ownership.revisions_of(view, wanted, selects)
        if any(controller_of(one) is None for one in revisions):
            yield from ownership.adopt_revisions(set_, wanted, revisions)
            revisions = ownership.revisions_of(view, wanted, selects)
        ledger = self._ledger(Key(wanted.namespace, wanted.name), wanted.uid)
        yield from ownership.claim_pods(view, set_, wanted, selects, ledger)

        ordered = in_order(revisions)
        chosen: history.Chosen | None = None
        failure: Failed | None = None
        reconciling: Reconciling | None = None
        try:
            chosen = yield from history.choose(view, set_, wanted, ordered)
            reconciling = Reconciling(Work(view, set_, wanted), chosen, ledger)
            yield from reconciling.run()
        except Failed as failed:
            failure = failed
        if reconciling:
            try:
                yield from write(view, set_, wanted, reconciling.status)
            except Failed as failed:
                failure = failure or failed
        try:
            yield from history.truncate(wanted, ordered, ledger.revisions, chosen)
        except Failed as failed:
            failure = Failed.of([str(failure), str(failed)]) if failure else failed
        if failure:
            raise failure
        if reconciling and (seconds := reconciling.again_in()) is not None:
            yield Again(seconds)
