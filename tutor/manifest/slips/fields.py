"""Names of Kubernetes fields that tell what a line was meant to be."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OBJECTS = _words(
    """metadata labels spec template selector matchLabels resources requests limits securityContext
    updateStrategy rollingUpdate strategy httpGet tcpSocket exec grpc emptyDir configMap secret
    persistentVolumeClaim persistentVolumeClaimRetentionPolicy hostPath valueFrom secretKeyRef
    configMapKeyRef fieldRef affinity podAntiAffinity podAffinity nodeAffinity nodeSelector
    livenessProbe readinessProbe startupProbe lifecycle ordinals status"""
)
"""Fields that hold an object."""

OBJECT_LISTS = _words(
    """containers initContainers ephemeralContainers ports env envFrom volumes volumeMounts
    volumeDevices volumeClaimTemplates imagePullSecrets tolerations topologySpreadConstraints
    matchExpressions ownerReferences hostAliases items"""
)
"""Fields that hold a list of objects."""

LISTS = OBJECT_LISTS | _words("accessModes args command finalizers mountOptions values")
"""Fields that hold a list."""

PLAIN = _words(
    """apiVersion kind name namespace app serviceName replicas image containerPort port targetPort
    protocol mountPath storage storageClassName clusterIP type key value partition
    podManagementPolicy imagePullPolicy restartPolicy"""
)
"""Fields that hold a single value."""

FREE_OBJECTS = _words("annotations data stringData binaryData")
"""Fields that hold an object of free text."""

FREE_TEXT = FREE_OBJECTS | _words("description message summary")
"""Fields below which people write sentences, in which every character is allowed."""

KNOWN = OBJECTS | LISTS | PLAIN
"""All fields that hold something other than free text."""
