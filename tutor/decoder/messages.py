"""The messages of the API server, the controllers, the scheduler, the kubelet and kubectl.

Texts differ by version, so a pattern holds the part that stays: a prefix, a field, a few words.
Where a text is known from one version only, ``since`` and ``until`` say so.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Speaker(StrEnum):
    """Who prints a message. The values name them on the screen in every language."""

    API = "API server"
    STATEFULSET = "StatefulSet controller"
    VOLUMES = "volume controllers"
    SCHEDULER = "scheduler"
    KUBELET = "kubelet"
    KUBECTL = "kubectl"
    NODES = "node controllers"
    APP = "application"


@dataclass(frozen=True, slots=True)
class Message:
    """One known message.

    Attributes:
        code: ``MSG…``, stable; its page has the words.
        pattern: Searched in the text, its white space folded to single spaces.
        example: A text as it is really printed, which the pattern must find.
        source: The file of kubernetes/kubernetes, or the program, that prints it.
        rules: Codes of the catalogue that find the cause in a manifest.
        since: First Kubernetes minor version that prints it so, empty for all.
        until: Last one, empty for all.
        general: Said only where nothing more particular was found in the text.
    """

    code: str
    speaker: Speaker
    pattern: re.Pattern[str]
    example: str
    source: str
    rules: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    general: bool = False


_API_APPS = "pkg/apis/apps/validation/validation.go"
_API_CORE = "pkg/apis/core/validation/validation.go"
_CONTROL = "pkg/controller/statefulset"
_SCHEDULER = "pkg/scheduler/framework/plugins"
_PV = "pkg/controller/volume/persistentvolume"
_KUBELET = "pkg/kubelet"
_KUBECTL = "staging/src/k8s.io/kubectl"
_NAME = r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?"


def _message(
    code: str,
    speaker: Speaker,
    pattern: str,
    example: str,
    source: str,
    *rules: str,
    since: str = "",
    until: str = "",
    general: bool = False,
) -> Message:
    compiled = re.compile(pattern, re.IGNORECASE)
    return Message(code, speaker, compiled, example, source, rules, since, until, general)


# The more particular stands before the more general: the first that fits a place speaks.
MESSAGES: tuple[Message, ...] = (
    # Refused by the API server: the StatefulSet itself
    _message(
        "MSG101",
        Speaker.API,
        r"updates to statefulset spec for fields other than (?P<fields>.*?) (?:are|is) forbidden",
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', "
        "'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
        "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        _API_APPS,
        "STS401",
        "STS402",
    ),
    _message(
        "MSG102",
        Speaker.API,
        r"`selector` does not match template `labels`",
        'spec.template.metadata.labels: Invalid value: {"app":"other"}: '
        "`selector` does not match template `labels`",
        _API_APPS,
        "STS201",
    ),
    _message(
        "MSG103",
        Speaker.API,
        r"spec\.selector: Required value|empty selector is invalid for (?:statefulset|deployment)",
        "spec.selector: Invalid value: {}: empty selector is invalid for statefulset",
        _API_APPS,
        "STS202",
    ),
    _message(
        "MSG104",
        Speaker.API,
        r'podManagementPolicy: Invalid value: "?(?P<found>[^":]*)"?: must be',
        "spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or 'Parallel'",
        _API_APPS,
        "STS204",
    ),
    _message(
        "MSG105",
        Speaker.API,
        r"updateStrategy: Invalid value: .{0,200}?must be 'RollingUpdate'",
        'spec.updateStrategy: Invalid value: {"Type":"Recreate","RollingUpdate":null}: must be '
        "'RollingUpdate' or 'OnDelete'",
        _API_APPS,
        "STS205",
    ),
    _message(
        "MSG106",
        Speaker.API,
        r"only allowed for updateStrategy 'RollingUpdate'",
        'spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: '
        "only allowed for updateStrategy 'RollingUpdate'",
        _API_APPS,
        "STS206",
    ),
    _message(
        "MSG107",
        Speaker.API,
        r'restartPolicy: Unsupported value: "(?P<found>[^"]*)"',
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        _API_APPS,
        "STS215",
    ),
    _message(
        "MSG108",
        Speaker.API,
        r"activeDeadlineSeconds in \w+ is not Supported",
        "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in "
        "StatefulSet is not Supported",
        _API_APPS,
        "STS216",
    ),
    _message(
        "MSG109",
        Speaker.API,
        r"maxUnavailable: Invalid value: (?P<found>\S+): "
        r"(?:cannot be 0|must not be greater than 100%|must be greater than|a valid percent)",
        "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0",
        _API_APPS,
        "STS209",
    ),
    _message(
        "MSG110",
        Speaker.API,
        r'metadata\.name: Invalid value: "(?P<found>[^"]*)": '
        r"(?:must not contain dots|a (?:lowercase )?(?:DNS|RFC)|must be no more than 63)",
        'StatefulSet.apps "web.one" is invalid: metadata.name: Invalid value: "web.one": must '
        "not contain dots",
        _API_APPS,
        "STS111",
    ),
    _message(
        "MSG111",
        Speaker.API,
        r'spec\.serviceName: Invalid value: "(?P<found>[^"]*)"',
        'spec.serviceName: Invalid value: "Web_X": a lowercase RFC 1123 label must consist of '
        "lower case alphanumeric characters or '-'",
        _API_APPS,
        "STS109",
        since="1.33",
    ),
    _message(
        "MSG112",
        Speaker.STATEFULSET,
        r'metadata\.labels: Invalid value: "(?P<found>[^"]*)": must be no more than 63'
        r" (?:characters|bytes)",
        'create Pod mysql-0 in StatefulSet mysql failed error: Pod "mysql-0" is invalid: '
        'metadata.labels: Invalid value: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
        '-5d9f6c7b8d": must be no more than 63 characters',
        "pkg/controller/history/controller_history.go",
        "STS112",
    ),
    _message(
        "MSG113",
        Speaker.KUBECTL,
        r'missing required field "serviceName"',
        "error validating data: ValidationError(StatefulSet.spec): missing required field "
        '"serviceName" in io.k8s.api.apps.v1.StatefulSetSpec',
        "api/openapi-spec",
        "STS108",
        until="1.32",
    ),
    # Refused by the API server: volumes and claims
    _message(
        "MSG121",
        Speaker.API,
        r'volumeMounts\[\d+\]\.name: Not found: "(?P<found>[^"]*)"',
        'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"',
        _API_CORE,
        "STS302",
    ),
    _message(
        "MSG122",
        Speaker.API,
        r"at least 1 access mode is required",
        "spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode "
        "is required",
        _API_CORE,
        "STS305",
    ),
    _message(
        "MSG123",
        Speaker.API,
        r'accessModes: Unsupported value: "?(?P<found>[^":]*)"?',
        'spec.volumeClaimTemplates[0].spec.accessModes: Unsupported value: "RWO": supported '
        'values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        _API_CORE,
        "STS306",
    ),
    _message(
        "MSG124",
        Speaker.API,
        r"may not use ReadWriteOncePod with other access modes",
        "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
        _API_CORE,
        "STS307",
    ),
    _message(
        "MSG125",
        Speaker.API,
        r"quantities must match the regular expression|"
        r'unable to parse quantity\'s suffix|(?:storage|requests\S*): Invalid value: "[^"]*": '
        r"must be greater than zero",
        'StatefulSet in version "v1" cannot be handled as a StatefulSet: quantities must match '
        "the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        "staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go",
        "STS310",
    ),
    _message(
        "MSG126",
        Speaker.API,
        r"spec is immutable after creation except resources\.requests",
        'PersistentVolumeClaim "data-web-0" is invalid: spec: Forbidden: spec is immutable after '
        "creation except resources.requests and volumeAttributesClassName for bound claims",
        _API_CORE,
    ),
    _message(
        "MSG127",
        Speaker.API,
        r"field can not be less than (?P<needed>status\.capacity|previous value)",
        "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity",
        _API_CORE,
        "STS403",
    ),
    _message(
        "MSG128",
        Speaker.API,
        r"only dynamically provisioned pvc can be resized and the storageclass",
        'persistentvolumeclaims "data-web-0" is forbidden: only dynamically provisioned pvc can '
        "be resized and the storageclass that provisions the pvc must support resize",
        "plugin/pkg/admission/storage/persistentvolume/resize/admission.go",
    ),
    _message(
        "MSG129",
        Speaker.API,
        r'mountPath: Invalid value: "(?P<found>[^"]*)": must be unique',
        'spec.template.spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/data": '
        "must be unique",
        _API_CORE,
        "STS326",
    ),
    # Refused by the API server: anything
    _message(
        "MSG131",
        Speaker.API,
        r'unknown field "(?P<field>[^"]+)"'
        r'|(?P<path>\.[\w.\[\]="]+): field not declared in schema',
        'StatefulSet in version "v1" cannot be handled as a StatefulSet: strict decoding error: '
        'unknown field "spec.servicename"',
        "staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go",
        "SCH101",
    ),
    _message(
        "MSG132",
        Speaker.API,
        r"cannot unmarshal (?P<found>\w+) into Go (?:struct field (?P<field>\S+)|value) of type "
        r"(?P<needed>\S+)",
        'StatefulSet in version "v1" cannot be handled as a StatefulSet: json: cannot unmarshal '
        "string into Go struct field StatefulSetSpec.spec.replicas of type int32",
        "staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go",
    ),
    _message(
        "MSG133",
        Speaker.KUBECTL,
        r'no (?:matches for )?kind "(?P<kind>[^"]+)" (?:in|is registered for) version '
        r'"(?P<version>[^"]+)"|the API version in the data \((?P<data>[^)]+)\) does not match',
        'error: resource mapping not found for name: "web" namespace: "" from "web.yaml": no '
        'matches for kind "StatefulSet" in version "apps/v1beta2"',
        f"{_KUBECTL}/pkg/cmd/util",
    ),
    _message(
        "MSG134",
        Speaker.KUBECTL,
        r"(?:error converting YAML to JSON|of type \w+\)): yaml: (?:line (?P<line>\d+): )?"
        r"(?P<raw>[^(]{0,80})",
        "error: error parsing web.yaml: error converting YAML to JSON: yaml: line 20: did not "
        "find expected key",
        "sigs.k8s.io/yaml",
    ),
    _message(
        "MSG135",
        Speaker.KUBECTL,
        r"error validating data: (?P<field>apiVersion|kind) not set",
        'error: error validating "web.yaml": error validating data: apiVersion not set',
        f"{_KUBECTL}/pkg/validation/schema.go",
    ),
    _message(
        "MSG136",
        Speaker.API,
        r"Apply failed with (?P<count>\d+) conflicts?: conflicts? with \"(?P<manager>[^\"]+)\"",
        'error: Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" '
        "using apps/v1: .spec.replicas",
        "staging/src/k8s.io/apimachinery/pkg/util/managedfields",
        "STS409",
    ),
    _message(
        "MSG137",
        Speaker.API,
        r"Operation cannot be fulfilled on (?P<resource>\S+) \"?(?P<name>[^\":]+)\"?:"
        r"|the object has been modified; please apply your changes to the latest version",
        'Operation cannot be fulfilled on statefulsets.apps "web": the object has been modified; '
        "please apply your changes to the latest version and try again",
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go",
    ),
    _message(
        "MSG138",
        Speaker.API,
        r"forbidden: exceeded quota: (?P<quota>[^,]+), requested: (?P<requested>[^,]+)",
        'create Pod web-2 in StatefulSet web failed error: pods "web-2" is forbidden: exceeded '
        "quota: small, requested: pods=1, used: pods=2, limited: pods=2",
        "staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota",
    ),
    _message(
        "MSG139",
        Speaker.API,
        r'violates PodSecurity "(?P<level>[^"]+)"',
        'pods "web-0" is forbidden: violates PodSecurity "restricted:latest": '
        "allowPrivilegeEscalation != false",
        "staging/src/k8s.io/pod-security-admission",
    ),
    _message(
        "MSG140",
        Speaker.API,
        r'is forbidden: User "(?P<user>[^"]*)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]*)"',
        'statefulsets.apps is forbidden: User "dev" cannot list resource "statefulsets" in API '
        'group "apps" in the namespace "prod"',
        "staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go",
    ),
    _message(
        "MSG141",
        Speaker.API,
        r"spec\.clusterIPs?(?:\[0\])?: (?:Invalid value: .{0,60}?: )?"
        r"(?:may not change once set|field is immutable|may not be set to 'None')",
        'The Service "web" is invalid: spec.clusterIPs[0]: Invalid value: []string{"None"}: may '
        "not change once set",
        _API_CORE,
        "STS102",
        "STS117",
    ),
    _message(
        "MSG142",
        Speaker.API,
        rf'(?P<resource>[a-z]+(?:\.[a-z.0-9]+)?) "(?P<name>{_NAME})" already exists',
        'Error from server (AlreadyExists): statefulsets.apps "web" already exists',
        "staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go",
    ),
    _message(
        "MSG143",
        Speaker.API,
        r'key "(?P<key>[^"]+)" already set in map',
        'strict decoding error: yaml: unmarshal errors: line 7: key "replicas" already set in map',
        "sigs.k8s.io/yaml",
        "YAML102",
    ),
    _message(
        "MSG144",
        Speaker.API,
        r"(?P<field>[a-z]\w*(?:\.\w+|\[\w+\])+): Required value",
        "spec.template.spec.containers[0].image: Required value",
        _API_CORE,
        general=True,
    ),
    _message(
        "MSG145",
        Speaker.API,
        r"(?P<field>[a-z]\w*(?:\.\w+|\[\w+\])*): Unsupported value: (?P<found>\S+?): supported"
        r" values: (?P<needed>(?:\"[^\"]*\"(?:, )?)+)",
        'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": '
        'supported values: "Retain", "Delete"',
        _API_CORE,
        "STS316",
        general=True,
    ),
    _message(
        "MSG146",
        Speaker.API,
        r"(?P<field>[a-z]\w*(?:\.\w+|\[\w+\])+): Invalid value: (?P<found>-\d+): must be greater",
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
        _API_CORE,
        "STS213",
        "STS208",
        "STS218",
        general=True,
    ),
    _message(
        "MSG147",
        Speaker.API,
        r'(?P<field>[a-z]\w*(?:\.\w+|\[\w+\])+): Duplicate value: "(?P<found>[^"]+)"',
        'spec.template.spec.containers[1].name: Duplicate value: "app"',
        _API_CORE,
        general=True,
    ),
    _message(
        "MSG148",
        Speaker.API,
        r"(?P<field>[a-z]\w*(?:\.\w+|\[\w+\])+): (?:Invalid value: .{0,80}?: )?field is immutable",
        'spec.selector: Invalid value: {"matchLabels":{"app":"web"}}: field is immutable',
        "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go",
        general=True,
    ),
    _message(
        "MSG149",
        Speaker.API,
        r"(?P<field>[a-z]\w*(?:\.\w+|\[\w+\])+): Invalid value: (?P<found>.{0,80}?): (?P<needed>"
        r"[^:\[\]]{4,160})",
        'metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist '
        "of alphanumeric characters",
        _API_CORE,
        general=True,
    ),
    # The StatefulSet controller
    _message(
        "MSG151",
        Speaker.STATEFULSET,
        rf"pvc (?P<claim>{_NAME}) is being deleted",
        "create Pod web-1 in StatefulSet web failed error: pvc data-web-1 is being deleted",
        f"{_CONTROL}/stateful_pod_control.go",
    ),
    _message(
        "MSG152",
        Speaker.STATEFULSET,
        rf"could not update claim (?P<claim>{_NAME}) for delete policy ownerRefs",
        "Update Pod web-1 in StatefulSet web failed error: could not update claim data-web-1 for "
        "delete policy ownerRefs",
        f"{_CONTROL}/stateful_pod_control.go",
    ),
    _message(
        "MSG153",
        Speaker.STATEFULSET,
        rf"\(combined from similar events\): (?:create|delete|update) Pod (?P<pod>{_NAME})",
        "(combined from similar events): Create Pod web-0 in StatefulSet web successful",
        "staging/src/k8s.io/client-go/tools/record/events_cache.go",
    ),
    _message(
        "MSG154",
        Speaker.STATEFULSET,
        rf"create (?:Pod (?P<pod>{_NAME})|Claim (?P<claim>{_NAME})\b.{{0,80}}?)"
        rf" in StatefulSet (?P<set>{_NAME}) failed",
        "create Pod web-0 in StatefulSet web failed error: Internal error occurred: failed "
        "calling webhook",
        f"{_CONTROL}/stateful_pod_control.go",
        general=True,
    ),
    # Claims and volumes
    _message(
        "MSG161",
        Speaker.VOLUMES,
        r"no persistent volumes available for this claim and no storage class is set",
        "no persistent volumes available for this claim and no storage class is set",
        f"{_PV}/pv_controller.go",
        "STS312",
        "STS313",
    ),
    _message(
        "MSG162",
        Speaker.VOLUMES,
        r"waiting for first consumer to be created before binding",
        "waiting for first consumer to be created before binding",
        f"{_PV}/pv_controller.go",
        "STS320",
    ),
    _message(
        "MSG163",
        Speaker.VOLUMES,
        r'storageclass\.storage\.k8s\.io "(?P<class>[^"]+)" not found',
        'storageclass.storage.k8s.io "absent-sc" not found',
        f"{_PV}/pv_controller.go",
    ),
    _message(
        "MSG164",
        Speaker.VOLUMES,
        r"waiting for a volume to be created,? either by (?:the )?external provisioner "
        r"['\"]?(?P<provisioner>[^'\" ]*)",
        "Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' "
        "or manually by the system administrator.",
        f"{_PV}/pv_controller.go",
    ),
    _message(
        "MSG165",
        Speaker.VOLUMES,
        r"failed to provision volume with StorageClass \"(?P<class>[^\"]+)\"",
        'failed to provision volume with StorageClass "fast": rpc error: code = ResourceExhausted',
        "sigs.k8s.io/sig-storage-lib-external-provisioner",
    ),
    _message(
        "MSG166",
        Speaker.VOLUMES,
        r"Multi-Attach error for volume \"?(?P<volume>[^\" ]+)\"?",
        'Multi-Attach error for volume "pvc-1234" Volume is already exclusively attached to one '
        "node and can't be attached to another",
        "pkg/controller/volume/attachdetach",
        "STS314",
        "STS319",
    ),
    # The scheduler
    _message(
        "MSG171",
        Speaker.SCHEDULER,
        r"pod has unbound immediate PersistentVolumeClaims",
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
        f"{_SCHEDULER}/volumebinding",
        "STS313",
    ),
    _message(
        "MSG172",
        Speaker.SCHEDULER,
        rf'persistentvolumeclaim "(?P<claim>{_NAME})" not found',
        '0/3 nodes are available: persistentvolumeclaim "data-web-0" not found. not found',
        f"{_SCHEDULER}/volumebinding",
    ),
    _message(
        "MSG173",
        Speaker.SCHEDULER,
        r"node\(s\) had volume node affinity conflict"
        r"|node\(s\) didn't match PersistentVolume's node affinity",
        "0/3 nodes are available: 3 node(s) didn't match PersistentVolume's node affinity.",
        f"{_SCHEDULER}/volumebinding",
        "STS329",
    ),
    _message(
        "MSG174",
        Speaker.SCHEDULER,
        r"ReadWriteOncePod access mode already in-use by another pod",
        "0/3 nodes are available: 1 node(s) unavailable due to PersistentVolumeClaim with "
        "ReadWriteOncePod access mode already in-use by another pod",
        f"{_SCHEDULER}/volumerestrictions",
    ),
    _message(
        "MSG175",
        Speaker.SCHEDULER,
        r"node\(s\) didn't match Pod's node affinity/selector"
        r"|node\(s\) didn't match node selector",
        "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
        f"{_SCHEDULER}/nodeaffinity",
    ),
    _message(
        "MSG176",
        Speaker.SCHEDULER,
        r"node\(s\) didn't match pod anti-affinity rules",
        "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.",
        f"{_SCHEDULER}/interpodaffinity",
        "STS330",
    ),
    _message(
        "MSG177",
        Speaker.SCHEDULER,
        r"node\(s\) had untolerated taint(?:\(s\))? ?\{?(?P<taint>[^}.,]*)|"
        r"node\(s\) had taint \{(?P<old>[^}]*)\}, that the pod didn't tolerate",
        "0/3 nodes are available: 1 node(s) had untolerated taint "
        "{node-role.kubernetes.io/control-plane: }",
        f"{_SCHEDULER}/tainttoleration",
    ),
    _message(
        "MSG178",
        Speaker.SCHEDULER,
        r"Insufficient (?P<resource>cpu|memory|ephemeral-storage|[a-z.\-/]+)",
        "0/3 nodes are available: 3 Insufficient memory.",
        f"{_SCHEDULER}/noderesources",
    ),
    _message(
        "MSG179",
        Speaker.SCHEDULER,
        r"node\(s\) exceed max volume count",
        "0/3 nodes are available: 3 node(s) exceed max volume count.",
        f"{_SCHEDULER}/nodevolumelimits",
    ),
    # The kubelet and the container
    _message(
        "MSG181",
        Speaker.KUBELET,
        r"Failed to pull image \"?(?P<image>[^\" :]+(?::[^\" ]+)?)\"?|ErrImagePull|ImagePullBackOff"
        r"|Back-off pulling image|InvalidImageName",
        'Failed to pull image "example-image": rpc error: code = NotFound',
        f"{_KUBELET}/images",
        "STS410",
    ),
    _message(
        "MSG182",
        Speaker.KUBELET,
        r"CrashLoopBackOff|Back-off (?:\S+ )?restarting failed container",
        "Back-off restarting failed container app in pod web-0_default(1234)",
        f"{_KUBELET}/kuberuntime",
    ),
    _message(
        "MSG183",
        Speaker.KUBELET,
        r"(?P<probe>Readiness) probe (?:failed|errored)",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        f"{_KUBELET}/prober",
        "STS115",
    ),
    _message(
        "MSG184",
        Speaker.KUBELET,
        r"(?P<probe>Liveness|Startup) probe (?:failed|errored)|failed liveness probe, will be"
        r" restarted",
        "Liveness probe failed: dial tcp 10.0.0.7:5432: connect: connection refused",
        f"{_KUBELET}/prober",
    ),
    _message(
        "MSG185",
        Speaker.KUBELET,
        r"OOMKilled",
        "Last State: Terminated Reason: OOMKilled Exit Code: 137",
        f"{_KUBELET}/kuberuntime",
    ),
    _message(
        "MSG186",
        Speaker.KUBELET,
        r"CreateContainerConfigError"
        r"|(?:MountVolume\.SetUp failed for volume \"[^\"]+\" ?:? ?|Error: )?"
        r"(?P<kind>configmap|secret) \"(?P<name>[^\"]+)\" not found",
        'MountVolume.SetUp failed for volume "config" : configmap "web-config" not found',
        f"{_KUBELET}/configmap",
    ),
    _message(
        "MSG187",
        Speaker.KUBELET,
        r"Unable to attach or mount volumes: unmounted volumes=\[(?P<volumes>[^\]]*)\]"
        r"|FailedAttachVolume|AttachVolume\.Attach failed",
        "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data]: "
        "timed out waiting for the condition",
        f"{_KUBELET}/volumemanager",
    ),
    _message(
        "MSG191",
        Speaker.APP,
        r"initdb: (?:error: )?directory \"(?P<directory>[^\"]+)\" exists but is not empty",
        'initdb: error: directory "/var/lib/postgresql/data" exists but is not empty It contains '
        "a lost+found directory, perhaps due to it being a mount point.",
        "PostgreSQL initdb",
        "STS321",
    ),
    _message(
        "MSG192",
        Speaker.APP,
        r"(?:mkdir|chown|chmod|open|touch|cannot (?:create|open|touch)|could not (?:open|create))"
        r"[^.]{0,120}?:? Permission denied|Permission denied: '(?P<path>[^']+)'",
        "mkdir: cannot create directory '/data/db': Permission denied",
        "the operating system",
        "STS322",
    ),
    _message(
        "MSG193",
        Speaker.APP,
        r"password authentication failed for user \"?(?P<user>[^\" ]+)\"?"
        r"|Access denied for user '(?P<mysql>[^']+)'",
        'FATAL: password authentication failed for user "postgres"',
        "PostgreSQL, MySQL",
    ),
    _message(
        "MSG194",
        Speaker.APP,
        rf"(?:lookup |getaddrinfo \w+ )?(?P<host>{_NAME})?:? ?(?:on [\d.:]+: )?no such host"
        r"|NXDOMAIN|Temporary failure in name resolution|Name or service not known"
        r"|could not translate host name|bad address '(?P<bad>[^']+)'|getaddrinfo ENOTFOUND",
        "dial tcp: lookup web-0.nginx on 10.96.0.10:53: no such host",
        "CoreDNS and resolvers",
        "STS101",
        "STS102",
        "STS104",
    ),
    # Nodes and disruptions
    _message(
        "MSG201",
        Speaker.API,
        r"Cannot evict pod as it would violate the pod's disruption budget",
        'error when evicting pods/"web-0" -n "default" (will retry after 5s): Cannot evict '
        "pod as it would violate the pod's disruption budget.",
        "pkg/registry/core/pod/storage/eviction.go",
        "STS406",
    ),
    _message(
        "MSG202",
        Speaker.NODES,
        r"Marking for deletion Pod (?P<pod>\S+)|NodeNotReady|Node is not ready",
        "TaintManagerEviction Marking for deletion Pod default/web-1",
        "pkg/controller/tainteviction",
    ),
    _message(
        "MSG203",
        Speaker.KUBECTL,
        r"Immediate deletion does not wait for confirmation that the running resource has been"
        r" terminated",
        "Warning: Immediate deletion does not wait for confirmation that the running resource "
        "has been terminated. The resource may continue to run on the cluster indefinitely.",
        f"{_KUBECTL}/pkg/cmd/delete/delete.go",
    ),
    # kubectl
    _message(
        "MSG211",
        Speaker.KUBECTL,
        r"rollout status is only available for RollingUpdate strategy type",
        "error: rollout status is only available for RollingUpdate strategy type",
        f"{_KUBECTL}/pkg/polymorphichelpers/rollout_status.go",
        "STS221",
    ),
    _message(
        "MSG212",
        Speaker.KUBECTL,
        r"partitioned roll out complete: (?P<count>\d+) new pods have been updated"
        r"|waiting for partitioned roll out to finish",
        "partitioned roll out complete: 3 new pods have been updated...",
        f"{_KUBECTL}/pkg/polymorphichelpers/rollout_status.go",
        "STS207",
    ),
    _message(
        "MSG213",
        Speaker.KUBECTL,
        r"Waiting for statefulset (?:rolling update to complete|spec update to be observed)"
        r"|Waiting for (?P<count>\d+) pods to be ready",
        "Waiting for 1 pods to be ready...",
        f"{_KUBECTL}/pkg/polymorphichelpers/rollout_status.go",
    ),
    _message(
        "MSG214",
        Speaker.KUBECTL,
        r"(?P<what>pausing|resuming) is not supported",
        'error: statefulsets.apps "web" pausing is not supported',
        f"{_KUBECTL}/pkg/cmd/rollout",
    ),
    _message(
        "MSG215",
        Speaker.KUBECTL,
        r"unable to find specified revision (?P<revision>\d+) in history|no rollout history found",
        "error: unable to find specified revision 99 in history",
        f"{_KUBECTL}/pkg/polymorphichelpers/rollback.go",
        "STS220",
    ),
    _message(
        "MSG216",
        Speaker.KUBECTL,
        r"is missing the kubectl\.kubernetes\.io/last-applied-configuration annotation",
        "Warning: resource statefulsets/web is missing the "
        "kubectl.kubernetes.io/last-applied-configuration annotation which is required by "
        "kubectl apply.",
        f"{_KUBECTL}/pkg/cmd/apply/apply.go",
    ),
    _message(
        "MSG217",
        Speaker.KUBECTL,
        r"The connection to the server (?P<server>\S+) was refused",
        "The connection to the server localhost:8080 was refused - did you specify the right "
        "host or port?",
        f"{_KUBECTL}/pkg/cmd/util/helpers.go",
    ),
    _message(
        "MSG218",
        Speaker.KUBECTL,
        rf"(?P<resource>statefulsets\.apps|pods|services|persistentvolumeclaims|namespaces) "
        rf'"(?P<name>{_NAME})" not found',
        'Error from server (NotFound): statefulsets.apps "web" not found',
        "staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go",
    ),
    _message(
        "MSG219",
        Speaker.KUBECTL,
        r"timed out waiting for the condition",
        "error: timed out waiting for the condition",
        f"{_KUBECTL}/pkg/cmd/wait",
        general=True,
    ),
)
