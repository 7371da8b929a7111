"""What the server writes into fields that the inert kinds leave out.

Source: ``pkg/apis/{admissionregistration,apps,autoscaling,batch,core,flowcontrol,networking,rbac,
storage}/*/defaults.go`` of kubernetes/kubernetes, ``apiextensions/v1/defaults.go`` of
apiextensions-apiserver, and what the strategies of Job and CustomResourceDefinition add.
"""

from collections.abc import Callable, Mapping

from tutor.offline.admission.values import Json
from tutor.offline.objects import Obj

_Gates = Mapping[str, bool]
_RBAC = "rbac.authorization.k8s.io"
_LONGEST = 2**31 - 1
_DEFAULT_UTILIZATION = 80


def _missing(obj: Obj, **values: Json) -> None:
    """Set what is missing or null."""
    for name, value in values.items():
        if obj.get(name) is None:
            obj[name] = value


def _zero(obj: Obj, **values: Json) -> None:
    """Set what is missing, null or zero: fields that Go holds by value."""
    for name, value in values.items():
        if not obj.get(name):
            obj[name] = value


def _part(obj: Obj, name: str) -> Obj:
    """A part that is always there in Go: made where it is missing."""
    found = obj.get(name)
    if not isinstance(found, dict):
        found = obj[name] = {}
    return found


def _binding(obj: Obj, gates: _Gates) -> None:
    _zero(_part(obj, "roleRef"), apiGroup=_RBAC)


def _subject(obj: Obj, gates: _Gates) -> None:
    if obj.get("kind") in ("User", "Group"):
        _zero(obj, apiGroup=_RBAC)


def _policy(obj: Obj, gates: _Gates) -> None:
    spec = _part(obj, "spec")
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", *(["Egress"] if spec.get("egress") else [])]


def _older_scaler(obj: Obj, gates: _Gates) -> None:
    _missing(_part(obj, "spec"), minReplicas=1)


def _scaler(obj: Obj, gates: _Gates) -> None:
    spec = _part(obj, "spec")
    _missing(spec, minReplicas=1)
    if not spec.get("metrics"):
        spec["metrics"] = [_of_cpu(_DEFAULT_UTILIZATION)]
    behavior = spec.get("behavior")
    if isinstance(behavior, dict):
        every = {"periodSeconds": 15}
        up = _part(behavior, "scaleUp")
        _missing(
            up,
            stabilizationWindowSeconds=0,
            selectPolicy="Max",
            policies=[
                {"type": "Pods", "value": 4, **every},
                {"type": "Percent", "value": 100, **every},
            ],
        )
        down = _part(behavior, "scaleDown")
        whole = [{"type": "Percent", "value": 100, **every}]
        _missing(down, selectPolicy="Max", policies=whole)


def _of_cpu(utilization: int) -> Obj:
    target = {"type": "Utilization", "averageUtilization": utilization}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def _job(obj: Obj, gates: _Gates) -> None:
    _job_spec(_part(obj, "spec"))
    labels = _part(_part(obj["spec"], "template"), "metadata").get("labels")
    metadata = _part(obj, "metadata")
    if labels and not metadata.get("labels"):
        metadata["labels"] = dict(labels)


def _job_spec(spec: Obj) -> None:
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = 1
    limit = 6 if spec.get("backoffLimitPerIndex") is None else _LONGEST
    _missing(
        spec,
        parallelism=1,
        backoffLimit=limit,
        completionMode="NonIndexed",
        suspend=False,
        podReplacementPolicy="Failed" if spec.get("podFailurePolicy") else "TerminatingOrFailed",
        manualSelector=False,
    )
    _part(_part(spec, "template"), "spec")


def _cron_job(obj: Obj, gates: _Gates) -> None:
    spec = _part(obj, "spec")
    _zero(spec, concurrencyPolicy="Allow")
    _missing(spec, suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1)
    _part(_part(_part(_part(spec, "jobTemplate"), "spec"), "template"), "spec")


def _daemon_set(obj: Obj, gates: _Gates) -> None:
    spec = _part(obj, "spec")
    strategy = _part(spec, "updateStrategy")
    _zero(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _missing(_part(strategy, "rollingUpdate"), maxUnavailable=1, maxSurge=0)
    _missing(spec, revisionHistoryLimit=10)
    _part(_part(spec, "template"), "spec")


def _controller(obj: Obj, gates: _Gates) -> None:
    spec = _part(obj, "spec")
    template = _part(spec, "template")
    labels = _part(template, "metadata").get("labels")
    if labels:
        _zero(spec, selector=dict(labels))
        _zero(_part(obj, "metadata"), labels=dict(labels))
    _missing(spec, replicas=1)
    _part(template, "spec")


def _webhook(obj: Obj, gates: _Gates) -> None:
    _missing(
        obj,
        failurePolicy="Fail",
        matchPolicy="Equivalent",
        namespaceSelector={},
        objectSelector={},
        timeoutSeconds=10,
    )


def _mutating_webhook(obj: Obj, gates: _Gates) -> None:
    _webhook(obj, gates)
    _missing(obj, reinvocationPolicy="Never")


def _driver(obj: Obj, gates: _Gates) -> None:
    spec = _part(obj, "spec")
    _missing(
        spec,
        attachRequired=True,
        podInfoOnMount=False,
        storageCapacity=False,
        fsGroupPolicy="ReadWriteOnceWithFSType",
        requiresRepublish=False,
        seLinuxMount=False,
    )
    _zero(spec, volumeLifecycleModes=["Persistent"])


def _ingress_class(obj: Obj, gates: _Gates) -> None:
    parameters = _part(obj, "spec").get("parameters")
    if isinstance(parameters, dict):
        _missing(parameters, scope="Cluster")


def _definition(obj: Obj, gates: _Gates) -> None:
    spec = _part(obj, "spec")
    names = _part(spec, "names")
    kind = names.get("kind") or ""
    _zero(names, singular=kind.lower(), listKind=f"{kind}List" if kind else "")
    _zero(_part(spec, "conversion"), strategy="None")


def _admission(obj: Obj, gates: _Gates) -> None:
    _missing(_part(obj, "spec"), failurePolicy="Fail")


def _fixed(
    missing: Mapping[str, Json] | None = None, **zero: Json
) -> Callable[[Obj, _Gates], None]:
    def fill(obj: Obj, gates: _Gates) -> None:
        _missing(obj, **(missing or {}))
        _zero(obj, **zero)

    return fill


_PORT = _fixed({"port": 443})
FILL: dict[str, Callable[[Obj, _Gates], None]] = {
    "CSIDriver": _driver,
    "ClusterRoleBinding": _binding,
    "CronJob": _cron_job,
    "CustomResourceDefinition": _definition,
    "DaemonSet": _daemon_set,
    "ExactDeviceRequest": _fixed(allocationMode="ExactCount"),
    "ExemptPriorityLevelConfiguration": _fixed(
        {"nominalConcurrencyShares": 0, "lendablePercent": 0}
    ),
    "FlowSchemaSpec": _fixed(matchingPrecedence=1000),
    "IngressClass": _ingress_class,
    "Job": _job,
    "LimitedPriorityLevelConfiguration": _fixed(
        {"nominalConcurrencyShares": 30, "lendablePercent": 0}
    ),
    "MatchResources": _fixed(
        {"matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}}
    ),
    "MutatingAdmissionPolicy": _admission,
    "MutatingWebhook": _mutating_webhook,
    "NamedRuleWithOperations": _fixed({"scope": "*"}),
    "NetworkPolicy": _policy,
    "NetworkPolicyPort": _fixed({"protocol": "TCP"}),
    "PodFailurePolicyOnPodConditionsPattern": _fixed(status="True"),
    "QueuingConfiguration": _fixed(queues=64, handSize=8, queueLengthLimit=50),
    "ReplicationController": _controller,
    "RoleBinding": _binding,
    "RuleWithOperations": _fixed({"scope": "*"}),
    "ValidatingAdmissionPolicy": _admission,
    "ValidatingWebhook": _webhook,
    "admissionregistration.v1.ServiceReference": _PORT,
    "apiextensions.v1.ServiceReference": _PORT,
    "apiregistration.v1.ServiceReference": _PORT,
    "autoscaling.v1.HorizontalPodAutoscaler": _older_scaler,
    "autoscaling.v2.HorizontalPodAutoscaler": _scaler,
    "rbac.v1.Subject": _subject,
}
"""By the name of a type: what fills it in."""
