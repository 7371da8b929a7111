"""The volumes of a Pod, and how containers mount them.

Source: ``ValidateVolumes``, ``ValidateVolumeMounts`` in
``pkg/apis/core/validation/validation.go``.
"""

from collections.abc import Callable, Iterable, Mapping

from tutor.manifest.quantity import parse
from tutor.offline.admission.gojson import quote
from tutor.offline.admission.validation.claims import validate_claim_spec
from tutor.offline.admission.validation.environment import validate_amount, validate_field
from tutor.offline.admission.validation.fields import (
    dns_label,
    dns_subdomain,
    duplicate,
    forbidden,
    invalid,
    not_found,
    required,
    unsupported,
)
from tutor.offline.admission.validation.metadata import validate_annotations, validate_labels
from tutor.offline.admission.validation.paths import descending, not_reserved
from tutor.offline.admission.validation.sources import OF_PODS, SHOWN, initiator, needed
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

_FIRST = (
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
)
"""The kinds of volumes in the order in which the server looks at them."""
_MODE = "must be a number between 0 and 0777 (octal), both inclusive"
_FIELDS = (
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
)
_PULL = ("Always", "IfNotPresent", "Never")
_READ_ONLY = ("Disabled", "Enabled", "IfPossible")
_FORBIDDEN = {"cephfs": "cephFS", "downwardAPI": "downwarAPI"}
"""How the server calls the second of two sources."""
_METADATA = (
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "ownerReferences",
    "finalizers",
    "managedFields",
)
"""What the template of a claim may not have."""
_SHOWN = {"uid": "uID"}
_PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
_SHORTEST, _LONGEST = 600, 1 << 32


def validate_volumes(
    volumes: list[Obj], path: str, pod: Obj | None = None
) -> tuple[dict[str, Obj], list[Cause]]:
    """The good ones among volumes, by name, and what is wrong with the others.

    Args:
        volumes: The volumes.
        path: Where they stand.
        pod: The metadata of the Pod they are of; None for those of a template.
    """
    causes: list[Cause] = []
    good: dict[str, Obj] = {}
    owner = (pod or {}).get("name", "")
    made = {
        f"{owner}-{one.get('name', '')}"
        for one in volumes
        if owner and one.get("ephemeral") is not None
    }
    for index, volume in enumerate(volumes):
        where, name = f"{path}[{index}]", volume.get("name", "")
        wrong = _source(volume, pod, where)
        if not name:
            wrong.append(required(f"{where}.name"))
        else:
            wrong += [invalid(f"{where}.name", name, why) for why in dns_label(name)]
        if name in good:
            wrong.append(duplicate(f"{where}.name", name))
        if wrong:
            causes += wrong
        else:
            good[name] = volume
        claim = (volume.get("persistentVolumeClaim") or {}).get("claimName", "")
        if claim in made:
            why = "must not reference a PVC that gets created for an ephemeral volume"
            causes.append(invalid(f"{where}.persistentVolumeClaim.claimName", claim, why))
    return good, causes


def _source(volume: Obj, pod: Obj | None, path: str) -> list[Cause]:
    causes: list[Cause] = []
    owner = (pod or {}).get("name", "")
    given = [kind for kind in _FIRST if volume.get(kind) is not None]
    for number, kind in enumerate(given):
        if number:
            why = "may not specify more than 1 volume type"
            causes.append(forbidden(f"{path}.{_FORBIDDEN.get(kind, kind)}", why))
        elif kind == "image":
            causes += _image(volume[kind], f"{path}.image", whole=pod is not None)
        else:
            causes += _LOOK[kind](volume[kind], f"{path}.{SHOWN.get(kind, kind)}")
            if kind == "ephemeral":
                causes += _claim_made(volume.get("name", ""), owner, path)
        if kind == "iscsi":
            causes += initiator(volume[kind], volume.get("name", ""), path)
    if not given:
        causes.append(required(path, "must specify a volume type"))
    return causes


def _claim_made(name: str, owner: str, path: str) -> list[Cause]:
    if not owner or not name:
        return []
    claim = f"{owner}-{name}"
    return [
        invalid(f"{path}.name", name, f"PVC name {quote(claim)}: {why}")
        for why in dns_subdomain(claim)
    ]


def _image(source: Obj, path: str, *, whole: bool) -> list[Cause]:
    causes = needed(source, path, "reference") if whole else []
    return causes + validate_pull(source.get("pullPolicy", ""), f"{path}.pullPolicy")


def validate_pull(policy: str, path: str) -> list[Cause]:
    """What is wrong with when an image is fetched."""
    if not policy:
        return [required(path)]
    return [] if policy in _PULL else [unsupported(path, policy, _PULL)]


def _empty(source: Obj, path: str) -> list[Cause]:
    limit = source.get("sizeLimit")
    if limit is None or parse(limit).mantissa >= 0:
        return []
    return [forbidden(f"{path}.sizeLimit", "SizeLimit field must be a valid resource quantity")]


def _claim(source: Obj, path: str) -> list[Cause]:
    return [] if source.get("claimName") else [required(f"{path}.claimName")]


def _secret(source: Obj, path: str) -> list[Cause]:
    return _keyed(source, "secretName", path)


def _config_map(source: Obj, path: str) -> list[Cause]:
    return _keyed(source, "name", path)


def _keyed(source: Obj, field: str, path: str) -> list[Cause]:
    causes = [] if source.get(field) else [required(f"{path}.{field}")]
    causes += _mode(source, "defaultMode", path)
    for index, item in enumerate(source.get("items") or ()):
        causes += _key_to_path(item, f"{path}.items[{index}]")
    return causes


def _mode(source: Obj, field: str, path: str) -> list[Cause]:
    mode = source.get(field)
    return [] if mode is None or 0 <= mode <= 0o777 else [invalid(f"{path}.{field}", mode, _MODE)]


def _key_to_path(item: Obj, path: str) -> list[Cause]:
    causes = [required(f"{path}.{one}") for one in ("key", "path") if not item.get(one)]
    return causes + not_reserved(item.get("path", ""), f"{path}.path") + _mode(item, "mode", path)


def _downward(source: Obj, path: str) -> list[Cause]:
    causes = _mode(source, "defaultMode", path)
    for item in source.get("items") or ():
        causes += _downward_file(item, path)
    return causes


def _downward_file(item: Obj, path: str) -> list[Cause]:
    causes = [] if item.get("path") else [required(f"{path}.path")]
    causes += not_reserved(item.get("path", ""), f"{path}.path")
    field, amount = item.get("fieldRef"), item.get("resourceFieldRef")
    if field is not None:
        causes += validate_field(field, _FIELDS, f"{path}.fieldRef")
        if amount is not None:
            why = "fieldRef and resourceFieldRef can not be specified simultaneously"
            causes.append(invalid(path, "resource", why))
    elif amount is not None:
        causes += validate_amount(amount, f"{path}.resourceFieldRef", volume=True)
    else:
        causes.append(required(path, "one of fieldRef and resourceFieldRef is required"))
    return causes + _mode(item, "mode", path)


def _projected(volume: Obj, path: str) -> list[Cause]:
    causes: list[Cause] = []
    paths: set[str] = set()

    def place(where: str, shown: str) -> list[Cause]:
        if not where:
            return []
        if where in paths:
            return [invalid(path, shown, "conflicting duplicate paths")]
        paths.add(where)
        return []

    for index, source in enumerate(volume.get("sources") or ()):
        at = f"{path}.sources[{index}]"
        for kind in ("secret", "configMap"):
            found = source.get(kind)
            if found is None:
                continue
            if not found.get("name"):
                causes.append(required(f"{at}.{kind}.name"))
            for number, item in enumerate(found.get("items") or ()):
                causes += _key_to_path(item, f"{at}.{kind}.items[{number}]")
                causes += place(item.get("path", ""), found.get("name", ""))
        for item in (source.get("downwardAPI") or {}).get("items") or ():
            causes += _downward_file(item, f"{at}.downwardAPI")
            causes += place(item.get("path", ""), item.get("path", ""))
        token = source.get("serviceAccountToken")
        if token is not None:
            causes += _token(token, f"{at}.serviceAccountToken", path)
        if len([kind for kind in source if source[kind] is not None]) > 1:
            why = "may not specify more than 1 volume type per source"
            causes.append(forbidden(at, why))
    return _mode(volume, "defaultMode", path) + causes


def _token(token: Obj, path: str, volume: str) -> list[Cause]:
    causes: list[Cause] = []
    seconds = token.get("expirationSeconds", 0)
    where = f"{path}.expirationSeconds"
    if seconds < _SHORTEST:
        causes.append(invalid(where, seconds, "may not specify a duration less than 10 minutes"))
    if seconds > _LONGEST:
        why = "may not specify a duration larger than 2^32 seconds"
        causes.append(invalid(where, seconds, why))
    if not token.get("path"):
        return [*causes, required(f"{volume}.path")]
    return causes + not_reserved(token["path"], f"{volume}.path")


def _ephemeral(source: Obj, path: str) -> list[Cause]:
    where = f"{path}.volumeClaimTemplate"
    template = source.get("volumeClaimTemplate")
    if template is None:
        return [required(where)]
    metadata = template.get("metadata") or {}
    causes = validate_annotations(metadata.get("annotations"), f"{where}.metadata.annotations")
    causes += validate_labels(metadata.get("labels"), f"{where}.metadata.labels")
    causes += [
        forbidden(f"{where}.metadata.{_SHOWN.get(name, name)}", "cannot be set")
        for name in _METADATA
        if metadata.get(name)
    ]
    return causes + validate_claim_spec(template.get("spec") or {}, f"{where}.spec")


_LOOK: dict[str, Callable[[Obj, str], list[Cause]]] = {
    **OF_PODS,
    "configMap": _config_map,
    "downwardAPI": _downward,
    "emptyDir": _empty,
    "ephemeral": _ephemeral,
    "persistentVolumeClaim": _claim,
    "projected": _projected,
    "secret": _secret,
}


# -- what containers do with them


def validate_mounts(container: Obj, volumes: Mapping[str, Obj], path: str) -> list[Cause]:
    """What is wrong with ``volumeMounts`` and ``volumeDevices`` of a container."""
    mounts, devices = container.get("volumeMounts") or [], container.get("volumeDevices") or []
    held = {one.get("name", ""): one.get("devicePath", "") for one in devices}
    causes = _mounts(mounts, held, volumes, container, f"{path}.volumeMounts")
    mounted = {one.get("name", ""): one.get("mountPath", "") for one in mounts}
    return causes + _devices(devices, mounted, volumes, f"{path}.volumeDevices")


def _mounts(
    mounts: Iterable[Obj],
    devices: dict[str, str],
    volumes: Mapping[str, Obj],
    owner: Obj,
    path: str,
) -> list[Cause]:
    causes: list[Cause] = []
    taken: set[str] = set()
    for index, mount in enumerate(mounts):
        where = f"{path}[{index}]"
        name, target = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            causes.append(required(f"{where}.name"))
        if name not in volumes:
            causes.append(not_found(f"{where}.name", name))
        if not target:
            causes.append(required(f"{where}.mountPath"))
        if target in taken:
            causes.append(invalid(f"{where}.mountPath", target, "must be unique"))
        taken.add(target)
        if name in devices:
            causes.append(invalid(f"{where}.name", name, "must not already exist in volumeDevices"))
        if target in devices.values():
            why = "must not already exist as a path in volumeDevices"
            causes.append(invalid(f"{where}.mountPath", target, why))
        sub, expression = mount.get("subPath", ""), mount.get("subPathExpr", "")
        # The server leaves out which mount it is, from here on.
        if sub:
            causes += descending(sub, f"{path}.subPath")
        if expression:
            if sub:
                why = "subPathExpr and subPath are mutually exclusive"
                causes.append(invalid(f"{where}.subPathExpr", expression, why))
            causes += descending(expression, f"{path}.subPathExpr")
        if mount.get("mountPropagation") is not None:
            causes += _propagation(mount["mountPropagation"], owner, f"{path}.mountPropagation")
        causes += _read_only(mount, f"{path}.recursiveReadOnly")
    return causes


def _read_only(mount: Obj, path: str) -> list[Cause]:
    """What is wrong with how deep a mount is read only."""
    mode = mount.get("recursiveReadOnly")
    if mode in (None, "Disabled"):
        return []
    if mode not in _READ_ONLY:
        return [unsupported(path, mode, _READ_ONLY)]
    causes: list[Cause] = []
    if not mount.get("readOnly"):
        causes.append(forbidden(path, "may only be specified when readOnly is true"))
    if mount.get("mountPropagation") not in (None, "None"):
        why = "may only be specified when mountPropagation is None or not specified"
        causes.append(forbidden(path, why))
    return causes


def _propagation(mode: str, container: Obj, path: str) -> list[Cause]:
    if mode not in _PROPAGATIONS:
        return [unsupported(path, mode, _PROPAGATIONS)]
    privileged = (container.get("securityContext") or {}).get("privileged")
    if mode != "Bidirectional" or privileged:
        return []
    why = "Bidirectional mount propagation is available only to privileged containers"
    return [forbidden(path, why)]


def _devices(
    devices: Iterable[Obj], mounts: dict[str, str], volumes: Mapping[str, Obj], path: str
) -> list[Cause]:
    causes: list[Cause] = []
    names: set[str] = set()
    paths: set[str] = set()
    for index, device in enumerate(devices):
        where = f"{path}[{index}]"
        name, target = device.get("name", ""), device.get("devicePath", "")
        volume = volumes.get(name)
        if not name:
            causes.append(required(f"{where}.name"))
        if name in names:
            causes.append(invalid(f"{where}.name", name, "must be unique"))
        if volume is None:
            causes.append(not_found(f"{where}.name", name))
        elif not {"persistentVolumeClaim", "ephemeral"} & volume.keys():
            why = (
                "can only use volume source type of PersistentVolumeClaim or Ephemeral for block"
                " mode"
            )
            causes.append(invalid(f"{where}.name", name, why))
        if not target:
            causes.append(required(f"{where}.devicePath"))
        if target in paths:
            causes.append(invalid(f"{where}.devicePath", target, "must be unique"))
        if ".." in target.split("/"):
            why = "can not contain backsteps ('..')"
            causes.append(invalid(f"{where}.devicePath", target, why))
        else:
            paths.add(target)
        if name in mounts:
            causes.append(invalid(f"{where}.name", name, "must not already exist in volumeMounts"))
        if target in mounts.values():
            why = "must not already exist as a path in volumeMounts"
            causes.append(invalid(f"{where}.devicePath", target, why))
        if name:
            names.add(name)
    return causes
