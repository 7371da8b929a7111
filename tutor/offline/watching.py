"""Watches: what a client is sent, taken from the log when it asks.

A :class:`Watch` holds no thread and no callback. Whoever serves it calls :meth:`Watch.poll` when
the store has changed (``Store.listen`` tells) and sends what comes; :meth:`Watch.bookmark` now and
then. An ERROR event ends it.

Source: staging/src/k8s.io/apiserver/pkg/storage/cacher: cache_watcher.go, watch_cache.go.
"""

from typing import Any

from tutor.offline.errors import ApiError
from tutor.offline.listing import Query, start_of, too_large
from tutor.offline.objects import Obj, namespace_of
from tutor.offline.resources import Resource
from tutor.offline.store import Change, Store

_TEMPLATE = {"metadata": {}, "spec": {"containers": None}}
# What Go writes for an object of which only the kind and the version are set.
_EMPTY: dict[str, dict[str, Any]] = {
    "controllerrevisions.apps": {"revision": 0},
    "deployments.apps": {
        "spec": {"selector": None, "template": _TEMPLATE, "strategy": {}},
        "status": {},
    },
    "endpointslices.discovery.k8s.io": {"addressType": "", "endpoints": None, "ports": None},
    "events": {
        "involvedObject": {},
        "source": {},
        "firstTimestamp": None,
        "lastTimestamp": None,
        "eventTime": None,
        "reportingComponent": "",
        "reportingInstance": "",
    },
    "leases.coordination.k8s.io": {"spec": {}},
    "limitranges": {"spec": {"limits": None}},
    "namespaces": {"spec": {}, "status": {}},
    "nodes": {
        "spec": {},
        "status": {
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 0}},
            "nodeInfo": {
                "machineID": "",
                "systemUUID": "",
                "bootID": "",
                "kernelVersion": "",
                "osImage": "",
                "containerRuntimeVersion": "",
                "kubeletVersion": "",
                "kubeProxyVersion": "",
                "operatingSystem": "",
                "architecture": "",
            },
        },
    },
    "persistentvolumeclaims": {"spec": {"resources": {}}, "status": {}},
    "persistentvolumes": {"spec": {}, "status": {}},
    "poddisruptionbudgets.policy": {
        "spec": {},
        "status": {
            "disruptionsAllowed": 0,
            "currentHealthy": 0,
            "desiredHealthy": 0,
            "expectedPods": 0,
        },
    },
    "pods": {"spec": {"containers": None}, "status": {}},
    "replicasets.apps": {
        "spec": {"selector": None, "template": _TEMPLATE},
        "status": {"replicas": 0},
    },
    "resourcequotas": {"spec": {}, "status": {}},
    "services": {"spec": {}, "status": {"loadBalancer": {}}},
    "statefulsets.apps": {
        "spec": {
            "replicas": 0,
            "selector": None,
            "template": _TEMPLATE,
            "serviceName": "",
            "updateStrategy": {},
        },
        "status": {"replicas": 0, "availableReplicas": 0},
    },
    "storageclasses.storage.k8s.io": {"provisioner": ""},
}


class Watch:
    """One client's watch.

    Args:
        store: What is watched.
        resource: Which resource.
        namespace: Of which namespace; empty for all.
        query: From which version, with which selectors.

    Attributes:
        ended: Whether an ERROR was sent: nothing follows.

    Raises:
        ApiError: 504 for a version that is yet to come.
    """

    def __init__(self, store: Store, resource: Resource, namespace: str, query: Query) -> None:
        self._store = store
        self._resource = resource
        self._namespace = namespace
        self._query = query
        self._pending: list[dict[str, Any]] = []
        self.ended = False
        too_large(store, int(query.version or 0))
        try:
            self._version = start_of(store, query)
        except ApiError as gone:
            self._version = store.version
            self._fail(gone)
            return
        if self._version < 0 or query.initial:
            self._version = store.version
            if query.initial is not False:
                self._begin()

    def _begin(self) -> None:
        for obj in self._store.list(self._resource.name, self._namespace):
            if self._query.selects(obj):
                self._pending.append({"type": "ADDED", "object": obj})
        if self._query.initial and self._query.bookmarks:
            mark = self.bookmark()
            mark["object"]["metadata"]["annotations"] = {"k8s.io/initial-events-end": "true"}
            self._pending.append(mark)

    def _fail(self, refusal: ApiError) -> None:
        self._pending.append({"type": "ERROR", "object": refusal.status()})
        self.ended = True

    def poll(self) -> list[dict[str, Any]]:
        """The events since the last call, in order."""
        events, self._pending = self._pending, []
        if self.ended:
            return events
        try:
            for change in self._store.since(self._version):
                self._version = change.version
                event = self._event(change)
                if event is not None:
                    events.append(event)
        except ApiError as gone:
            self._fail(gone)
            events += self._pending
            self._pending = []
        return events

    def bookmark(self) -> dict[str, Any]:
        """A BOOKMARK of the version everything before which has been sent."""
        return {
            "type": "BOOKMARK",
            "object": {
                "kind": self._resource.kind,
                "apiVersion": self._resource.api_version,
                "metadata": {"resourceVersion": str(self._version)},
                **_EMPTY.get(self._resource.name, {}),
            },
        }

    def _event(self, change: Change) -> dict[str, Any] | None:
        if change.resource != self._resource.name:
            return None
        if self._namespace and namespace_of(change.last) != self._namespace:
            return None
        selects = self._query.selects
        was = change.before is not None and selects(change.before)
        now = change.after is not None and selects(change.after)
        if now:
            return {"type": "MODIFIED" if was else "ADDED", "object": change.last}
        if was:
            return {"type": "DELETED", "object": self._left(change)}
        return None

    @staticmethod
    def _left(change: Change) -> Obj:
        """What left the selection: as it was last selected, with the version of now."""
        if change.after is None or change.before is None:
            return change.last
        version = change.last["metadata"]["resourceVersion"]
        before = change.before
        return {**before, "metadata": {**before["metadata"], "resourceVersion": version}}
