"""How Go writes the types of the inert kinds: what ``wire`` cannot know from the schemas.

Source: ``types.go`` of ``k8s.io/api``, ``k8s.io/apiextensions-apiserver`` and
``k8s.io/kube-aggregator`` v0.36 (field types and JSON tags).
"""

from typing import Any

POINTERS = {
    "AllocatedDeviceStatus": "shareID",
    "CSIDriverSpec": "attachRequired podInfoOnMount storageCapacity fsGroupPolicy requiresRepublish"
    " seLinuxMount nodeAllocatableUpdatePeriodSeconds serviceAccountTokenInSecrets"
    " preventPodSchedulingIfMissing",
    "CertificateSigningRequestSpec": "expirationSeconds",
    "CronJobSpec": "timeZone startingDeadlineSeconds suspend successfulJobsHistoryLimit"
    " failedJobsHistoryLimit",
    "CustomResourceDefinitionVersion": "deprecationWarning",
    "CustomResourceSubresourceScale": "labelSelectorPath",
    "DaemonSetSpec": "revisionHistoryLimit",
    "DaemonSetStatus": "collisionCount",
    "DeviceClassSpec": "extendedResourceName",
    "DeviceConstraint": "matchAttribute distinctAttribute",
    "DeviceRequestAllocationResult": "adminAccess shareID",
    "DeviceToleration": "tolerationSeconds",
    "ExactDeviceRequest": "adminAccess",
    "ExemptPriorityLevelConfiguration": "nominalConcurrencyShares lendablePercent",
    "HPAScalingRules": "stabilizationWindowSeconds selectPolicy",
    "IngressClassParametersReference": "apiGroup namespace",
    "IngressPortStatus": "error",
    "IngressSpec": "ingressClassName",
    "JSONSchemaProps": "$ref maximum minimum maxLength minLength maxItems minItems multipleOf"
    " maxProperties minProperties x-kubernetes-preserve-unknown-fields x-kubernetes-list-type"
    " x-kubernetes-map-type",
    "JobSpec": "parallelism completions activeDeadlineSeconds backoffLimit backoffLimitPerIndex"
    " maxFailedIndexes manualSelector ttlSecondsAfterFinished completionMode suspend"
    " podReplacementPolicy managedBy",
    "JobStatus": "terminating failedIndexes ready",
    "LimitedPriorityLevelConfiguration": "lendablePercent borrowingLimitPercent",
    "MatchResources": "matchPolicy",
    "MetricTarget": "averageUtilization",
    "MetricValueStatus": "averageUtilization",
    "MutatingAdmissionPolicySpec": "failurePolicy",
    "MutatingWebhook": "failurePolicy matchPolicy timeoutSeconds reinvocationPolicy",
    "NetworkPolicyPort": "protocol endPort",
    "ParamRef": "parameterNotFoundAction",
    "PodFailurePolicyOnExitCodesRequirement": "containerName",
    "SuccessPolicyRule": "succeededIndexes succeededCount",
    "ValidatingAdmissionPolicySpec": "failurePolicy",
    "ValidatingWebhook": "failurePolicy matchPolicy timeoutSeconds",
    "Validation": "reason",
    "ValidationRule": "reason optionalOldSelf",
    "admissionregistration.v1.ServiceReference": "path port",
    "admissionregistration.v1.WebhookClientConfig": "url",
    "apiextensions.v1.ServiceReference": "path port",
    "apiextensions.v1.WebhookClientConfig": "url",
    "apiregistration.v1.ServiceReference": "port",
    "storage.v1.TokenRequest": "expirationSeconds",
    "autoscaling.v1.HorizontalPodAutoscalerSpec": "minReplicas targetCPUUtilizationPercentage",
    "autoscaling.v1.HorizontalPodAutoscalerStatus": "observedGeneration",
    "autoscaling.v2.HorizontalPodAutoscalerSpec": "minReplicas targetCPUUtilizationPercentage",
    "autoscaling.v2.HorizontalPodAutoscalerStatus": "observedGeneration",
}
"""Optional scalars held by pointer: an explicit zero is kept."""

ALWAYS: dict[str, dict[str, Any]] = {
    "APIServiceCondition": {"lastTransitionTime": None},
    "CertificateSigningRequestCondition": {"lastUpdateTime": None, "lastTransitionTime": None},
    "ClusterRole": {"rules": None},
    "CustomResourceDefinitionCondition": {"lastTransitionTime": None},
    "CustomResourceDefinitionStatus": {
        "conditions": None,
        "acceptedNames": {},
        "storedVersions": None,
    },
    "DaemonSetCondition": {"lastTransitionTime": None},
    "DaemonSetSpec": {"updateStrategy": {}},
    "FlowSchemaCondition": {"lastTransitionTime": None},
    "HorizontalPodAutoscalerCondition": {"lastTransitionTime": None},
    "IngressServiceBackend": {"port": {}},
    "IngressStatus": {"loadBalancer": {}},
    "JobCondition": {"lastProbeTime": None, "lastTransitionTime": None},
    "JobTemplateSpec": {"metadata": {}, "spec": {}},
    "LimitedPriorityLevelConfiguration": {"limitResponse": {}},
    "NetworkPolicySpec": {"podSelector": {}},
    "PriorityLevelConfigurationCondition": {"lastTransitionTime": None},
    "PriorityClass": {"value": 0},
    "Role": {"rules": None},
    "RoleRef": {"apiGroup": ""},
    "autoscaling.v2.HorizontalPodAutoscalerStatus": {"currentMetrics": None},
}
"""Fields without ``omitempty``, or of struct types, which Go never finds empty: what is written."""

VALUES = {
    "metadata": "APIService CSIDriver CertificateSigningRequest ClusterRole ClusterRoleBinding"
    " CronJob CustomResourceDefinition DaemonSet DeviceClass FlowSchema Ingress IngressClass Job"
    " MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration"
    " NetworkPolicy PodTemplate PriorityLevelConfiguration ReplicationController"
    " ResourceClaimTemplate ResourceClaimTemplateSpec Role RoleBinding RuntimeClass"
    " ValidatingAdmissionPolicy"
    " ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttributesClass"
    " autoscaling.v1.HorizontalPodAutoscaler autoscaling.v2.HorizontalPodAutoscaler"
    " resource.v1.ResourceClaim",
    "spec": "APIService CronJob DaemonSet FlowSchema Ingress IngressClass Job"
    " MutatingAdmissionPolicy MutatingAdmissionPolicyBinding NetworkPolicy"
    " PriorityLevelConfiguration ReplicationController ValidatingAdmissionPolicy"
    " ValidatingAdmissionPolicyBinding autoscaling.v1.HorizontalPodAutoscaler"
    " autoscaling.v2.HorizontalPodAutoscaler",
    "status": "APIService CertificateSigningRequest CronJob CustomResourceDefinition DaemonSet"
    " FlowSchema Ingress Job PriorityLevelConfiguration ReplicationController"
    " ValidatingAdmissionPolicy autoscaling.v1.HorizontalPodAutoscaler"
    " autoscaling.v2.HorizontalPodAutoscaler resource.v1.ResourceClaim",
    "template": "PodTemplate",
}
"""Structs that stand in an object even where they are empty."""
