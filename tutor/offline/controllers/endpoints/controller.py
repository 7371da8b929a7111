"""EndpointSlices: who stands behind a Service, by address and by host name.

Source: staging/src/k8s.io/endpointslice and pkg/controller/endpointslice, v1.36.
"""

from collections.abc import Iterable

from tutor.offline import selectors
from tutor.offline.controllers.endpoints.backends import NODES, PODS, Backends, ready
from tutor.offline.controllers.endpoints.slices import (
    MANAGED_BY,
    MANAGER,
    SERVICE_NAME,
    SLICES,
    changes,
    slices_of,
)
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, labels_of, name_of, namespace_of, terminating, uid_of
from tutor.offline.plan import Key, Plan, Retry, View

SERVICES = "services"


class EndpointSlices:
    """Keeps the slices of every Service with a selector."""

    name = "endpointslice-controller"
    watches = (SERVICES, PODS, SLICES, NODES)

    def __init__(self) -> None:
        self._behind: dict[str, Backends] = {}

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The Service itself, of a Pod those that select it, of a slice its own.

        A node wakes nobody, as in the real controller; its zone is only looked at again next time.
        """
        changed = after or before or {}
        namespace = namespace_of(changed)
        if resource == NODES:
            if before is None or after is None or labels_of(before) != labels_of(after):
                for backends in self._behind.values():
                    backends.look_again()
            return ()
        if resource == SERVICES:
            if after is None:
                self._behind.pop(uid_of(changed), None)
            return (Key(namespace, name_of(changed)),)
        if resource == SLICES:
            service = labels_of(changed).get(SERVICE_NAME)
            ours = labels_of(changed).get(MANAGED_BY) == MANAGER
            return (Key(namespace, service),) if service and ours and before is not None else ()
        if before is not None and after is not None and _same(before, after):
            return ()
        versions = [one for one in (before, after) if one is not None]
        return [
            Key(namespace, name_of(service))
            for service in view.list(SERVICES, namespace)
            if any(map(selectors.of_labels(dig(service, "spec", "selector")), versions))
        ]

    def sync(self, view: View, key: Key) -> Plan:
        """Bring the slices of one Service in line with its Pods.

        Raises:
            Retry: A write was refused.
        """
        service = view.get(SERVICES, key.namespace, key.name)
        if service is None or terminating(service):
            return
        if not dig(service, "spec", "selector") or dig(service, "spec", "type") == "ExternalName":
            return
        backends = self._behind.setdefault(uid_of(service), Backends())
        trigger = backends.show(view, service)
        whole = True
        for action in changes(view, service, backends, trigger):
            outcome = yield action
            if isinstance(outcome, ApiError):
                whole = False
                if outcome.reason == "NotFound":
                    continue
                if dig(outcome.details, "causes", 0, "reason") == "NamespaceTerminating":
                    return
                raise Retry(outcome.message)
        if whole:
            backends.wrote(slices_of(view, service, backends))


def _same(before: Obj, after: Obj) -> bool:
    """Whether a change of a Pod means nothing to its Services."""
    paths = (
        ("spec", "nodeName"),
        ("spec", "hostname"),
        ("metadata", "labels"),
        ("status", "podIP"),
        ("status", "phase"),
    )
    if any(dig(before, *path) != dig(after, *path) for path in paths):
        return False
    return ready(before) == ready(after) and terminating(before) == terminating(after)
