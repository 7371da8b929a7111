"""Which Pods are the set's: orphans of the right name and labels are adopted, strays released.

Source: pkg/controller/controller_ref_manager.go, v1.36.
"""

from collections.abc import Callable, Generator

from tutor.offline.controllers.revisions import REVISIONS
from tutor.offline.controllers.statefulset.identity import parent_and_ordinal, set_reference
from tutor.offline.controllers.statefulset.ledger import Ledger
from tutor.offline.controllers.statefulset.wanted import Wanted
from tutor.offline.controllers.statefulset.work import PODS, Failed
from tutor.offline.errors import ApiError
from tutor.offline.objects import (
    Obj,
    controller_of,
    name_of,
    namespace_of,
    owners_of,
    terminating,
)
from tutor.offline.plan import Action, Outcome, Update, View


def _with_owners(obj: Obj, owners: list[Obj]) -> Obj:
    about = {key: value for key, value in obj["metadata"].items() if key != "ownerReferences"}
    if owners:
        about["ownerReferences"] = owners
    return {**obj, "metadata": about}


def _adopted(obj: Obj, set_: Obj) -> Obj:
    return _with_owners(obj, [*owners_of(obj), set_reference(set_)])


def _released(obj: Obj, uid: str) -> Obj:
    return _with_owners(obj, [owner for owner in owners_of(obj) if owner.get("uid") != uid])


def adopt_revisions(
    set_: Obj, wanted: Wanted, revisions: list[Obj]
) -> Generator[Action, Outcome, None]:
    """Adopt the revisions without a controller.

    Raises:
        Failed: The set is being deleted, or the API server refused.
    """
    for revision in revisions:
        if controller_of(revision) is not None:
            continue
        if wanted.being_deleted:
            since = set_["metadata"]["deletionTimestamp"]
            raise Failed(
                f"can't adopt ControllerRevisions: {wanted.namespace}/{wanted.name} has just been "
                f"deleted at {since}"
            )
        outcome = yield Update(REVISIONS, _adopted(revision, set_))
        if isinstance(outcome, ApiError):
            raise Failed(outcome.message)


def claim_pods(
    view: View, set_: Obj, wanted: Wanted, selects: Callable[[Obj], bool], ledger: Ledger
) -> Generator[Action, Outcome, None]:
    """Show the ledger the Pods of the set, after adopting and releasing.

    Raises:
        Failed: Something could not be adopted or released.
    """
    ledger.show(wanted, view.owned(PODS, wanted.uid), selects)
    if wanted.being_deleted:
        return
    strays = [pod.obj for pod in ledger.strays.values()]
    orphans = [
        pod
        for pod in view.owned(PODS, "")
        if namespace_of(pod) == wanted.namespace
        and not terminating(pod)
        and parent_and_ordinal(name_of(pod))[0] == wanted.name
        and selects(pod)
    ]
    failures = []
    for stray in strays:
        outcome = yield Update(PODS, _released(stray, wanted.uid))
        if isinstance(outcome, ApiError) and outcome.reason not in ("NotFound", "Invalid"):
            failures.append(outcome.message)
    for orphan in orphans:
        outcome = yield Update(PODS, _adopted(orphan, set_))
        if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
            failures.append(outcome.message)
    if failures:
        raise Failed.of(failures)
    if strays or orphans:
        ledger.show(wanted, view.owned(PODS, wanted.uid), selects)


def revisions_of(view: View, wanted: Wanted, selects: Callable[[Obj], bool]) -> list[Obj]:
    """The revisions of the set and the orphans its selector finds."""
    found = [one for one in view.owned(REVISIONS, wanted.uid) if selects(one)]
    found += [
        one
        for one in view.owned(REVISIONS, "")
        if namespace_of(one) == wanted.namespace and selects(one)
    ]
    return found
