"""Short ways to a started set, for the tests of the StatefulSet controller."""

from functools import partial
from typing import Any

from tests.offline.statefulset.fake import Cluster
from tests.offline.statefulset.samples import NS, PODS, SETS, stateful_set
from tutor.offline.errors import ApiError
from tutor.offline.objects import name_of
from tutor.offline.plan import Action, Key

KEY = Key(NS, "web")


def started(cluster: Cluster | None = None, **spec: Any) -> Cluster:
    cluster = cluster or Cluster()
    cluster.create(SETS, stateful_set(**spec))
    cluster.settle()
    return cluster


def spec(**fields: Any) -> partial[None]:
    return partial(lambda fields, obj: obj["spec"].update(fields), fields)


def retention(deleted: str, scaled: str) -> dict[str, str]:
    return {"whenDeleted": deleted, "whenScaled": scaled}


def revisions_by_pod(cluster: Cluster) -> dict[str, str]:
    return {name_of(pod): pod["spec"]["containers"][0]["image"] for pod in cluster.list(PODS)}


def refusing(verb: type[Action], resource: str, error: ApiError, times: int = 10**6) -> Any:
    left = [times]

    def refuse(action: Action) -> ApiError | None:
        if isinstance(action, verb) and getattr(action, "resource", "") == resource and left[0]:
            left[0] -= 1
            return error
        return None

    return refuse


BROKEN = ApiError(500, "InternalError", "the store stumbled")


def scaled_down_and_back(**fields: Any) -> Cluster:
    fields["persistentVolumeClaimRetentionPolicy"] = retention("Retain", "Delete")
    cluster = started(**fields)
    cluster.change(SETS, "web", spec(replicas=1))
    cluster.run(0.05)
    cluster.change(SETS, "web", spec(replicas=3))
    cluster.settle()
    return cluster
