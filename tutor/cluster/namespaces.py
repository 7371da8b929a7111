"""The tutor's own namespace: made, recognised, never mistaken for somebody else's.

It is ours when three things hold: a name with the tutor's prefix, its labels, and the mark of this
installation (:mod:`identity`), which only it can make.
"""

from collections.abc import Mapping
from typing import Any

from tutor.cluster.api import APPLY, MERGE, Api, Refused, in_words
from tutor.cluster.cancelling import Cancel, Deadline
from tutor.cluster.guard import PREFIX
from tutor.cluster.identity import MADE, Maker
from tutor.cluster.kinds import KINDS
from tutor.model.errors import ExitCode, TutorError
from tutor.model.timeline import Obj

ENFORCED = "baseline"
"""The Pod Security level of the tutor's own namespaces."""
MANAGER = "sts-tutor"
MANAGED_BY = "app.kubernetes.io/managed-by"
PURPOSE = "sts-tutor.dev/namespace"
_QUOTA = "sts-tutor"
LIMITS = {
    "pods": "60",
    "persistentvolumeclaims": "60",
    "requests.storage": "200Gi",
    "services.loadbalancers": "0",
    "services.nodeports": "10",
}
"""What all objects of a namespace together may ask for: enough for every lesson."""
GONE_IN = 120.0
"""Seconds for a namespace to be gone."""
_SETTLED_IN = 5.0


def ours(obj: Obj) -> bool:
    """Whether an object carries the tutor's label."""
    labels = obj.get("metadata", {}).get("labels")
    return isinstance(labels, Mapping) and labels.get(MANAGED_BY) == MANAGER


def claims_to_be_ours(namespace: Obj) -> bool:
    """Whether a namespace says that it is the tutor's: by its name and its labels."""
    about = namespace["metadata"]
    labels = about.get("labels") or {}
    named = str(about.get("name")).startswith(f"{PREFIX}-")
    return named and ours(namespace) and labels.get(PURPOSE) == about.get("name")


def mine(namespace: Obj, maker: Maker) -> bool:
    """Whether this installation made a namespace."""
    return claims_to_be_ours(namespace) and maker.made(namespace)


def not_mine(namespace: Obj) -> TutorError:
    """Why a namespace is left alone."""
    code = "namespace-unproven" if claims_to_be_ours(namespace) else "namespace-foreign"
    return TutorError(code, ExitCode.CLUSTER, namespace=str(namespace["metadata"]["name"]))


def prepare(api: Api, cancel: Cancel, namespace: str, maker: Maker) -> bool:
    """Make the namespace where there is none. Whether it was made now.

    Raises:
        TutorError: Somebody else's has the name; it does not go away; or making it is refused.
    """
    path = KINDS["Namespace"].path(name=namespace)
    end = Deadline(GONE_IN)
    try:
        found = api.get(cancel, path)
        while found is not None and _terminating(found) and claims_to_be_ours(found):
            if end.passed:
                raise TutorError("namespace-terminating", ExitCode.CLUSTER, namespace=namespace)
            cancel.wait(0.2)
            found = api.get(cancel, path)
        made = found is None
        if found is None:
            found = _create(api, cancel, namespace, maker)
        if not mine(found, maker):
            raise not_mine(found)
        _limit(api, cancel, namespace)
        if made:
            _settle(api, cancel, namespace)
    except Refused as refused:
        raise in_words(refused) from refused
    return made


def _settle(api: Api, cancel: Cancel, namespace: str) -> None:
    """Wait for what controllers put into a new namespace: without it, everything is refused.

    Until the quota is counted its admission says "status unknown for quota"; until there is a
    service account, that of Pods says so.
    """
    quota = KINDS["ResourceQuota"].path(namespace, _QUOTA)
    account = KINDS["ServiceAccount"].path(namespace, "default")
    end = Deadline(_SETTLED_IN)
    while not end.passed:
        counted = api.get(cancel, quota)
        known = (counted or {}).get("status", {}).get("hard") or {}
        if set(known) >= set(LIMITS) and api.get(cancel, account) is not None:
            return
        cancel.wait(0.05)


def _terminating(obj: Obj) -> bool:
    return bool(obj["metadata"].get("deletionTimestamp"))


def _create(api: Api, cancel: Cancel, namespace: str, maker: Maker) -> dict[str, Any]:
    kind = KINDS["Namespace"]
    labels = {
        MANAGED_BY: MANAGER,
        PURPOSE: namespace,
        "pod-security.kubernetes.io/enforce": ENFORCED,
        "pod-security.kubernetes.io/enforce-version": "latest",
    }
    body = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": namespace, "labels": labels},
    }
    try:
        made = api.ask(cancel, "POST", kind.path(), body, fieldManager=MANAGER).body
    except Refused as refused:
        if refused.reason != "AlreadyExists":
            raise
        found = api.get(cancel, kind.path(name=namespace))
        if found is None:
            raise
        return found
    return _mark(api, cancel, made, maker)


def _mark(api: Api, cancel: Cancel, made: dict[str, Any], maker: Maker) -> dict[str, Any]:
    """Mark a namespace made just now; one that cannot be marked is taken away again."""
    try:
        return mark(
            api, cancel, KINDS["Namespace"].path(name=made["metadata"]["name"]), made, maker
        )
    except (Refused, TutorError):
        _delete(api, cancel, made)
        raise


def mark(api: Api, cancel: Cancel, path: str, made: Obj, maker: Maker) -> dict[str, Any]:
    """Put the mark of this installation on an object that it has made, and no other one.

    Raises:
        Refused: The server does not take it.
        TutorError: It does not answer as it should.
    """
    uid = made["metadata"].get("uid")
    body = {"metadata": {"uid": uid, "annotations": {MADE: maker.mark(made)}}}
    return api.ask(cancel, "PATCH", path, body, MERGE, fieldManager=f"{MANAGER}-mark").body


def _limit(api: Api, cancel: Cancel, namespace: str) -> None:
    """Put the quota into place; its limits are the tutor's own, whatever was made of them."""
    kind = KINDS["ResourceQuota"]
    path = kind.path(namespace, _QUOTA)
    found = api.get(cancel, path)
    if found is not None and found.get("spec", {}).get("hard") == LIMITS:
        return
    body = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": _QUOTA, "labels": {MANAGED_BY: MANAGER}},
        "spec": {"hard": LIMITS},
    }
    api.ask(cancel, "PATCH", path, body, APPLY, fieldManager=MANAGER, force="true")


def remove(api: Api, cancel: Cancel, namespace: str, maker: Maker, *, wait: bool = True) -> None:
    """Remove a namespace of the tutor's with everything in it; nothing where there is none.

    Raises:
        TutorError: It is somebody else's, or does not go away.
    """
    path = KINDS["Namespace"].path(name=namespace)
    try:
        found = api.get(cancel, path)
        if found is None:
            return
        if not mine(found, maker):
            raise not_mine(found)
        if not _terminating(found):
            _delete(api, cancel, found)
        end = Deadline(GONE_IN)
        while wait and api.get(cancel, path) is not None:
            if end.passed:
                raise TutorError("namespace-terminating", ExitCode.CLUSTER, namespace=namespace)
            cancel.wait(0.2)
    except Refused as refused:
        raise in_words(refused) from refused


def _delete(api: Api, cancel: Cancel, namespace: Obj) -> None:
    """Delete a namespace; not another one that took its name in between."""
    body = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {"uid": namespace["metadata"].get("uid")},
        "propagationPolicy": "Background",
    }
    try:
        api.ask(cancel, "DELETE", KINDS["Namespace"].path(name=namespace["metadata"]["name"]), body)
    except Refused as refused:
        if refused.code not in (404, 409):  # 409: it is going already
            raise
