"""Admission plugins that change or refuse objects: those enabled by default that a learner meets.

Source: ``plugin/pkg/admission/{serviceaccount,defaulttolerationseconds,priority,resourcequota}``,
``.../storage/{storageclass/setdefault,storageobjectinuseprotection,persistentvolume/resize}``.
"""

from collections.abc import Iterable

from tutor.manifest.quantity import parse
from tutor.offline.admission import limits, quota
from tutor.offline.names import suffix
from tutor.offline.objects import Obj, dig, labels_of, meta, name_of
from tutor.offline.plan import View
from tutor.offline.pod_security import policy
from tutor.offline.refusals import forbidden, invalid_object
from tutor.offline.requests import Random, Request

PVC_PROTECTION = "kubernetes.io/pvc-protection"
PV_PROTECTION = "kubernetes.io/pv-protection"
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105
_TOKEN_SECONDS = 3607
_TAINTS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_TOLERATION_SECONDS = 300
_CLASSES = {
    "system-cluster-critical": 2_000_000_000,
    "system-node-critical": 2_000_001_000,
}


def mutate(request: Request, view: View, obj: Obj, random: Random) -> Obj:
    """A new object with what the plugins add.

    Raises:
        ApiError: A plugin refuses it.
    """
    name = request.resource.name
    if name == "pods":
        obj = _account(request, view, limits.filled(request, view, obj), random)
        return _priority(request, view, _overhead(request, view, _tolerations(obj)))
    if name == "persistentvolumeclaims":
        return _class(view, _finalizer(obj, PVC_PROTECTION))
    if name == "persistentvolumes":
        return _finalizer(obj, PV_PROTECTION)
    return obj


def mutate_update(request: Request, view: View, old: Obj, new: Obj) -> Obj:
    """A changed object with what the plugins add."""
    if request.resource.name == "pods" and not request.subresource:
        return _tolerations(new)
    return new


def allow(request: Request, view: View, old: Obj | None, new: Obj) -> None:
    """Let an object pass the plugins that only judge.

    Raises:
        ApiError: 403.
    """
    name = request.resource.name
    _secure(request, view, old, new)
    if not request.subresource and (
        name == "persistentvolumeclaims" or (name == "pods" and old is None)
    ):
        limits.check(request, view, new)
    if name == "persistentvolumeclaims" and old is not None:
        _resizable(request, view, old, new)
    quota.charge(request, view, old, new)


def _secure(request: Request, view: View, old: Obj | None, new: Obj) -> None:
    """Hold Pods, templates and namespaces against the Pod Security Standards.

    Raises:
        ApiError: 403 for a Pod, 422 for the labels of a namespace.
    """
    if request.subresource:
        return
    if request.resource.name == "namespaces":
        _secure_namespace(request, view, old, new)
        return
    template = new if request.resource.name == "pods" else policy.template_of(new)
    if template is None:
        return
    wanted = policy.policy_of(labels_of(view.get("namespaces", "", request.namespace) or {}))
    if template is new and (old is None or policy.changed(old, new)):
        why = policy.refusal(new, wanted)
        if why:
            raise forbidden(request.resource, name_of(new), why)
    elif template is new:
        return
    if (said := policy.warning(template, wanted)) and not request.trusted:
        request.warnings.append(said)


def _secure_namespace(request: Request, view: View, old: Obj | None, new: Obj) -> None:
    causes = policy.policy_of(labels_of(new)).causes
    before = policy.policy_of(labels_of(old)).causes if old is not None else ()
    if causes and causes != before:
        raise invalid_object(request.resource, name_of(new), *causes)
    if old is not None and not request.trusted:
        pods = view.list("pods", name_of(new))
        request.warnings += policy.namespace_warnings(new, old, pods)


def _finalizer(obj: Obj, finalizer: str) -> Obj:
    metadata = meta(obj)
    held = metadata.get("finalizers") or []
    if finalizer in held or "deletionTimestamp" in metadata:
        return obj
    return {**obj, "metadata": {**metadata, "finalizers": [*held, finalizer]}}


def _account(request: Request, view: View, pod: Obj, random: Random) -> Obj:
    spec = dict(pod.get("spec") or {})
    if "kubernetes.io/config.mirror" in (meta(pod).get("annotations") or {}):
        return pod
    name = spec.get("serviceAccountName") or "default"
    spec["serviceAccountName"] = spec["serviceAccount"] = name
    account = view.get("serviceaccounts", request.namespace, name)
    if account is None:
        why = (
            f"error looking up service account {request.namespace}/{name}:"
            f' serviceaccount "{name}" not found'
        )
        raise forbidden(request.resource, name_of(pod), why)
    mounts = spec.get("automountServiceAccountToken")
    if mounts is None:
        mounts = account.get("automountServiceAccountToken")
    if mounts is not False:
        _mount_token(spec, random)
    if not spec.get("imagePullSecrets") and account.get("imagePullSecrets"):
        spec["imagePullSecrets"] = account["imagePullSecrets"]
    return {**pod, "spec": spec}


def _mount_token(spec: Obj, random: Random) -> None:
    """Mount the account's token where nothing is mounted in its place."""
    volume = next(
        (
            one["name"]
            for one in spec.get("volumes") or ()
            if one.get("name", "").startswith("kube-api-access-")
        ),
        "",
    )
    fresh = not volume
    volume = volume or f"kube-api-access-{suffix(random)}"
    mount = {"name": volume, "readOnly": True, "mountPath": _TOKEN_PATH}
    needed = False
    for part in ("initContainers", "containers"):
        made: list[Obj] = []
        for container in spec.get(part) or ():
            mounts = container.get("volumeMounts") or []
            if any(one.get("mountPath") == _TOKEN_PATH for one in mounts):
                made.append(container)
            else:
                made.append({**container, "volumeMounts": [*mounts, mount]})
                needed = True
        if made:
            spec[part] = made
    if needed and fresh:
        spec["volumes"] = [*(spec.get("volumes") or []), _token_volume(volume)]


def _token_volume(name: str) -> Obj:
    field = {"apiVersion": "v1", "fieldPath": "metadata.namespace"}
    return {
        "name": name,
        "projected": {
            "sources": [
                {"serviceAccountToken": {"expirationSeconds": _TOKEN_SECONDS, "path": "token"}},
                {
                    "configMap": {
                        "name": "kube-root-ca.crt",
                        "items": [{"key": "ca.crt", "path": "ca.crt"}],
                    }
                },
                {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": field}]}},
            ],
            "defaultMode": 0o644,
        },
    }


def _tolerations(pod: Obj) -> Obj:
    spec = pod.get("spec") or {}
    held = spec.get("tolerations") or []
    added = [
        {
            "key": key,
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": _TOLERATION_SECONDS,
        }
        for key in _TAINTS
        if not any(_covers(one, key) for one in held)
    ]
    if not added:
        return pod
    return {**pod, "spec": {**spec, "tolerations": [*held, *added]}}


def _covers(toleration: Obj, key: str) -> bool:
    return toleration.get("key", "") in ("", key) and toleration.get("effect", "") in (
        "",
        "NoExecute",
    )


def _overhead(request: Request, view: View, pod: Obj) -> Obj:
    """A Pod with what its RuntimeClass adds.

    Source: plugin/pkg/admission/runtimeclass/admission.go.
    """
    name = dig(pod, "spec", "runtimeClassName")
    if not name:
        return pod
    found = view.get("runtimeclasses.node.k8s.io", "", name)
    if found is None:
        why = f'pod rejected: RuntimeClass "{name}" not found'
        raise forbidden(request.resource, name_of(pod), why)
    fixed = dig(found, "overhead", "podFixed")
    return {**pod, "spec": {**pod["spec"], "overhead": fixed}} if fixed else pod


def _priority(request: Request, view: View, pod: Obj) -> Obj:
    """A Pod with the priority of its class, or of the default one.

    Source: plugin/pkg/admission/priority/admission.go.
    """
    spec = pod.get("spec") or {}
    name = spec.get("priorityClassName", "")
    value, policy = _CLASSES.get(name, 0), "PreemptLowerPriority"
    found = _priority_class(view, name)
    if found is not None:
        value = found.get("value", 0)
        policy = found.get("preemptionPolicy") or policy
        spec = {**spec, "priorityClassName": name_of(found)}
    elif name and name not in _CLASSES:
        raise forbidden(
            request.resource, name_of(pod), f"no PriorityClass with name {name} was found"
        )
    given = spec.get("priority")
    if given is not None and given != value:
        raise forbidden(
            request.resource,
            name_of(pod),
            f"the integer value of priority ({given}) must not be provided in pod spec; priority"
            " admission controller computed"
            f" {value} from the given PriorityClass name",
        )
    policy = spec.get("preemptionPolicy") or policy
    return {**pod, "spec": {**spec, "priority": value, "preemptionPolicy": policy}}


def _priority_class(view: View, name: str) -> Obj | None:
    """The PriorityClass of a name; without one the default of the lowest value, if there is one."""
    classes = "priorityclasses.scheduling.k8s.io"
    if name:
        return view.get(classes, "", name)
    marked = [one for one in view.list(classes) if one.get("globalDefault")]
    return min(marked, key=lambda one: int(one.get("value", 0)), default=None)


def _class(view: View, claim: Obj) -> Obj:
    spec = claim.get("spec") or {}
    beta = "volume.beta.kubernetes.io/storage-class"
    if spec.get("storageClassName") is not None or beta in (meta(claim).get("annotations") or {}):
        return claim
    default = default_class(view.list("storageclasses.storage.k8s.io"))
    if default is None:
        return claim
    return {**claim, "spec": {**spec, "storageClassName": name_of(default)}}


def default_class(classes: Iterable[Obj]) -> Obj | None:
    """The class for claims that name none: the newest of those marked, then the first by name."""
    marked = [
        one
        for one in classes
        if (meta(one).get("annotations") or {}).get(DEFAULT_CLASS) == "true"
        or (meta(one).get("annotations") or {}).get(
            "storageclass.beta.kubernetes.io/is-default-class"
        )
        == "true"
    ]
    marked.sort(key=name_of)
    marked.sort(key=lambda one: str(meta(one).get("creationTimestamp", "")), reverse=True)
    return marked[0] if marked else None


def _resizable(request: Request, view: View, old: Obj, new: Obj) -> None:
    before = dig(old, "spec", "resources", "requests", "storage", default="0")
    after = dig(new, "spec", "resources", "requests", "storage", default="0")
    if request.subresource or not parse(after) > parse(before):
        return
    if dig(old, "status", "phase") != "Bound":
        raise forbidden(
            request.resource, name_of(new), "Only bound persistent volume claims can be expanded"
        )
    name = dig(old, "spec", "storageClassName", default="")
    found = view.get("storageclasses.storage.k8s.io", "", name) if name else None
    if found is None or not found.get("allowVolumeExpansion"):
        raise forbidden(
            request.resource,
            name_of(new),
            "only dynamically provisioned pvc can be resized and the storageclass that provisions"
            " the pvc must support resize",
        )
