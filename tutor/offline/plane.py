"""The control plane whole: every controller, admission, and the runner that holds them."""

from collections.abc import Callable, Mapping

from tutor.offline.admission.chain import Rules
from tutor.offline.clock import Clock
from tutor.offline.controllers import csi
from tutor.offline.controllers.apiserver import KubernetesService
from tutor.offline.controllers.attachment import Attachments
from tutor.offline.controllers.definitions import Definitions
from tutor.offline.controllers.deployment import Deployments
from tutor.offline.controllers.disruption import Disruption
from tutor.offline.controllers.endpoints import EndpointSlices
from tutor.offline.controllers.ephemeral import EphemeralVolumes
from tutor.offline.controllers.evictions import serve_evictions
from tutor.offline.controllers.expansion import Expansion
from tutor.offline.controllers.garbage import GarbageCollector
from tutor.offline.controllers.kubelet import Kubelet
from tutor.offline.controllers.legacy_endpoints import Endpoints
from tutor.offline.controllers.mirroring import EndpointSliceMirroring
from tutor.offline.controllers.namespaces import Namespaces, RootCertificates, ServiceAccounts
from tutor.offline.controllers.nodes import NodeLifecycle, PodCollector, TaintEviction
from tutor.offline.controllers.protection import ClaimProtection, VolumeProtection
from tutor.offline.controllers.quota import Quotas
from tutor.offline.controllers.replicaset import ReplicaSets
from tutor.offline.controllers.resizing import Resizer
from tutor.offline.controllers.scheduler import Scheduler
from tutor.offline.controllers.statefulset import StatefulSetController
from tutor.offline.controllers.volumes import VolumeController
from tutor.offline.plan import Controller
from tutor.offline.requests import Random
from tutor.offline.runner import Runner
from tutor.offline.store import Store


def controllers() -> tuple[Controller, ...]:
    """New controllers, one of each, in the order in which they hear of changes."""
    return (
        StatefulSetController(),
        Deployments(),
        ReplicaSets(),
        VolumeController(),
        EphemeralVolumes(),
        Expansion(),
        *(csi.Provisioner(driver) for driver in csi.DRIVERS),
        *(Resizer(driver) for driver in csi.DRIVERS),
        Attachments(),
        ClaimProtection(),
        VolumeProtection(),
        Scheduler(),
        Kubelet(),
        KubernetesService(),
        ServiceAccounts(),
        RootCertificates(),
        Namespaces(),
        EndpointSlices(),
        Endpoints(),
        EndpointSliceMirroring(),
        Definitions(),
        GarbageCollector(),
        NodeLifecycle(),
        TaintEviction(),
        PodCollector(),
        Disruption(),
        Quotas(),
    )


def build(
    random: Random,
    start: float,
    gates: Mapping[str, bool],
    restore: Callable[[Store], None] | None = None,
    first: int = 100,
) -> Runner:
    """A control plane, not yet running.

    Args:
        random: The only source of randomness.
        start: The first moment, seconds since the epoch.
        gates: Feature gates.
        restore: Fills the new store with the objects to go on with.
        first: The version a new store begins after.
    """
    clock = Clock(start)
    store = Store(lambda: clock.now, first)
    if restore is not None:
        restore(store)
    rules = Rules(clock, random, gates)
    runner = Runner(controllers(), rules, random, clock=clock, gates=gates, store=store)
    serve_evictions(runner.registry)
    return runner
