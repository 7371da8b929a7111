"""What kubectl, Helm and the tutor's own cluster say."""

from tutor.decoder.message import NAME, Message, Speaker, message

_KUBECTL = "staging/src/k8s.io/kubectl"

KUBECTL: tuple[Message, ...] = (
    message(
        "MSG203",
        Speaker.KUBECTL,
        r"Immediate deletion does not wait for confirmation that the running resource has been"
        r" terminated",
        "Warning: Immediate deletion does not wait for confirmation that the running resource "
        "has been terminated. The resource may continue to run on the cluster indefinitely.",
        f"{_KUBECTL}/pkg/cmd/delete/delete.go",
    ),
    message(
        "MSG204",
        Speaker.KUBECTL,
        r"cannot delete Pods with local storage"
        r"|cannot delete DaemonSet-managed Pods|cannot delete Pods that declare no controller"
        r"|cannot delete Pods not managed by"
        r"|use --(?:delete-emptydir-data|delete-local-data|ignore-daemonsets) to",
        'error: unable to drain node "node-1" due to error: cannot delete Pods with local storage '
        "(use --delete-emptydir-data to override): default/web-0",
        f"{_KUBECTL}/pkg/drain/filters.go",
    ),
    message(
        "MSG211",
        Speaker.KUBECTL,
        r"rollout status is only available for RollingUpdate strategy type",
        "error: rollout status is only available for RollingUpdate strategy type",
        f"{_KUBECTL}/pkg/polymorphichelpers/rollout_status.go",
        "STS221",
    ),
    message(
        "MSG212",
        Speaker.KUBECTL,
        r"partitioned roll out complete: (?P<count>\d+) new pods have been updated"
        r"|waiting for partitioned roll out to finish(?:: (?P<count_2>\d+) out of \d+ new pods)?",
        "partitioned roll out complete: 3 new pods have been updated...",
        f"{_KUBECTL}/pkg/polymorphichelpers/rollout_status.go",
        "STS207",
    ),
    message(
        "MSG213",
        Speaker.KUBECTL,
        r"Waiting for statefulset (?:rolling update to complete|spec update to be observed)"
        r"|Waiting for \d+ pods to be ready",
        "Waiting for 1 pods to be ready...",
        f"{_KUBECTL}/pkg/polymorphichelpers/rollout_status.go",
    ),
    message(
        "MSG214",
        Speaker.KUBECTL,
        r"(?P<what>pausing|resuming) is not supported",
        'error: statefulsets.apps "web" pausing is not supported',
        f"{_KUBECTL}/pkg/cmd/rollout",
    ),
    message(
        "MSG215",
        Speaker.KUBECTL,
        r"unable to find specified revision (?P<revision>\d+) in history|no rollout history found"
        r"|no last revision to roll back to",
        "error: unable to find specified revision 99 in history",
        f"{_KUBECTL}/pkg/polymorphichelpers/rollback.go",
        "STS220",
    ),
    message(
        "MSG216",
        Speaker.KUBECTL,
        r"is missing the kubectl\.kubernetes\.io/last-applied-configuration annotation"
        r"|apply should be used on resource created by either",
        "Warning: resource statefulsets/web is missing the "
        "kubectl.kubernetes.io/last-applied-configuration annotation which is required by "
        "kubectl apply.",
        f"{_KUBECTL}/pkg/cmd/apply/apply.go",
    ),
    message(
        "MSG217",
        Speaker.KUBECTL,
        r"The connection to the server (?P<server>\S{1,253}) was refused"
        # What follows often ends in "no such host", which is no matter of the Pods' DNS here.
        r"|Unable to connect to the server(?:: .{0,200}?(?:no such host|i/o timeout"
        r"|no route to host|connection refused|x509))?"
        r"|couldn't get current server API group list",
        "The connection to the server localhost:8080 was refused - did you specify the right "
        "host or port?",
        f"{_KUBECTL}/pkg/cmd/util/helpers.go",
    ),
    message(
        "MSG218",
        Speaker.KUBECTL,
        r"(?:(?<![a-z])(?P<resource>statefulsets\.apps|pods|services|persistentvolumeclaims|secrets"
        r"|configmaps|nodes|namespaces)"
        rf'|\(NotFound\): (?P<resource_2>[a-z0-9.]{{1,150}}+)) "(?P<name>{NAME})" not found',
        'Error from server (NotFound): statefulsets.apps "web" not found',
        "staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go",
    ),
    message(
        "MSG219",
        Speaker.KUBECTL,
        r"timed out waiting for the condition|context deadline exceeded",
        "error: timed out waiting for the condition",
        f"{_KUBECTL}/pkg/cmd/wait",
        general=True,
    ),
    message(
        "MSG220",
        Speaker.HELM,
        r'cannot patch "(?P<name>[^"]{1,253})" with kind (?P<kind>\w{1,63})',
        'Error: UPGRADE FAILED: cannot patch "data-web-0" with kind PersistentVolumeClaim',
        "helm.sh/helm/v3/pkg/kube",
        general=True,
    ),
)

OFFLINE: tuple[Message, ...] = (
    message(
        "MSG221",
        Speaker.API,
        r"the offline cluster (?:has no|keeps) (?P<kind>[A-Z][A-Za-z0-9]{1,60}+)",
        "Warning: the offline cluster keeps CronJobs but does not act on them",
        "tutor/offline/inert.py",
    ),
    message(
        "MSG222",
        Speaker.API,
        r"the offline cluster cannot (?P<what>[a-zA-Z][a-zA-Z ]{2,60}+): no container runs",
        "error: unable to upgrade connection: the offline cluster cannot run a command in a "
        "container: no container runs",
        "tutor/offline/api/service.py",
    ),
)
