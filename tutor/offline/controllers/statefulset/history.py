"""The revisions of a set: which is current, which is wanted, which are kept.

Source: getStatefulSetRevisions and truncateHistory of
pkg/controller/statefulset/stateful_set_control.go, v1.36.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor.offline.controllers import revisions as history
from tutor.offline.controllers.statefulset.identity import set_reference
from tutor.offline.controllers.statefulset.wanted import Wanted
from tutor.offline.controllers.statefulset.work import Failed, Steps
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, name_of
from tutor.offline.plan import Create, Delete, Update, View

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Chosen:
    """The two revisions of a sync.

    Attributes:
        current: What Pods below the partition are made from.
        update: What the template says now.
        collisions: ``status.collisionCount``.
    """

    current: Obj
    update: Obj
    collisions: int


def _create(view: View, wanted: Wanted, revision: Obj, collisions: int) -> Steps[tuple[Obj, int]]:
    """Create a revision; while another one has its name, count collisions and hash again."""
    while True:
        named = history.renamed(revision, wanted.name, collisions)
        outcome = yield Create(history.REVISIONS, named)
        if isinstance(outcome, dict):
            return outcome, collisions
        if not isinstance(outcome, ApiError):
            raise TypeError(outcome)
        if outcome.reason != "AlreadyExists":
            raise Failed(outcome.message)
        existing = view.get(history.REVISIONS, wanted.namespace, name_of(named))
        if existing is None:
            raise Failed(outcome.message)
        if existing["data"] == named["data"]:
            return existing, collisions
        collisions += 1


def _renumber(view: View, revision: Obj, number: int) -> Steps[Obj]:
    """Bring an old revision to the front of the history."""
    message = ""
    for _ in range(_TRIES):
        outcome = yield Update(history.REVISIONS, {**revision, "revision": number})
        if isinstance(outcome, dict):
            return outcome
        if not isinstance(outcome, ApiError):
            raise TypeError(outcome)
        message = outcome.message
        again = view.get(history.REVISIONS, revision["metadata"]["namespace"], name_of(revision))
        if outcome.reason != "Conflict" or again is None:
            break
        revision = again
    raise Failed(message)


def choose(view: View, set_: Obj, wanted: Wanted, ordered: Sequence[Obj]) -> Steps[Chosen]:
    """Find or make the revision of the template, and find the current one.

    Args:
        view: The cluster.
        set_: The StatefulSet.
        wanted: The same, read.
        ordered: Its revisions, oldest number first.

    Raises:
        Failed: A revision could not be written.
    """
    data = history.template_data(set_["spec"]["template"])
    collisions = wanted.collisions
    same = [one for one in ordered if history.holds(one, data, collisions)]
    if same and same[-1] is ordered[-1]:
        update = ordered[-1]
    elif same:
        update = yield from _renumber(view, same[-1], history.next_number(ordered))
    else:
        made = history.new_revision(
            set_,
            set_reference(set_),
            data,
            history.next_number(ordered),
            collisions,
        )
        update, collisions = yield from _create(view, wanted, made, collisions)
    current = next((one for one in ordered if name_of(one) == wanted.current_revision), update)
    return Chosen(current, update, collisions)


def truncate(
    wanted: Wanted, ordered: Sequence[Obj], used: Callable[[], set[str]], chosen: Chosen | None
) -> Steps[None]:
    """Delete the oldest revisions nobody uses beyond revisionHistoryLimit; Pods use ``used()``.

    Raises:
        Failed: One could not be deleted.
    """
    limit = wanted.history_limit
    if limit < 0 or len(ordered) <= limit:
        return
    live = used()
    if chosen:
        live |= {name_of(chosen.current), name_of(chosen.update)}
    for revision in history.beyond_limit(ordered, live, limit):
        outcome = yield Delete(history.REVISIONS, wanted.namespace, name_of(revision))
        if isinstance(outcome, ApiError):
            raise Failed(outcome.message)
