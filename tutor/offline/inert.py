"""The kinds that are kept and do nothing here: real bundles bring them, and end well.

They are served like any other kind, by the same rows of ``tutor.offline.resources``; only nobody
acts on them, and whoever writes one is told so. Source: the discovery documents of v1.36.2 and the
strategies in ``pkg/registry``.
"""

TABLE = """
v1
    PodTemplate podtemplates +generation +returned
    ReplicationController replicationcontrollers rc @all /scale /status +generation
admissionregistration.k8s.io/v1
    MutatingAdmissionPolicy mutatingadmissionpolicies * @api-extensions +generation +versioned
    MutatingAdmissionPolicyBinding mutatingadmissionpolicybindings * @api-extensions +generation +versioned
    MutatingWebhookConfiguration mutatingwebhookconfigurations * @api-extensions +generation +versioned
    ValidatingAdmissionPolicy validatingadmissionpolicies * @api-extensions /status +generation +versioned
    ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings * @api-extensions +generation +versioned
    ValidatingWebhookConfiguration validatingwebhookconfigurations * @api-extensions +generation +versioned
apiextensions.k8s.io/v1
    CustomResourceDefinition customresourcedefinitions crd crds * @api-extensions /status +generation +versioned +acting
apiregistration.k8s.io/v1
    APIService apiservices * @api-extensions /status +versioned
apps/v1
    DaemonSet daemonsets ds @all /status +generation
autoscaling/v2
    HorizontalPodAutoscaler horizontalpodautoscalers hpa @all /status
batch/v1
    CronJob cronjobs cj @all /status +generation
    Job jobs @all /status +generation
certificates.k8s.io/v1
    CertificateSigningRequest certificatesigningrequests csr * /approval /status
flowcontrol.apiserver.k8s.io/v1
    FlowSchema flowschemas * /status +generation
    PriorityLevelConfiguration prioritylevelconfigurations * /status +generation
networking.k8s.io/v1
    IngressClass ingressclasses * +generation
    Ingress ingresses ing /status +generation
    NetworkPolicy networkpolicies netpol +generation
node.k8s.io/v1
    RuntimeClass runtimeclasses * +creating +acting
rbac.authorization.k8s.io/v1
    ClusterRoleBinding clusterrolebindings * +creating
    ClusterRole clusterroles * +creating
    RoleBinding rolebindings +creating
    Role roles +creating
resource.k8s.io/v1
    DeviceClass deviceclasses * +generation +returned
    ResourceClaim resourceclaims /status +returned
    ResourceClaimTemplate resourceclaimtemplates +returned
scheduling.k8s.io/v1
    PriorityClass priorityclasses pc * +generation +acting
storage.k8s.io/v1
    CSIDriver csidrivers * +generation +returned +versioned
    VolumeAttributesClass volumeattributesclasses vac * +returned
"""  # noqa: E501
"""Kind, plural, short names; ``*`` for objects of the whole cluster, ``@`` categories,
``/`` subresources, ``+`` what its strategy does: counts generations, answers a deletion with the
object, creates on PUT, asks for the version on PUT; ``+acting`` what is looked up all the same."""


def several(kind: str, plural: str) -> str:
    """What more than one is called: ``CronJobs``, ``NetworkPolicies``, ``Ingresses``."""
    if kind.lower() == plural:
        return kind
    if plural.endswith("ies"):
        return f"{kind[:-1]}ies"
    return kind + ("es" if plural.endswith("ses") else "s")


def warning(kind: str, plural: str) -> str:
    """What the answer to a change of such an object warns of."""
    return f"the offline cluster keeps {several(kind, plural)} but does not act on them"
