"""The Service ``kubernetes`` of the namespace ``default``: how Pods find the API server.

It is there from the beginning and comes back when it is deleted. Suites read the address family of
a cluster from it.

Source: pkg/controlplane/controller/kubernetesservice, pkg/controlplane/reconcilers.
"""

from collections.abc import Iterable, Iterator

from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, name_of, namespace_of, terminating
from tutor.offline.plan import Create, Key, Plan, Retry, View

NAMESPACES, SERVICES, ENDPOINTS = "namespaces", "services", "endpoints"
SLICES = "endpointslices.discovery.k8s.io"
NAMESPACE, NAME = "default", "kubernetes"
CLUSTER_ADDRESS = "10.96.0.1"
ADDRESS = "192.0.2.254"
"""Of the API server as Pods see it, next to those of the nodes (RFC 5737)."""
_PORT = {"name": "https", "port": 6443, "protocol": "TCP"}


class KubernetesService:
    """Keeps the Service, its Endpoints and its slice."""

    name = "kubernetes-service-controller"
    watches = (NAMESPACES, SERVICES, ENDPOINTS, SLICES)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The namespace being there, or one of the three being gone."""
        changed = after or before or {}
        if resource == NAMESPACES:
            new = before is None and name_of(changed) == NAMESPACE
            return (Key(NAMESPACE, NAME),) if new else ()
        ours = namespace_of(changed) == NAMESPACE and name_of(changed) == NAME
        return (Key(NAMESPACE, NAME),) if ours and after is None else ()

    def sync(self, view: View, key: Key) -> Plan:
        """Make what is missing.

        Raises:
            Retry: A write was refused.
        """
        namespace = view.get(NAMESPACES, "", NAMESPACE)
        if namespace is None or terminating(namespace):
            return
        for resource, obj in objects():
            if view.get(resource, NAMESPACE, NAME) is None:
                outcome = yield Create(resource, obj)
                if isinstance(outcome, ApiError):
                    raise Retry(outcome.message)


def objects() -> Iterator[tuple[str, Obj]]:
    """The three objects, each with its resource."""

    def metadata(labels: dict[str, str]) -> Obj:
        return {"name": NAME, "namespace": NAMESPACE, "labels": labels}

    yield (
        SERVICES,
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata({"component": "apiserver", "provider": "kubernetes"}),
            "spec": {
                "clusterIP": CLUSTER_ADDRESS,
                "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}],
                "type": "ClusterIP",
            },
        },
    )
    yield (
        ENDPOINTS,
        {
            "apiVersion": "v1",
            "kind": "Endpoints",
            "metadata": metadata({"endpointslice.kubernetes.io/skip-mirror": "true"}),
            "subsets": [{"addresses": [{"ip": ADDRESS}], "ports": [_PORT]}],
        },
    )
    yield (
        SLICES,
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": metadata({"kubernetes.io/service-name": NAME}),
            "addressType": "IPv4",
            "endpoints": [{"addresses": [ADDRESS], "conditions": {"ready": True}}],
            "ports": [_PORT],
        },
    )
