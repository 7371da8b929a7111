"""What a v1.36.2 control plane serves and the offline cluster does not, so that it can say so.

Clients look a kind up in discovery before they ask for it. These kinds stand there without a verb:
kubectl finds them, sends its request and shows the refusal (``the offline cluster has no
CronJobs``), while ``kubectl api-resources``, ``get all`` and whoever looks for something to list or
to delete pass them over. Source: the discovery documents of v1.36.2.
"""

from dataclasses import dataclass

_TABLE = """
v1
    ComponentStatus componentstatuses * cs
    PodTemplate podtemplates
    ReplicationController replicationcontrollers rc
admissionregistration.k8s.io/v1
    MutatingAdmissionPolicy mutatingadmissionpolicies *
    MutatingAdmissionPolicyBinding mutatingadmissionpolicybindings *
    MutatingWebhookConfiguration mutatingwebhookconfigurations *
    ValidatingAdmissionPolicy validatingadmissionpolicies *
    ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings *
    ValidatingWebhookConfiguration validatingwebhookconfigurations *
apiextensions.k8s.io/v1
    CustomResourceDefinition customresourcedefinitions * crd,crds
apiregistration.k8s.io/v1
    APIService apiservices *
apps/v1
    DaemonSet daemonsets ds
authentication.k8s.io/v1
    TokenReview tokenreviews *
autoscaling/v2
    HorizontalPodAutoscaler horizontalpodautoscalers hpa
autoscaling/v1
    HorizontalPodAutoscaler horizontalpodautoscalers hpa
batch/v1
    CronJob cronjobs cj
    Job jobs
certificates.k8s.io/v1
    CertificateSigningRequest certificatesigningrequests * csr
flowcontrol.apiserver.k8s.io/v1
    FlowSchema flowschemas *
    PriorityLevelConfiguration prioritylevelconfigurations *
networking.k8s.io/v1
    IngressClass ingressclasses *
    Ingress ingresses ing
    IPAddress ipaddresses * ip
    NetworkPolicy networkpolicies netpol
    ServiceCIDR servicecidrs *
node.k8s.io/v1
    RuntimeClass runtimeclasses *
rbac.authorization.k8s.io/v1
    ClusterRoleBinding clusterrolebindings *
    ClusterRole clusterroles *
    RoleBinding rolebindings
    Role roles
resource.k8s.io/v1
    DeviceClass deviceclasses *
    ResourceClaim resourceclaims
    ResourceClaimTemplate resourceclaimtemplates
    ResourceSlice resourceslices *
scheduling.k8s.io/v1
    PriorityClass priorityclasses * pc
storage.k8s.io/v1
    CSIDriver csidrivers *
    CSINode csinodes *
    CSIStorageCapacity csistoragecapacities
    VolumeAttachment volumeattachments *
    VolumeAttributesClass volumeattributesclasses * vac
"""
"""Kind, plural, ``*`` for objects of the whole cluster, short names."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """A resource that is not emulated.

    Attributes:
        group: API group; empty for the core group.
        version: Of the group.
        kind: ``CronJob``.
        plural: ``cronjobs``.
        namespaced: Whether its objects would live in a namespace.
        short_names: What kubectl takes for it.
    """

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    short_names: tuple[str, ...]

    @property
    def several(self) -> str:
        """What more than one is called: ``CronJobs``, ``NetworkPolicies``."""
        if self.kind.lower() == self.plural:
            return self.kind
        if self.plural.endswith("ies"):
            return f"{self.kind[:-1]}ies"
        return self.kind + ("es" if self.plural.endswith("ses") else "s")


def _read() -> list[Unserved]:
    found: list[Unserved] = []
    group = version = ""
    for line in _TABLE.strip("\n").splitlines():
        if not line.startswith(" "):
            group, _, version = line.rpartition("/")
            continue
        kind, plural, *rest = line.split()
        names = tuple(rest[-1].split(",")) if rest and rest[-1] != "*" else ()
        found.append(Unserved(group, version, kind, plural, "*" not in rest, names))
    return found


UNSERVED = tuple(_read())
_BY_PATH = {(one.group, one.version, one.plural): one for one in UNSERVED}


def unserved(group: str, version: str, plural: str) -> Unserved | None:
    """The resource of a request path; None where a real cluster has none either."""
    return _BY_PATH.get((group, version, plural))
