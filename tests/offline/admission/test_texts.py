"""What 1.36.2 refuses, cause by cause, each by the function of its sources that says so.

Functions are those of ``pkg/apis/core/validation/validation.go`` where no other file is named.
"""

from copy import deepcopy
from typing import Any

import pytest

from tests.offline.admission.test_validation import (
    Cluster,
    a_claim,
    a_pod,
    a_service,
    a_set,
    refusal,
)
from tutor.offline.errors import ApiError

NAME = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
    " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
    " validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.',"
    " and must start and end with an alphanumeric character (e.g. 'example.com', regex used for"
    " validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
LONG = "a" * 64


def of(**container: Any) -> dict[str, Any]:
    return a_pod(containers=[{"name": "c", "image": "i", **container}])


def volume(**source: Any) -> dict[str, Any]:
    return a_pod(volumes=[{"name": "v", **source}])


def labelled(**labels: str) -> dict[str, Any]:
    return {**a_pod(), "metadata": {"name": "p", "labels": labels}}


V = "spec.volumes[0]"
C = "spec.containers[0]"

PODS: list[tuple[str, dict[str, Any], list[str]]] = [
    # -- names, labels and lengths: apimachinery pkg/api/validate/content, pkg/util/validation
    ("content.IsLabelValue", labelled(a=LONG),
     [f'metadata.labels: Invalid value: "{LONG}": must be no more than 63 bytes']),
    ("content.IsLabelKey", labelled(**{LONG: "b"}),
     [f'metadata.labels: Invalid value: "{LONG}": name part must be no more than 63 bytes']),
    ("content.IsLabelKey, prefix", labelled(**{f"{'a' * 254}/b": "b"}),
     [f'metadata.labels: Invalid value: "{"a" * 254}/b": prefix part must be no more than 253'
      " bytes"]),
    ("content.IsLabelKey, bytes", labelled(**{"あ" * 22: "b"}),
     [f'metadata.labels: Invalid value: "{"あ" * 22}": name part must be no more than 63 bytes',
      f'metadata.labels: Invalid value: "{"あ" * 22}": {NAME}']),
    ("IsDNS1123Label", of(name=LONG),
     [f'{C}.name: Invalid value: "{LONG}": must be no more than 63 characters']),
    ("IsDNS1123Subdomain", a_pod(nodeName="a" * 254),
     [f'spec.nodeName: Invalid value: "{"a" * 254}": must be no more than 253'
      " characters"]),
    ("IsValidPortName", of(ports=[{"containerPort": 1, "name": "a" * 16}]),
     [f'{C}.ports[0].name: Invalid value: "{"a" * 16}": must be no more than 15 characters']),
    ("IsConfigMapKey",
     of(env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "a" * 254}}}]),
     [f'{C}.env[0].valueFrom.secretKeyRef.key: Invalid value: "{"a" * 254}": must be no more than'
      " 253 characters"]),
    # -- zeros, nulls
    ("validateContainerPorts", of(ports=[{}]), [f"{C}.ports[0].containerPort: Required value"]),
    ("validateContainerPorts, null", of(ports=[None]),
     [f"{C}.ports[0].containerPort: Required value"]),
    ("validateContainers, null", a_pod(containers=[None]),
     [f"{C}.name: Required value", f"{C}.image: Required value"]),
    ("ValidateTolerations, null", a_pod(tolerations=[None]),
     ['spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is'
      ' empty,'
      ' which means "match all values and all keys"']),
    # -- containers
    ("validateContainerRestartPolicy",
     of(restartPolicyRules=[{"action": "Go", "exitCodes": {"operator": "Is", "values": [1]}}]),
     [f"{C}.restartPolicy: Required value: must specify restartPolicy when restart rules are used",
      f'{C}.restartPolicyRules[0].action: Unsupported value: "Go": supported values: "Restart",'
      ' "RestartAllContainers"',
      f'{C}.restartPolicyRules[0].exitCodes.operator: Unsupported value: "Is": supported values:'
      ' "In", "NotIn"']),
    ("validateContainerRestartPolicy, count",
     of(restartPolicy="Never", restartPolicyRules=[
         {"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}] * 21),
     [f"{C}.restartPolicyRules: Too many: 21: must have at most 20 items"]),
    ("validateResizePolicy",
     a_pod(restartPolicy="Never", containers=[{"name": "c", "image": "i", "resizePolicy": [
         {"resourceName": "cpu", "restartPolicy": "RestartContainer"},
         {"resourceName": "cpu", "restartPolicy": "NotRequired"},
         {"resourceName": "disk", "restartPolicy": "Now"}]}]),
     [f"{C}.resizePolicy: Invalid value: \"RestartContainer\": must be 'NotRequired' when pod"
      " `restartPolicy` is 'Never'",
      f'{C}.resizePolicy[1]: Duplicate value: "cpu"',
      f'{C}.resizePolicy: Unsupported value: "disk": supported values: "cpu", "memory"',
      f'{C}.resizePolicy: Unsupported value: "Now": supported values: "NotRequired",'
      ' "RestartContainer"',
      f"{C}.resizePolicy: Invalid value: \"Now\": must be 'NotRequired' when pod `restartPolicy` is"
      " 'Never'"]),
    ("validateFileKeySelector",
     of(env=[{"name": "A", "valueFrom": {"fileKeyRef": {"key": "K", "volumeName": "v"}}}]),
     [f"{C}.env[0].valueFrom.fileKeyRef.path: Required value",
      f'{C}.env[0].valueFrom.fileKeyRef.volumeName: Not found: "v"']),
    ("validateMountRecursiveReadOnly",
     a_pod(volumes=[{"name": "v", "emptyDir": {}}], containers=[{
         "name": "c", "image": "i",
         "volumeMounts": [{"name": "v", "mountPath": "/v", "recursiveReadOnly": "Enabled"}]}]),
     [f"{C}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is"
      " true"]),
    ("validateResourceRequirements", of(resources={"limits": {"hugepages-2Mi": "3Mi"}}),
     [f'{C}.resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer'
      " multiple of hugepages-2Mi",
      f'{C}.resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer'
      " multiple of hugepages-2Mi",
      f"{C}.resources: Forbidden: HugePages require cpu or memory"]),
    ("validateResourceClaimNames", of(resources={"claims": [{"name": "gpu"}]}),
     [f'{C}.resources.claims[0]: Not found: "gpu": must be one of the names in'
      " pod.spec.resourceClaims which is empty"]),
    ("validateSleepAction", of(lifecycle={"preStop": {"sleep": {"seconds": 45}}}),
     [f"{C}.lifecycle.preStop.sleep: Invalid value: 45: must be non-negative and less than"
      " terminationGracePeriodSeconds (30)"]),
    ("handlerFromProbe", of(livenessProbe={"sleep": {"seconds": 1}}),
     [f"{C}.livenessProbe: Required value: must specify a handler type"]),
    ("validateContainerResourceDivisor",
     of(env=[{"name": "A", "valueFrom": {
         "resourceFieldRef": {"resource": "limits.hugepages-2Mi", "divisor": "3"}}}]),
     [f'{C}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.hugepages-2Mi": only'
      " divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with"
      " the hugepages resource"]),
    # -- volumes
    ("ValidateCSIDriverName", volume(csi={}), [f"{V}.csi.driver: Required value"]),
    ("validateISCSIVolumeSource", volume(iscsi={"iqn": "x", "lun": 300}),
     [f"{V}.iscsi.targetPortal: Required value",
      f'{V}.iscsi.iqn: Invalid value: "x": must be valid format starting with iqn, eui, or naa',
      f"{V}.iscsi.lun: Invalid value: 300: must be between 0 and 255, inclusive"]),
    ("validateGCEPersistentDiskVolumeSource", volume(gcePersistentDisk={"partition": 256}),
     [f"{V}.persistentDisk.pdName: Required value",
      f"{V}.persistentDisk.partition: Invalid value: 256: must be between 1 and 255, inclusive"]),
    ("validateFCVolumeSource", volume(fc={"targetWWNs": ["a"], "wwids": ["b"]}),
     [f'{V}.fc.targetWWNs: Invalid value: ["a"]: targetWWNs and wwids can not be specified'
      " simultaneously",
      f"{V}.fc.lun: Required value: lun is required if targetWWNs is specified"]),
    ("validateFlexVolumeSource", volume(flexVolume={"options": {"x.k8s.io/a": "b"}}),
     [f"{V}.flexVolume.driver: Required value",
      f'{V}.flexVolume.options[x.k8s.io/a]: Invalid value: "x.k8s.io/a": kubernetes.io and k8s.io'
      " namespaces are reserved"]),
    ("validateAzureDisk", volume(azureDisk={"diskName": "d", "diskURI": "x", "kind": "Managed"}),
     [f'{V}.azureDisk.diskURI: Unsupported value: "x": supported values: "/subscriptions/{{sub-id}}'
      '/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"']),
    ("validateImageVolumeSource", volume(image={"pullPolicy": "Soon"}),
     [f"{V}.image.reference: Required value",
      f'{V}.image.pullPolicy: Unsupported value: "Soon": supported values: "Always",'
      ' "IfNotPresent", "Never"']),
    ("validateVolumeSource, two", volume(emptyDir={}, cephfs={}, downwardAPI={}),
     [f"{V}.cephFS: Forbidden: may not specify more than 1 volume type",
      f"{V}.downwarAPI: Forbidden: may not specify more than 1 volume type"]),
    ("ValidateVolumes, claims of ephemeral volumes",
     a_pod(volumes=[
         {"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": a_claim()["spec"]}}},
         {"name": "w", "persistentVolumeClaim": {"claimName": "p-v"}}]),
     ['spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "p-v": must not reference a'
      " PVC that gets created for an ephemeral volume"]),
    ("ValidateTemplateObjectMeta",
     volume(ephemeral={"volumeClaimTemplate": {
         "metadata": {"name": "n", "uid": "u"}, "spec": a_claim()["spec"]}}),
     [f"{V}.ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set",
      f"{V}.ephemeral.volumeClaimTemplate.metadata.uID: Forbidden: cannot be set"]),
    # -- the Pod
    ("validatePodHostName", a_pod(hostnameOverride="A" * 65, setHostnameAsFQDN=True),
     ["spec.hostnameOverride: Forbidden: may not be specified when setHostnameAsFQDN is true",
      "spec.hostnameOverride: Too long: may not be more than 64 bytes",
      f'spec.hostnameOverride: Invalid value: "{"A" * 65}": {SUBDOMAIN}']),
    ("validateHostUsers", a_pod(hostUsers=False, hostNetwork=True, hostPID=True),
     ["spec.hostNetwork: Forbidden: when `hostUsers` is false",
      "spec.HostPID: Forbidden: when `hostUsers` is false"]),
    ("validateSELinuxChangePolicy", a_pod(securityContext={"seLinuxChangePolicy": "MountOption"}),
     ['spec.securityContext.seLinuxChangePolicy: Unsupported value: "MountOption": supported'
      ' values:'
      ' "Recursive"']),
    ("ValidateHostSysctl",
     a_pod(hostNetwork=True, securityContext={"sysctls": [{"name": "net/core/a", "value": "1"}]}),
     ['spec.securityContext.sysctls[0].name: Invalid value: "net/core/a": may not be specified when'
      " 'hostNetwork' is true"]),
    ("validateWindowsSecurityContextOptions",
     a_pod(securityContext={"windowsOptions": {"runAsUserName": "a\\b\\c"}}),
     ['spec.securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c":'
      ' runAsUserName'
      " cannot contain more than one backslash"]),
    ("validateLinux", a_pod(os={"name": "linux"}, securityContext={"windowsOptions": {}}),
     ["spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux"
      " pod"]),
    ("validateWindows", a_pod(os={"name": "windows"}, hostPID=True,
                              securityContext={"fsGroup": 1, "sysctls": []}),
     ["spec.hostPID: Forbidden: cannot be set for a windows pod",
      "spec.securityContext.fsGroup: Forbidden: cannot be set for a windows pod"]),
    ("validateOS", a_pod(os={}), ["spec.os.name: Required value"]),
    ("validatePodResources", a_pod(resources={"limits": {"disk.io/x": "1"}},
                                   containers=[{"name": "c", "image": "i"}]),
     ['spec.resources.limits[disk.io/x]: Unsupported value: "disk.io/x": supported values: "cpu",'
      ' "memory"']),
    ("validatePodResourceConsistency",
     a_pod(resources={"requests": {"cpu": "1"}}, containers=[
         {"name": one, "image": "i", "resources": {"requests": {"cpu": "600m"}}} for one in "ab"]),
     ['spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate'
      " container requests of 1200m"]),
    ("validatePodResourceClaim", a_pod(resourceClaims=[{"name": "a"}]),
     ['spec.resourceClaims[0]: Invalid value: {"Name":"a","ResourceClaimName":null,'
      '"ResourceClaimTemplateName":null}: must specify one of: `resourceClaimName`,'
      " `resourceClaimTemplateName`"]),
    ("validatePodDNSConfig",
     a_pod(dnsConfig={"searches": ["a_b.c.", "A"], "nameservers": ["01.2.3.4"]}),
     ['spec.dnsConfig.nameservers[0]: Invalid value: "01.2.3.4": must not have leading 0s',
      'spec.dnsConfig.searches[1]: Invalid value: "A": a lowercase RFC 1123 subdomain must'
       ' consist of'
      " lower case alphanumeric characters, '_', '-' or '.', and must start and end with an"
      " alphanumeric character (e.g. 'example.com', regex used for validation is"
      " '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')"]),
    ("IsValidIPForLegacyField, mapped", a_pod(hostAliases=[{"ip": "::ffff:1.2.3.4"}]),
     ['spec.hostAliases[0].ip: Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6'
      " address"]),
    ("ValidateTolerations, comparisons",
     a_pod(tolerations=[{"key": "a", "operator": "Gt", "value": "1"}]),
     ['spec.tolerations[0].operator: Unsupported value: "Gt": supported values: "Equal", "Exists",'
      ' "Lt", "Gt"']),
    ("ValidateMatchLabelKeysAndMismatchLabelKeys",
     a_pod(topologySpreadConstraints=[{
         "maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "DoNotSchedule",
         "matchLabelKeys": ["x"]}]),
     ["spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when"
      " labelSelector is not set"]),
    ("validateInitContainers",
     a_pod(initContainers=[{"name": "i", "image": "i", "resizePolicy": [
         {"resourceName": "cpu", "restartPolicy": "RestartContainer"}]}]),
     ["spec.initContainers[0].resizePolicy[0].restartPolicy: Invalid value: \"RestartContainer\":"
      " must not be set to 'RestartContainer' for non-sidecar initContainers"]),
    ("ValidateAppArmorPodAnnotations",
     {**a_pod(), "metadata": {"name": "p", "annotations": {
         "container.apparmor.security.beta.kubernetes.io/x": "odd"}}},
     ['metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "x":'
      " container not found",
      "metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value:"
      ' "odd": invalid AppArmor profile name: "odd"']),
]  # fmt: skip

SETS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("apps: ValidateStatefulSetSpec, order",
     {"replicas": -1, "serviceName": "A_", "minReadySeconds": -1, "podManagementPolicy": "Odd",
      "volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": {
          "accessModes": ["RWO"], "resources": {"requests": {"storage": "1Gi"}}}}]},
     ["spec.podManagementPolicy: Invalid value: \"Odd\": must be 'OrderedReady' or 'Parallel'",
      'spec.volumeClaimTemplates[0].spec.accessModes: Unsupported value: "RWO": supported values:'
      ' "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
      "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
      "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
      'spec.serviceName: Invalid value: "A_": a lowercase RFC 1123 label must consist of lower case'
      " alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g."
      " 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"]),
    ("apps: labels that are there and empty", {"template": {"metadata": {"labels": None}}},
     ["spec.template.metadata.labels: Invalid value: null: `selector` does not match template"
      " `labels`"]),
    ("apps: getIntOrPercentValue",
     {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "5"}}},
     ['spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "5": a valid percent string'
      " must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for"
      " validation is '[0-9]+%')"]),
]  # fmt: skip

OTHERS: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("validateDataSource", "persistentvolumeclaims",
     a_claim(dataSource={"kind": "PersistentVolumeClaim", "name": "x"},
             dataSourceRef={"kind": "PersistentVolumeClaim", "name": "y"}),
     ["spec: Invalid value: {}: must match dataSourceRef"]),
    ("ValidatePersistentVolumeSpec, capacity", "persistentvolumes",
     {"metadata": {"name": "v"}, "spec": {
         "capacity": {}, "accessModes": ["ReadWriteOnce"], "nfs": {"server": "s", "path": "/p"}}},
     ["spec.capacity: Required value",
      'spec.capacity: Unsupported value: {}: supported values: "storage"']),
    ("validateCSIPersistentVolumeSource", "persistentvolumes",
     {"metadata": {"name": "v"}, "spec": {
         "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"],
         "csi": {"driver": "A..b", "nodeExpandSecretRef": {"name": "s"}}}},
     [f'spec.csi.driver: Invalid value: "A..b": {SUBDOMAIN}',
      "spec.csi.volumeHandle: Required value",
      "spec.csi.nodeExpandSecretRef.namespace: Required value"]),
    ("volume/validation: checkMountOption", "persistentvolumes",
     {"metadata": {"name": "v", "annotations": {
         "volume.beta.kubernetes.io/mount-options": "ro"}},
      "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"],
               "hostPath": {"path": "/x"}}},
     ["metadata.annotations.volume.beta.kubernetes.io/mount-options: Forbidden: may not specify"
      " mount options for this volume type"]),
    ("validateService, externalIPs", "services", a_service(externalIPs=["1.2.3", "127.0.0.1"]),
     ['spec.externalIPs[0]: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or'
      " 2001:db8::ffff)",
      'spec.externalIPs[1]: Invalid value: "127.0.0.1": may not be in the loopback range'
      " (127.0.0.0/8, ::1/128)"]),
    ("IsValidCIDRForLegacyField", "services",
     a_service(type="LoadBalancer", loadBalancerSourceRanges=["10.0.0.1/8", "10.0.0.0/08", "x"]),
     ['spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.1/8": must not have bits set beyond'
      " the prefix length",
      'spec.LoadBalancerSourceRanges[1]: Invalid value: "10.0.0.0/08": must not have leading 0s in'
      " IP or prefix length",
      'spec.LoadBalancerSourceRanges[2]: Invalid value: "x": must be a valid CIDR value, (e.g.'
      " 10.9.8.0/24 or 2001:db8::/64)"]),
    ("validateServiceTrafficDistribution", "services", a_service(trafficDistribution="Near"),
     ['spec.trafficDistribution: Unsupported value: "Near": supported values: "PreferClose",'
      ' "PreferSameZone", "PreferSameNode"']),
    ("validateEndpointAddress", "endpoints",
     {"metadata": {"name": "e"}, "subsets": [{"addresses": [{"ip": "x"}]}]},
     ['subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g.'
      ' 10.9.8.7 or'
      " 2001:db8::ffff)",
      'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address']),
    ("discovery: validateEndpoints", "endpointslices.discovery.k8s.io",
     {"metadata": {"name": "e"}, "addressType": "IPv6",
      "ports": [{"name": "A_", "protocol": "TCP"}],
      "endpoints": [{"addresses": ["1.2.3.4", "2001:DB8::1"]}]},
     ['ports[0].name: Invalid value: "A_": a lowercase RFC 1123 label must consist of lower case'
      " alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g."
      " 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'endpoints[0].addresses: Invalid value: "1.2.3.4": must be an IPv6 address',
      'endpoints[0].addresses[1]: Invalid value: "2001:DB8::1": must be in canonical form'
      ' ("2001:db8::1")']),
    ("validateScopedResourceSelectorRequirement", "resourcequotas",
     {"metadata": {"name": "q"}, "spec": {"hard": {"services": "1", "storage": "1"},
      "scopeSelector": {"matchExpressions": [{"scopeName": "BestEffort", "operator": "In"}]}}},
     ['spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
      'spec.scopeSelector.matchExpressions: Invalid value: {"MatchExpressions":[{"ScopeName":'
      '"BestEffort","Operator":"In","Values":null}]}: unsupported scope applied to resource',
      "spec.scopeSelector.matchExpressions.operator: Invalid value: \"In\": must be 'Exists' when"
      " scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating,"
      " ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or"
      " ResourceQuotaScopeCrossNamespacePodAffinity",
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when"
      " `operator` is 'In' or 'NotIn' for scope selector"]),
    ("ValidateLimitRange", "limitranges",
     {"metadata": {"name": "l"}, "spec": {"limits": [
         {"type": "Container", "maxLimitRequestRatio": {"storage": "1"}},
         {"type": "Pod", "default": {"cpu": "1"}}]}},
     ['spec.limits[0].maxLimitRequestRatio[storage]: Invalid value: "storage": must be a'
      ' standard resource for'
      " containers",
      "spec.limits[1].default: Forbidden: may not be specified when `type` is 'Pod'"]),
    ("coordination: ValidateLeaseSpec", "leases.coordination.k8s.io",
     {"metadata": {"name": "l"}, "spec": {"preferredHolder": "x", "leaseTransitions": -1}},
     ["spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0",
      "spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined"]),
    ("NameIsDNSSubdomain, prefix", "configmaps", {"metadata": {"generateName": "Bad-"}},
     [f'metadata.generateName: Invalid value: "Bad-": {SUBDOMAIN}']),
]  # fmt: skip


@pytest.mark.parametrize(("source", "pod", "causes"), PODS, ids=[one[0] for one in PODS])
def test_pods(source: str, pod: dict[str, Any], causes: list[str]) -> None:
    assert refusal("pods", pod) == causes


@pytest.mark.parametrize(("source", "spec", "causes"), SETS, ids=[one[0] for one in SETS])
def test_sets(source: str, spec: dict[str, Any], causes: list[str]) -> None:
    cluster = Cluster(MaxUnavailableStatefulSet=True)
    assert refusal("statefulsets.apps", a_set(**spec), cluster) == causes


@pytest.mark.parametrize(
    ("source", "resource", "obj", "causes"), OTHERS, ids=[one[0] for one in OTHERS]
)
def test_others(source: str, resource: str, obj: dict[str, Any], causes: list[str]) -> None:
    found = refusal(resource, obj)
    assert found[: len(causes)] == causes
    assert resource == "configmaps" or len(found) == len(causes)


def test_labels_that_are_empty_are_shown_so() -> None:
    body = deepcopy(a_set())
    body["spec"]["template"]["metadata"] = {"labels": {}}
    assert refusal("statefulsets.apps", body) == [
        "spec.template.metadata.labels: Invalid value: {}: `selector` does not match template"
        " `labels`"
    ]


@pytest.mark.parametrize(
    ("resource", "obj", "times"),
    [
        ("pods", a_pod(), 4),  # validateCommonFields twice, ValidatePodUpdate twice
        ("services", a_service(), 3),
        ("configmaps", {"metadata": {"name": "c"}}, 4),
        ("nodes", {"metadata": {"name": "n"}}, 4),
        ("namespaces", {"metadata": {"name": "n"}}, 4),
        ("limitranges", {"metadata": {"name": "l"}}, 3),
        ("poddisruptionbudgets.policy", {"metadata": {"name": "b"}}, 2),
    ],
)
def test_a_bad_label_is_counted_as_often_as_the_server_looks(
    resource: str, obj: dict[str, Any], times: int
) -> None:
    cluster = Cluster()
    cluster.create(resource, obj)
    with pytest.raises(ApiError) as caught:
        cluster.patch(resource, obj["metadata"]["name"], {"metadata": {"labels": {"a": "b c"}}})
    causes = caught.value.details["causes"]
    assert [one["field"] for one in causes] == ["metadata.labels"] * times
    assert caught.value.message.count("metadata.labels") == 1


def test_a_set_that_was_wrong_may_be_scaled() -> None:
    """apps: ValidateStatefulSetUpdate, SkipValidatePodTemplateSpec and its siblings."""
    cluster = Cluster()
    made = cluster.create("statefulsets.apps", a_set())
    broken = {**made, "spec": {**made["spec"], "serviceName": "Not_A_Label"}}
    cluster.store.update("statefulsets.apps", broken)
    name = made["metadata"]["name"]
    assert cluster.patch("statefulsets.apps", name, {"spec": {"replicas": 3}})


WARNED: list[tuple[str, dict[str, Any], list[str]]] = [
    ("warningsForOverlappingVirtualPaths, no sources",
     volume(projected={"sources": [{}]}),
     ['volume "v" (Projected) has no sources provided']),
    ("dropDisabledPodCertificateProjection",
     volume(projected={"sources": [{"podCertificate": {"signerName": "a.b/c", "keyType": "RSA3072",
                                                       "keyPath": "k"}}]}),
     ['volume "v" (Projected) has no sources provided']),
    ("warningsForOverlappingVirtualPaths",
     volume(configMap={"name": "c", "items": [{"key": "a", "path": "x/"}, {"key": "b",
         "path": "x/y"}]}),
     ['volume "v" (ConfigMap "c"): overlapping paths: "x/y" with "x"']),
    ("warningsForOverlappingVirtualPaths, projected",
     volume(projected={"sources": [
         {"secret": {"name": "s", "items": [{"key": "a", "path": "x"}]}},
         {"downwardAPI": {"items": [{"path": "x/y",
             "fieldRef": {"fieldPath": "metadata.name"}}]}}]}),
     ['volume "v" (Projected): overlapping paths: "x/y" (DownwardAPI) with "x" (Secret "s")']),
    ("volumes of old", volume(rbd={"monitors": ["a"], "image": "i"}),
     ["spec.volumes[0].rbd: deprecated in v1.28, non-functional in v1.31+"]),
    ("claims of ephemeral volumes",
     volume(ephemeral={"volumeClaimTemplate": {"spec": {
         "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1500m"}}}}}),
     ["spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]: fractional"
      ' byte value "1500m" is invalid, must be an integer']),
    ("topologySpreadConstraints",
     a_pod(topologySpreadConstraints=[{
         "maxSkew": 1, "topologyKey": "beta.kubernetes.io/os",
             "whenUnsatisfiable": "ScheduleAnyway"}]),
     ["spec.topologySpreadConstraints[0].topologyKey: beta.kubernetes.io/os is deprecated since"
      ' v1.14; use "kubernetes.io/os" instead',
      "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no"
      " pod"]),
    ("warningsForPodAffinityTerms",
     a_pod(affinity={"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
         {"weight": 1, "podAffinityTerm": {"topologyKey": "a"}}]}}),
     ["spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]"
      ".podAffinityTerm.labelSelector: a null labelSelector results in matching no pod"]),
    ("ports", of(ports=[{"containerPort": 1, "hostIP": "1.1.1.1"}, {"containerPort": 1}]),
     ["spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:1"
      " Protocol:TCP HostIP:1.1.1.1}",
      "spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]"]),
    ("imagePullSecrets", a_pod(imagePullSecrets=[{"name": "a"}, {"name": "a"}]),
     ['spec.imagePullSecrets[1].name: duplicate name "a"']),
    ("env", of(env=[{"name": "A", "value": "x"}, {"name": "A", "value": "$(A)"}]),
     ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using'
      " apply"]),
    ("registry/core/pod: WarningsOnCreate", {**a_pod(), "metadata": {"name": "a.b"}},
     ["metadata.name: this is used in the Pod's hostname, which can result in surprising"
      " behavior; a"
      " DNS label is recommended: [must not contain dots]"]),
    ("GetWarningsForIP", a_pod(hostAliases=[{"ip": "2001:DB8::1"}]),
     ['spec.hostAliases[0].ip: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format'
      ' ("2001:db8::1")']),
    ("dropContainerStopSignals", of(lifecycle={"stopSignal": "SIGFOO"}), []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "pod", "warnings"), WARNED, ids=[one[0] for one in WARNED])
def test_warnings_of_pods(source: str, pod: dict[str, Any], warnings: list[str]) -> None:
    cluster = Cluster()
    cluster.create("pods", pod)
    assert cluster.warnings == warnings


@pytest.mark.parametrize(
    ("resource", "obj", "warnings"),
    [
        (
            "persistentvolumes",
            {
                "metadata": {"name": "v"},
                "spec": {
                    "capacity": {"storage": "1Gi"},
                    "accessModes": ["ReadWriteOnce"],
                    "persistentVolumeReclaimPolicy": "Recycle",
                    "glusterfs": {"endpoints": "e", "path": "p"},
                },
            },
            [
                "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated."
                " Instead, the recommended approach is to use dynamic provisioning.",
                "spec.glusterfs: deprecated in v1.25, non-functional in v1.26+",
            ],
        ),
        (
            "services",
            a_service(clusterIP="None", externalName="x", trafficDistribution="PreferClose"),
            [
                'spec.externalName is ignored when spec.type is not "ExternalName"',
                'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
            ],
        ),
        (
            "resourcequotas",
            {
                "metadata": {"name": "q"},
                "spec": {"hard": {"cpu": "2", "limits.cpu": "1"}},
            },
            ["ResourceQuota cpu (2) should be less than limits.cpu (1)"],
        ),
        (
            "persistentvolumeclaims",
            a_claim(resources={"requests": {"storage": "1Gi"}, "limits": {"storage": "1.5"}}),
            [
                'spec.resources.limits[storage]: fractional byte value "1500m" is invalid, must be'
                " an integer"
            ],
        ),
    ],
)
def test_warnings(resource: str, obj: dict[str, Any], warnings: list[str]) -> None:
    cluster = Cluster()
    cluster.create(resource, obj)
    assert cluster.warnings == warnings


def test_differences_are_written_as_go_writes_json() -> None:
    """ValidatePodUpdate; apimachinery pkg/util/diff, Diff."""
    cluster = Cluster()
    cluster.create("pods", of(command=["sh", "-c", "a && b > c\u0085\u2028"]))
    with pytest.raises(ApiError) as caught:
        cluster.patch("pods", "p", {"spec": {"containers": [{"name": "c", "image": "i"}]}})
    assert (
        '-   "Command": [\n-    "sh",\n-    "-c",\n'
        '-    "a \\u0026\\u0026 b \\u003e c\u0085\\u2028"\n-   ],\n+   "Command": null,\n'
    ) in caught.value.message


_KEY = "-----BEGIN PRIVATE KEY-----\neA==\n-----END PRIVATE KEY-----\n"
_CERTIFICATE = _KEY.replace("PRIVATE KEY", "CERTIFICATE")


@pytest.mark.parametrize(
    ("certificate", "key", "warnings"),
    [
        (_CERTIFICATE, _KEY, []),
        ("x", _KEY, ["tls: failed to find any PEM data in certificate input"]),
        (_CERTIFICATE, "x", ["tls: failed to find any PEM data in key input"]),
        (
            _KEY,
            _CERTIFICATE,
            [
                "tls: failed to find certificate PEM data in certificate input, but did find a"
                " private key; PEM inputs may have been switched"
            ],
        ),
        (
            _CERTIFICATE,
            _CERTIFICATE,
            ["tls: found a certificate rather than a key in the PEM for the private key"],
        ),
    ],
)
def test_warnings_of_certificates(certificate: str, key: str, warnings: list[str]) -> None:
    """registry/core/secret: warningsForSecret."""
    cluster = Cluster()
    data = {"tls.crt": certificate, "tls.key": key}
    kind = "kubernetes.io/tls"
    cluster.create("secrets", {"metadata": {"name": "s"}, "type": kind, "stringData": data})
    assert cluster.warnings == warnings


def test_a_claims_source_is_named_in_both_ways() -> None:
    """pkg/api/persistentvolumeclaim/util.go: NormalizeDataSources and what comes before it."""
    cluster = Cluster()
    source = {"kind": "PersistentVolumeClaim", "name": "x"}
    made = cluster.create("persistentvolumeclaims", a_claim(dataSource=source))
    assert made["spec"]["dataSourceRef"] == source
    odd = {**a_claim(dataSource={"apiGroup": "x.io", "kind": "Y", "name": "z"})}
    odd["metadata"] = {"name": "odd"}
    made = cluster.create("persistentvolumeclaims", odd)
    assert not {"dataSource", "dataSourceRef"} & made["spec"].keys()
