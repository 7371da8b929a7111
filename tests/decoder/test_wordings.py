"""The same message as versions and programs have worded it, and what it must not be taken for."""

import pytest

from tutor.decoder.decode import decode

# Text, code, and what it names.
WORDINGS: list[tuple[str, str, dict[str, str]]] = [
    # 1.37 names every fixed field by itself, in whatever a client wraps around it.
    (
        'The StatefulSet "web" is invalid: \n* spec.selector: Invalid value: '
        '{"matchLabels":{"app":"x"}}: field is immutable\n* spec.podManagementPolicy: '
        'Invalid value: "Parallel": field is immutable',
        "MSG114",
        {"field": "spec.selector"},
    ),
    (
        'Error from server (Invalid): error when applying patch:\n{"spec":{}}\nfor: "web.yaml": '
        'error when patching "web.yaml": StatefulSet.apps "web" is invalid: spec.serviceName: '
        'Invalid value: "other": field is immutable',
        "MSG114",
        {"field": "spec.serviceName"},
    ),
    (
        'Error: UPGRADE FAILED: cannot patch "db" with kind StatefulSet: StatefulSet.apps "db" is '
        'invalid: [spec.volumeClaimTemplates: Invalid value: [{"metadata":{"name":"data"}, '
        '"spec":{"accessModes":["ReadWriteOnce"]}}]: field is immutable, spec.serviceName: '
        'Invalid value: "x": field is immutable]',
        "MSG114",
        {"field": "spec.volumeClaimTemplates"},
    ),
    (
        '# statefulsets.apps "web" was not valid:\n# * spec.selector: Invalid value: '
        '{"matchLabels":{"app":"x"}}: field is immutable\n#',
        "MSG114",
        {"field": "spec.selector"},
    ),
    (
        '{"kind":"Status","message":"StatefulSet.apps \\"web\\" is invalid: spec.selector: '
        'Invalid value: {\\"matchLabels\\":{\\"app\\":\\"x\\"}}: field is immutable"}',
        "MSG114",
        {"field": "spec.selector"},
    ),
    # The same words of another kind.
    (
        'Deployment.apps "web" is invalid: spec.selector: Invalid value: '
        '{"matchLabels":{"app":"x"}}: field is immutable',
        "MSG148",
        {"field": "spec.selector"},
    ),
    (
        'The Service "web" is invalid: spec.clusterIP: Invalid value: "None": field is immutable',
        "MSG141",
        {},
    ),
    (
        'spec.serviceName: Invalid value: "web.default": a lowercase RFC 1123 label must consist',
        "MSG111",
        {"found": "web.default"},
    ),
    # What people met and nobody explained.
    (
        'Unable to mount volumes for pod "db-1_shop(77)": timeout expired waiting for volumes to '
        'attach or mount for pod "shop"/"db-1". list of unmounted volumes=[data]',
        "MSG187",
        {"volumes": "data"},
    ),
    (
        "Warning VolumeResizeFailed 3m external-resizer ebs.csi.aws.com googleapi: quota",
        "MSG158",
        {},
    ),
    (
        "FATAL: database files are incompatible with server",
        "MSG196",
        {},
    ),
    ("[ERROR] [MY-014061] Invalid MySQL server upgrade: Cannot upgrade from 50744", "MSG196", {}),
    ("Fatal error loading the DB: Can't handle RDB format version 12", "MSG196", {}),
    (
        'Cannot bind to requested volume "disk": incompatible accessMode',
        "MSG159",
        {"volume": "disk"},
    ),
    ('volume "disk" already bound to a different claim.', "MSG159", {"volume": "disk"}),
    (
        'MountVolume.NewMounter initialization failed for volume "pv" : path "/data/a" does not '
        "exist",
        "MSG189",
        {"path": "/data/a"},
    ),
    ("Warning FailedPostStartHook 2s kubelet PostStartHook failed", "MSG190", {}),
    (
        'error: unable to drain node "n" due to error: cannot delete DaemonSet-managed Pods (use '
        "--ignore-daemonsets to ignore): kube-system/kube-proxy-x",
        "MSG204",
        {},
    ),
    (
        "Error response from daemon: toomanyrequests: You have reached your unauthenticated pull "
        "rate limit.",
        "MSG181",
        {},
    ),
    (
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
        "support.",
        "MSG206",
        {},
    ),
    (
        'failed to provision volume with StorageClass "fast": claim.Spec.Selector is not '
        "supported for dynamic provisioning",
        "MSG157",
        {"class": "fast"},
    ),
    # 1.21 and before had no minReadySeconds, 1.22 to 1.25 no ordinals.
    (
        'The StatefulSet "web" is invalid: spec: Forbidden: updates to statefulset spec for fields '
        "other than 'replicas', 'template', and 'updateStrategy' are forbidden",
        "MSG101",
        {"fields": "'replicas', 'template', and 'updateStrategy'"},
    ),
    (
        'Error: UPGRADE FAILED: cannot patch "web" with kind StatefulSet: StatefulSet.apps "web" '
        "is invalid: spec: Forbidden: updates to statefulset spec for fields other than "
        "'replicas', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and "
        "'minReadySeconds' are forbidden",
        "MSG101",
        {},
    ),
    (
        "spec.podManagementPolicy: Invalid value: “Random”: must be ‘OrderedReady’ or ‘Parallel’",
        "MSG104",
        {"found": "Random"},
    ),
    (
        'metadata.name: Invalid value: "Web": a DNS-1123 subdomain must consist of lower case',
        "MSG110",
        {"found": "Web"},
    ),
    (
        "web.yaml - StatefulSet web is invalid: problem validating schema. Check JSON formatting: "
        "jsonschema: '/spec' does not validate: missing properties: 'serviceName'",
        "MSG113",
        {},
    ),
    (
        'PersistentVolumeClaim "data-web-0" is invalid: spec: Forbidden: is immutable after '
        "creation except resources.requests for bound claims",
        "MSG126",
        {},
    ),
    (
        'The PersistentVolumeClaim "data-web-0" is invalid: spec.resources.requests.storage: '
        "Forbidden: field can not be less than previous value",
        "MSG127",
        {"needed": "previous value"},
    ),
    (
        'error: error validating "web.yaml": error validating data: ValidationError(StatefulSet.'
        'spec): unknown field "volumeClaimTemplate" in io.k8s.api.apps.v1.StatefulSetSpec',
        "MSG131",
        {"field": "volumeClaimTemplate"},
    ),
    (
        "failed to create typed patch object: .spec.servicename: field not declared in schema",
        "MSG131",
        {"field": ".spec.servicename"},
    ),
    (
        "ValidationError(StatefulSet.spec.replicas): invalid type for io.k8s.api.apps.v1."
        'StatefulSetSpec.replicas: got "string", expected "integer"',
        "MSG132",
        {"found": "string", "needed": "integer"},
    ),
    (
        'error: unable to recognize "web.yaml": no matches for kind "StatefulSet" in version '
        '"apps/v1beta1"',
        "MSG133",
        {"kind": "StatefulSet", "version": "apps/v1beta1"},
    ),
    (
        "the API version in the data (apps/v1beta1) does not match the expected API version",
        "MSG133",
        {"version": "apps/v1beta1"},
    ),
    (
        "Error: YAML parse error on web/templates/sts.yaml: error converting YAML to JSON: yaml: "
        "line 7: mapping values are not allowed in this context",
        "MSG134",
        {"line": "7"},
    ),
    (
        'Apply failed with 2 conflicts: conflicts with "kubectl" using apps/v1: - .spec.replicas',
        "MSG136",
        {"count": "2", "manager": "kubectl"},
    ),
    (
        'pods "web-0" is forbidden: failed quota: compute: must specify limits.cpu for: app',
        "MSG138",
        {"quota": "compute", "needed": "limits.cpu for: app"},
    ),
    (
        'Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
        "MSG139",
        {"level": "restricted:latest"},
    ),
    (
        'Service "web" is invalid: spec.clusterIP: Invalid value: "None": field is immutable',
        "MSG141",
        {},
    ),
    (
        "spec.clusterIPs[0]: Invalid value: []string(nil): primary clusterIP can not be unset",
        "MSG141",
        {},
    ),
    (
        'Deployment.apps "web" is invalid: spec.selector: Invalid value: v1.LabelSelector{'
        'MatchLabels:map[string]string{"app.kubernetes.io/instance":"web", "app.kubernetes.io/name'
        '":"web"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
        "MSG148",
        {"field": "spec.selector"},
    ),
    (
        '0/3 nodes are available: persistentvolumeclaim "data-web-1" is being deleted.',
        "MSG151",
        {"claim": "data-web-1"},
    ),
    (
        "delete Pod web-2 in StatefulSet web failed error: Timeout: request did not complete",
        "MSG154",
        {"verb": "delete", "pod": "web-2", "set": "web"},
    ),
    (
        'create Claim data-web-0 Pod web-0 in StatefulSet web failed error: persistentvolume"',
        "MSG154",
        {"claim": "data-web-0", "pod": "web-0"},
    ),
    (
        "Warning: Detected changes to resource web which is currently being deleted.",
        "MSG155",
        {"name": "web"},
    ),
    (
        'statefulsets.apps "web" is forbidden: unable to create new content in namespace demo '
        "because it is being terminated",
        "MSG155",
        {"name": "demo"},
    ),
    ("waiting for pod web-0 to be scheduled", "MSG162", {"pod": "web-0"}),
    (
        'waiting for a volume to be created, either by external provisioner "ebs.csi.aws.com" or '
        "manually created by system administrator",
        "MSG164",
        {"provisioner": "ebs.csi.aws.com"},
    ),
    (
        'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) web-0',
        "MSG166",
        {"volume": "pvc-1"},
    ),
    (
        '0/2 nodes are available: persistentvolumeclaim "data-web-0" bound to non-existent '
        'persistentvolume "pvc-1"',
        "MSG167",
        {},
    ),
    (
        "metadata: deletionGracePeriodSeconds: 0 deletionTimestamp: 2026-11-23T16:00:00Z "
        "finalizers: - kubernetes.io/pvc-protection",
        "MSG168",
        {},
    ),
    ("persistentvolume pvc-1 is still attached to node worker-1", "MSG168", {}),
    ("pod has unbound PersistentVolumeClaims (repeated 3 times)", "MSG171", {}),
    (
        "0/1 nodes are available: 1 node(s) had volume node affinity conflict",
        "MSG173",
        {},
    ),
    (
        "0/1 nodes are available: 1 node has pod using PersistentVolumeClaim with the same name "
        "and ReadWriteOncePod access mode.",
        "MSG174",
        {},
    ),
    ("2 node(s) didn't match Pod's node affinity.", "MSG175", {}),
    ("3 node(s) didn't match pod affinity/anti-affinity rules", "MSG176", {}),
    ("3 node(s) didn't match pod topology spread constraints.", "MSG176", {}),
    (
        "0/1 nodes are available: 1 node(s) had untolerated taint "
        "{node-role.kubernetes.io/control-plane: }. preemption: 0/1 nodes are available",
        "MSG177",
        {"taint": "node-role.kubernetes.io/control-plane: "},
    ),
    (
        "1 node(s) had taint {node.kubernetes.io/disk-pressure: }, that the pod didn't tolerate",
        "MSG177",
        {"taint": "node.kubernetes.io/disk-pressure: "},
    ),
    ("0/3 nodes are available: 3 node(s) had untolerated taint(s).", "MSG177", {"taint": ""}),
    ("0/1 nodes are available: 1 node(s) were unschedulable.", "MSG177", {}),
    ("0/1 nodes are available: 1 Insufficient nvidia.com/gpu.", "MSG178", {}),
    ("0/1 nodes are available: 1 Insufficient cpu.", "MSG178", {"resource": "cpu"}),
    ('Warning Failed 3s kubelet Error: secret "db" not found', "MSG186", {"name": "db"}),
    ("Error: couldn't find key password in Secret demo/db", "MSG186", {"name": "db"}),
    ("web-0 0/1 ErrImagePull 0 12s", "MSG181", {}),
    ("Container app failed startup probe, will be restarted", "MSG184", {}),
    (
        'MountVolume.MountDevice failed for volume "pvc-1" : rpc error: code = Internal',
        "MSG188",
        {},
    ),
    (
        "[ERROR] [MY-010457] [Server] --initialize specified but the data directory has files in "
        "it. Aborting.",
        "MSG191",
        {},
    ),
    (
        "err: open /prometheus/queries.active: permission denied",
        "MSG192",
        {"path": "/prometheus/queries.active"},
    ),
    ("Error: EACCES: permission denied, mkdir '/data/db'", "MSG192", {"path": "/data/db"}),
    ("PermissionError: [Errno 13] Permission denied: '/data/x'", "MSG192", {"path": "/data/x"}),
    ("chown: changing ownership of '/bitnami': Operation not permitted", "MSG192", {}),
    ("Access denied for user 'root'@'10.0.0.5' (using password: YES)", "MSG193", {"user": "root"}),
    (
        "** server can't find web-0.nginx.default.svc.cluster.local: NXDOMAIN",
        "MSG194",
        {"host": "web-0.nginx.default.svc.cluster.local"},
    ),
    ("ping: web-0.nginx: Name or service not known", "MSG194", {"host": "web-0.nginx"}),
    ("nslookup: can't resolve 'web-0.nginx'", "MSG194", {"host": "web-0.nginx"}),
    ("java.net.UnknownHostException: web-0.nginx", "MSG194", {"host": "web-0.nginx"}),
    ("Error: getaddrinfo ENOTFOUND web-0.nginx", "MSG194", {"host": "web-0.nginx"}),
    ("curl: (6) Could not resolve host: web-0.nginx", "MSG194", {"host": "web-0.nginx"}),
    ("failed: Temporary failure in name resolution.", "MSG194", {"host": ""}),
    ("Error: ENOSPC: no space left on device, write", "MSG195", {}),
    ('Cannot disrupt Node: pdb "default/web" prevents pod evictions', "MSG201", {}),
    ("The disruption budget web needs 2 healthy pods and has 2 currently", "MSG201", {}),
    ("Taint manager: deleting due to NoExecute taint", "MSG202", {}),
    ("Taints: node.kubernetes.io/unreachable:NoExecute Unschedulable: false", "MSG205", {}),
    (
        "1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }",
        "MSG205",
        {},
    ),
    (
        "Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...",
        "MSG212",
        {"count": "1"},
    ),
    ("waiting for statefulset rolling update to complete 2 pods at revision web-5", "MSG213", {}),
    (
        "Unable to connect to the server: dial tcp: lookup ABC.eks.amazonaws.com on "
        "192.168.1.1:53: no such host",
        "MSG217",
        {},
    ),
    (
        'Error from server (NotFound): storageclasses.storage.k8s.io "fast" not found',
        "MSG218",
        {"resource": "storageclasses.storage.k8s.io", "name": "fast"},
    ),
    ("Error: UPGRADE FAILED: context deadline exceeded", "MSG219", {}),
    (
        'error: cannot patch "data-web-0" with kind PersistentVolumeClaim',
        "MSG220",
        {"name": "data-web-0", "kind": "PersistentVolumeClaim"},
    ),
    ("\x1b[31mOOM\x1b[0mKilled", "MSG185", {}),
]


@pytest.mark.parametrize(("text", "code", "named"), WORDINGS, ids=[w[0][:50] for w in WORDINGS])
def test_other_wordings(text: str, code: str, named: dict[str, str]) -> None:
    found = decode(text)
    assert [decoded.message.code for decoded in found] == [code]
    assert named.items() <= found[0].params.items()


HEALTHY = [
    # Every Pod tolerates these taints.
    "Tolerations: node.kubernetes.io/not-ready:NoExecute op=Exists for 300s "
    "node.kubernetes.io/unreachable:NoExecute op=Exists for 300s",
    "Tolerations: node.kubernetes.io/unreachable:NoExecute for 300s",
    "- effect: NoExecute key: node.kubernetes.io/unreachable operator: Exists",
    '{"key": "node.kubernetes.io/unreachable", "operator": "Exists"}',
    # Every claim has this finalizer.
    "Status: Bound Volume: pvc-1 Finalizers: [kubernetes.io/pvc-protection]",
    "FileSystemResizeSuccessful MountVolume.NodeExpandVolume succeeded for volume",
    "insufficient permissions",
    "git@github.com: Permission denied (publickey).",
    "metadata.name web",
    "Readiness: http-get http://:80/ delay=0s timeout=1s #success=1 #failure=3",
    "partition: 2",
    "Create Pod web-0 in StatefulSet web successful",
    "Successfully assigned default/web-0 to worker-1",
    "Container app definition changed, will be restarted",
]


@pytest.mark.parametrize("text", HEALTHY)
def test_what_is_no_trouble_is_left_alone(text: str) -> None:
    assert decode(text) == ()


def test_one_cause_is_not_told_twice() -> None:
    screen = """
  Warning  FailedAttachVolume  2m   attachdetach-controller  Multi-Attach error for volume
                                    "pvc-1" Volume is already used by pod(s) web-0
  Warning  FailedCreate  1m  statefulset-controller  create Pod web-1 in StatefulSet web failed
                             error: pods "web-1" is forbidden: error looking up service account
                             demo/web: serviceaccount "web" not found
  Warning  FailedUpdate  1m  Update Pod web-1 in StatefulSet web failed error: could not update
           claim data-web-1 for delete policy ownerRefs: Operation cannot be fulfilled on
           persistentvolumeclaims "data-web-1": the object has been modified; please apply your
           changes to the latest version and try again
"""
    assert [decoded.message.code for decoded in decode(screen)] == ["MSG166", "MSG156", "MSG152"]


def test_events_told_as_one_are_explained_by_what_they_tell() -> None:
    combined = "(combined from similar events): Create Pod web-0 in StatefulSet web "
    for rest, code in (
        ("successful", "MSG153"),
        ("failed error: boom", "MSG154"),
        ("failed error: pvc data-web-0 is being deleted", "MSG151"),
    ):
        assert [decoded.message.code for decoded in decode(combined + rest)] == [code]
