"""What the controllers and the scheduler say: sets, volumes, nodes, places for Pods."""

from tutor.decoder.message import NAME, Message, Speaker, message

_CONTROL = "pkg/controller/statefulset"
_SCHEDULER = "pkg/scheduler/framework/plugins"
_PV = "pkg/controller/volume/persistentvolume"

CONTROLLER: tuple[Message, ...] = (
    message(
        "MSG151",
        Speaker.STATEFULSET,
        rf'(?:pvc|persistentvolumeclaim) "?(?P<claim>{NAME})"? is being deleted',
        "create Pod web-1 in StatefulSet web failed error: pvc data-web-1 is being deleted",
        f"{_CONTROL}/stateful_pod_control.go",
    ),
    message(
        "MSG152",
        Speaker.STATEFULSET,
        rf"could not update claim (?P<claim>{NAME}) for delete policy ownerRefs"
        r"(?:: Operation cannot be fulfilled on [^:]{1,300}+:"
        r"(?: the object has been modified; please apply your changes to the latest version)?)?",
        "Update Pod web-1 in StatefulSet web failed error: could not update claim data-web-1 for "
        "delete policy ownerRefs",
        f"{_CONTROL}/stateful_pod_control.go",
    ),
    message(
        "MSG154",
        Speaker.STATEFULSET,
        rf"(?P<verb>create|update|delete) (?:Claim (?P<claim>{NAME}) )?Pod (?P<pod>{NAME})"
        rf" in StatefulSet (?P<set>{NAME}) failed",
        "create Pod web-0 in StatefulSet web failed error: Internal error occurred: failed "
        "calling webhook",
        f"{_CONTROL}/stateful_pod_control.go",
        general=True,
    ),
    message(
        "MSG153",
        Speaker.STATEFULSET,
        rf"\(combined from similar events\): (?:create|delete|update) Pod (?P<pod>{NAME})",
        "(combined from similar events): Create Pod web-0 in StatefulSet web successful",
        "staging/src/k8s.io/client-go/tools/record/events_cache.go",
        general=True,
    ),
)

VOLUMES: tuple[Message, ...] = (
    message(
        "MSG161",
        Speaker.VOLUMES,
        r"no persistent volumes available for this claim and no storage class is set",
        "no persistent volumes available for this claim and no storage class is set",
        f"{_PV}/pv_controller.go",
        "STS312",
        "STS313",
    ),
    message(
        "MSG162",
        Speaker.VOLUMES,
        r"waiting for first consumer to be created before binding"
        rf"|waiting for pod (?P<pod>{NAME}) to be scheduled",
        "waiting for first consumer to be created before binding",
        f"{_PV}/pv_controller.go",
        "STS320",
    ),
    message(
        "MSG163",
        Speaker.VOLUMES,
        r'storageclass(?:\.storage\.k8s\.io)? "(?P<class>[^"]{1,253})" not found',
        'storageclass.storage.k8s.io "absent-sc" not found',
        f"{_PV}/pv_controller.go",
    ),
    message(
        "MSG164",
        Speaker.VOLUMES,
        r"waiting for a volume to be created,? either by (?:the )?external provisioner "
        r"['\"]?(?P<provisioner>[^'\" ]{0,253})",
        "Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' "
        "or manually by the system administrator.",
        f"{_PV}/pv_controller.go",
    ),
    message(
        "MSG157",
        Speaker.VOLUMES,
        r"(?:failed to provision volume with StorageClass \"(?P<class>[^\"]{1,253})\": .{0,120}?)?"
        r"claim\.?(?:spec\.)? ?selector is not supported"
        r"|(?:provisioner|provisioning) (?:does not support|doesn't support) (?:claim )?selectors?",
        'failed to provision volume with StorageClass "disk": claim Selector is not supported',
        "sigs.k8s.io/sig-storage-lib-external-provisioner",
    ),
    message(
        "MSG158",
        Speaker.VOLUMES,
        r"resize volume (?:\"?(?P<volume>[^\" ]{1,253})\"? )?by resizer"
        r' "(?P<driver>[^"]{1,253})" failed'
        r"|VolumeModificationRateExceeded|maximum modification rate per volume"
        r"|(?:NodeExpandVolume|MountVolume)\.(?:NodeExpandVolume|resize)\w{0,20} failed"
        r"|error expanding (?:volume|persistentvolumeclaim)|VolumeResizeFailed"
        r"|(?:Controller|Node)(?:Resize(?:Error|Infeasible)|ExpandVolume\w{0,20} failed)",
        'resize volume "pvc-1" by resizer "ebs.csi.aws.com" failed: rpc error: code = Internal '
        'desc = Could not resize volume "vol-0": VolumeModificationRateExceeded',
        "sigs.k8s.io/external-resizer; pkg/volume/util/operationexecutor",
    ),
    message(
        "MSG159",
        Speaker.VOLUMES,
        r'Cannot bind to requested volume "(?P<volume>[^"]{1,253})"(?:: (?P<reason>'
        r"requested PV is too small|storageClassName does not match|incompatible accessMode"
        r"|incompatible volumeMode|VolumeAttributesClassName does not match"
        r"|[\w ]{1,60}+))?"
        r'|volume "(?P<volume_2>[^"]{1,253})" already bound to a different claim'
        r"|requested PV is too small",
        'Cannot bind to requested volume "pv-1": requested PV is too small',
        f"{_PV}/pv_controller.go",
    ),
    message(
        "MSG165",
        Speaker.VOLUMES,
        r"failed to provision volume with StorageClass \"(?P<class>[^\"]{1,253})\"",
        'failed to provision volume with StorageClass "fast": rpc error: code = ResourceExhausted',
        "sigs.k8s.io/sig-storage-lib-external-provisioner",
    ),
    message(
        "MSG166",
        Speaker.VOLUMES,
        r"Multi-Attach error for volume \"?(?P<volume>[^\" ]{1,253})\"?",
        'Multi-Attach error for volume "pvc-1234" Volume is already exclusively attached to one '
        "node and can't be attached to another",
        "pkg/controller/volume/attachdetach",
        "STS314",
        "STS319",
    ),
    message(
        "MSG167",
        Speaker.VOLUMES,
        r"Bound claim has lost its PersistentVolume"
        r"|bound to non-existent (?:persistentvolume|pv)",
        "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
        f"{_PV}/pv_controller.go",
    ),
    message(
        "MSG168",
        Speaker.VOLUMES,
        r"(?:Status: Terminating|deletionTimestamp: ?\S{1,40}).{0,900}?"
        r"kubernetes\.io/pvc-protection"
        rf"|persistentvolume {NAME} is still attached to node",
        "Name: data-web-1 Namespace: demo StorageClass: standard Status: Terminating (lasts 3s) "
        "Volume: pvc-1234 Labels: app=web Annotations: pv.kubernetes.io/bind-completed: yes "
        "Finalizers: [kubernetes.io/pvc-protection]",
        "pkg/controller/volume/pvcprotection",
    ),
    message(
        "MSG169",
        Speaker.VOLUMES,
        r"Waiting for user to \(re-\)start a pod to finish file system resize"
        r"|FileSystemResizePending",
        "FileSystemResizePending True Waiting for user to (re-)start a pod to finish file system "
        "resize of volume on node.",
        "pkg/volume/util/resize_util.go",
    ),
)

NODES: tuple[Message, ...] = (
    message(
        "MSG201",
        Speaker.API,
        r"Cannot evict pod as it would violate the pod's disruption budget"
        r"|disruption budget \S{1,253} needs \d+ healthy pods"
        r'|pdb "?[^" ]{1,253}"? prevents pod evictions|not\.enough\.pdb'
        r"|enough Pod Disruption Budget|blocked by a? ?PodDisruptionBudget",
        'error when evicting pods/"web-0" -n "default" (will retry after 5s): Cannot evict '
        "pod as it would violate the pod's disruption budget.",
        "pkg/registry/core/pod/storage/eviction.go",
        "STS406",
    ),
    message(
        "MSG206",
        Speaker.API,
        r"(?:has|covered by) more than one PodDisruptionBudget"
        r"|MultiplePodDisruptionBudgets|matches multiple PodDisruptionBudgets"
        r"|multiple PodDisruptionBudgets|multiple\.pdb",
        'error when evicting pods/"web-0" -n "default": This pod has more than one '
        "PodDisruptionBudget, which the eviction subresource does not support.",
        "pkg/registry/core/pod/storage/eviction.go",
    ),
    message(
        "MSG202",
        Speaker.NODES,
        r"Marking for deletion Pod \S{1,253}|NodeNotReady|Node is not ready"
        r"|Taint manager: deleting due to NoExecute taint",
        "TaintManagerEviction Marking for deletion Pod default/web-1",
        "pkg/controller/tainteviction",
    ),
    message(
        "MSG205",
        Speaker.NODES,
        r"Kubelet stopped posting node status|NodeStatusUnknown"
        # Every Pod tolerates this taint; only where it is no toleration does it tell anything.
        r"|node\.kubernetes\.io/unreachable(?!:No\w{1,20} (?:op=|for \d)|\"?,? \"?operator)",
        "Ready Unknown NodeStatusUnknown Kubelet stopped posting node status.",
        "pkg/controller/nodelifecycle",
    ),
)

SCHEDULER: tuple[Message, ...] = (
    message(
        "MSG170",
        Speaker.SCHEDULER,
        r"node\(s\) didn't find available persistent volumes to bind"
        r"|node\(s\) did not have enough free storage",
        "0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind.",
        f"{_SCHEDULER}/volumebinding",
    ),
    message(
        "MSG171",
        Speaker.SCHEDULER,
        r"pod has unbound (?:immediate )?PersistentVolumeClaims",
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
        f"{_SCHEDULER}/volumebinding",
        "STS313",
    ),
    message(
        "MSG172",
        Speaker.SCHEDULER,
        rf'persistentvolumeclaim "(?P<claim>{NAME})" not found',
        '0/3 nodes are available: persistentvolumeclaim "data-web-0" not found. not found',
        f"{_SCHEDULER}/volumebinding",
    ),
    message(
        "MSG173",
        Speaker.SCHEDULER,
        r"node\(s\) had volume node affinity conflict"
        r"|node\(s\) didn't match PersistentVolume's node affinity"
        r"|node\(s\) had no available volume zone",
        "0/3 nodes are available: 3 node(s) didn't match PersistentVolume's node affinity.",
        f"{_SCHEDULER}/volumebinding",
        "STS329",
    ),
    message(
        "MSG174",
        Speaker.SCHEDULER,
        r"ReadWriteOncePod access mode already in-use by another pod"
        r"|with the same name and ReadWriteOncePod access mode",
        "0/3 nodes are available: 1 node(s) unavailable due to PersistentVolumeClaim with "
        "ReadWriteOncePod access mode already in-use by another pod",
        f"{_SCHEDULER}/volumerestrictions",
    ),
    message(
        "MSG175",
        Speaker.SCHEDULER,
        r"node\(s\) didn't match Pod's node affinity(?:/selector)?"
        r"|node\(s\) didn't match node selector",
        "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
        f"{_SCHEDULER}/nodeaffinity",
    ),
    message(
        "MSG176",
        Speaker.SCHEDULER,
        r"node\(s\) didn't match pod (?:affinity/)?anti-affinity"
        r"|node\(s\) didn't satisfy existing pods anti-affinity"
        r"|node\(s\) didn't match pod topology spread constraints",
        "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.",
        f"{_SCHEDULER}/interpodaffinity",
    ),
    message(
        "MSG177",
        Speaker.SCHEDULER,
        r"node\(s\) had untolerated taint(?:\(s\)| \{(?P<taint>[^}]{0,400})\})"
        r"|node\(s\) had taint \{(?P<taint_2>[^}]{0,400})\}, that the pod didn't tolerate"
        r"|node\(s\) had taints that the pod didn't tolerate|node\(s\) were unschedulable",
        "0/3 nodes are available: 1 node(s) had untolerated taint "
        "{node-role.kubernetes.io/control-plane: }",
        f"{_SCHEDULER}/tainttoleration",
    ),
    message(
        "MSG178",
        Speaker.SCHEDULER,
        r"(?<![a-z])(?:\d{1,6} Insufficient (?P<resource>[a-z0-9][a-z0-9.\-/]{0,253}[a-z0-9])"
        r"|Insufficient (?P<resource_2>cpu|memory|pods|ephemeral-storage)(?![a-z]))",
        "0/3 nodes are available: 3 Insufficient memory.",
        f"{_SCHEDULER}/noderesources",
    ),
    message(
        "MSG179",
        Speaker.SCHEDULER,
        r"node\(s\) exceed max volume count",
        "0/3 nodes are available: 3 node(s) exceed max volume count.",
        f"{_SCHEDULER}/nodevolumelimits",
    ),
)
