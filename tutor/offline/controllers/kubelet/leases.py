"""The leases by which nodes show that they live."""

from tutor.offline.clock import micro_timestamp
from tutor.offline.controllers.kubelet import status
from tutor.offline.objects import Obj, dig, uid_of
from tutor.offline.plan import Again, Create, Plan, Record, Update, UpdateStatus, View

NODES, LEASES = "nodes", "leases.coordination.k8s.io"
LEASE_NAMESPACE = "kube-node-lease"
LEASE_SECONDS = 40
RENEW_SECONDS = 5.0


def cordoned(node: Obj) -> bool:
    """Whether a node is to take no more Pods."""
    return bool(dig(node, "spec", "unschedulable", default=False))


def renew(view: View, node: str) -> Plan:
    """Renew the lease of a node whose machine runs, and say that it is well."""
    machine = view.get(NODES, "", node)
    if machine is None or view.down(node):
        return
    yield Again(RENEW_SECONDS)
    if (healed := status.healthy(machine, view.now)) is not None:
        yield UpdateStatus(NODES, healed)
        text = f"Node {node} status is now: NodeReady"
        yield Record(machine, "Normal", "NodeReady", text, host=node)
    if view.get("namespaces", "", LEASE_NAMESPACE) is None:
        return
    lease = view.get(LEASES, LEASE_NAMESPACE, node)
    renewed = micro_timestamp(view.now)
    if lease is not None:
        yield Update(LEASES, {**lease, "spec": {**lease["spec"], "renewTime": renewed}})
        return
    owner = {"apiVersion": "v1", "kind": "Node", "name": node, "uid": uid_of(machine)}
    yield Create(
        LEASES,
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {
                "name": node,
                "namespace": LEASE_NAMESPACE,
                "ownerReferences": [owner],
            },
            "spec": {
                "holderIdentity": node,
                "leaseDurationSeconds": LEASE_SECONDS,
                "renewTime": renewed,
            },
        },
    )
