"""Moving Pods from the old ReplicaSets to the new one, and scaling in the middle of that.

Source: pkg/controller/deployment/{rolling,recreate,sync}.go, v1.36.
"""

from collections.abc import Generator

from tutor.offline.controllers.deployment.sets import (
    DESIRED,
    MOST,
    PODS,
    Work,
    active,
    by_age,
    count,
    limits,
    new_size,
    number,
    replicas_of,
    rolls,
    scale,
    sync_revision,
    total_of,
)
from tutor.offline.controllers.scheduler.tally import FINISHED
from tutor.offline.objects import Obj, dig, uid_of
from tutor.offline.plan import Action, Outcome, Plan

Steps = Generator[Action, Outcome, bool]


# -- one after another


def roll(work: Work) -> Steps:
    """A step of a rolling update. Whether nothing had to be scaled."""
    yield from sync_revision(work, make=True)
    new, wanted = work.new, replicas_of(work.deployment)
    if new is None:
        return False
    has = replicas_of(new)
    size = wanted if has > wanted else new_size(work, has)
    if size != has:
        yield from scale(work, new, size)
        return False
    return not (yield from _shrink(work))


def _shrink(work: Work) -> Steps:
    """Take Pods from the old sets: unhealthy ones first, then as many as may be missing."""
    new, ordered = work.new, sorted(active(work.old), key=by_age)
    if new is None or not ordered:
        return False
    least = replicas_of(work.deployment) - limits(work.deployment)[1]
    missing = replicas_of(new) - count([new], "availableReplicas")
    spare = total_of(work.all) - least - missing
    if spare <= 0:
        return False
    sizes = {uid_of(one): replicas_of(one) for one in ordered}
    for one in ordered:
        sick = replicas_of(one) - count([one], "availableReplicas")
        cut = max(0, min(sick, spare))
        spare -= cut
        if cut:
            sizes[uid_of(one)] -= cut
            yield from scale(work, one, sizes[uid_of(one)])
    spare = count(work.all, "availableReplicas") - least
    for one in sorted(active(work.old), key=by_age):
        cut = max(0, min(replicas_of(one), spare))
        spare -= cut
        if cut:
            sizes[uid_of(one)] -= cut
            yield from scale(work, one, sizes[uid_of(one)])
    return total_of(ordered) != sum(sizes.values())


# -- all at once


def recreate(work: Work) -> Steps:
    """A step of an update that stops everything first. Whether nothing stands in its way."""
    yield from sync_revision(work, make=False)
    emptied = active(work.old)
    for one in emptied:
        yield from scale(work, one, 0)
    if emptied or _running(work):
        return False
    if work.new is None:
        yield from sync_revision(work, make=True)
    if work.new is not None and replicas_of(work.new) != replicas_of(work.deployment):
        yield from scale(work, work.new, replicas_of(work.deployment))
    return True


def _running(work: Work) -> bool:
    """Whether Pods of old sets are still there."""
    return count(work.old, "replicas") > 0 or any(
        dig(pod, "status", "phase") not in FINISHED
        for one in work.old
        for pod in work.view.owned(PODS, uid_of(one))
    )


# -- scaling


def is_scaled(work: Work) -> bool:
    """Whether the Deployment was given another size since its sets were last told theirs."""
    wanted = replicas_of(work.deployment)
    return any(number(one, DESIRED) not in (None, wanted) for one in active(work.all))


def rescale(work: Work) -> Plan:
    """Bring the sets to the Deployment's size, each its part if several have Pods.

    Raises:
        Retry: A write was refused.
    """
    wanted, running = replicas_of(work.deployment), active(work.all)
    if len(running) < 2:
        latest = running[0] if running else work.new
        if latest is None and work.old:
            latest = max(work.old, key=by_age)
        if latest is not None and replicas_of(latest) != wanted:
            yield from scale(work, latest, wanted)
    elif _saturated(work):
        for one in active(work.old):
            yield from scale(work, one, 0)
    elif rolls(work.deployment):
        yield from _in_proportion(work, running)


def _saturated(work: Work) -> bool:
    new, wanted = work.new, replicas_of(work.deployment)
    return (
        new is not None
        and replicas_of(new) == wanted == number(new, DESIRED)
        and count([new], "availableReplicas") == wanted
    )


def _in_proportion(work: Work, running: list[Obj]) -> Plan:
    wanted, surge = replicas_of(work.deployment), limits(work.deployment)[0]
    more = (wanted + surge if wanted > 0 else 0) - total_of(running)
    ordered = sorted(running, key=by_age, reverse=more > 0)
    ordered.sort(key=replicas_of, reverse=True)
    sizes, given = [replicas_of(one) for one in ordered], 0
    for index, one in enumerate(ordered):
        part = _proportion(work, one, more - given) if more else 0
        sizes[index] += part
        given += part
    sizes[0] = max(0, sizes[0] + more - given)
    for one, size in zip(ordered, sizes, strict=True):
        yield from scale(work, one, size)


def _proportion(work: Work, found: Obj, still: int) -> int:
    """How many Pods a set gets of those to be added, or loses (``GetReplicaSetProportion``)."""
    has, wanted = replicas_of(found), replicas_of(work.deployment)
    if not still:
        return 0
    if wanted == 0:
        part = -has
    else:
        before = number(found, MOST) or int(dig(work.deployment, "status", "replicas", default=0))
        if not before:
            return 0
        most = wanted + limits(work.deployment)[0]
        part = (2 * has * most + before) // (2 * before) - has
    return min(part, still) if still > 0 else max(part, still)
