"""Where volumes of Pods and persistent volumes come from: what the server asks of each source.

Source: ``validate…VolumeSource`` in ``pkg/apis/core/validation/validation.go``.
"""

import re
from collections.abc import Callable

from tutor.offline.admission.validation.fields import (
    MAX_LABEL,
    dns_label,
    dns_subdomain,
    invalid,
    required,
    size,
    too_long,
    unsupported,
)
from tutor.offline.admission.validation.paths import descending, no_steps_back
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

Look = Callable[[Obj, str], list[Cause]]
_PATHS = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
_IQN = re.compile(r"iqn\.\d{4}-\d{2}\.([0-9A-Za-z\-.]+)(:[^,;*&$|\s]+)\Z", re.ASCII)
_EUI = re.compile(r"eui.[0-9A-Za-z]{16}\Z", re.ASCII)
_NAA = re.compile(r"naa.[0-9A-Za-z]{32}\Z", re.ASCII)
_TARGETS = {"iqn": _IQN.search, "eui": _EUI.match, "naa": _NAA.match}
_MOST_TARGET = 64
_TARGET_LENGTH = (
    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if"
    " iscsi.initiatorName is specified."
)
_BYTE = "must be between 0 and 255, inclusive"
_PARTITION = "must be between 1 and 255, inclusive"
_PAIRS = "must be a host:port pair or multiple pairs separated by commas"
_CACHING = ("None", "ReadOnly", "ReadWrite")
_DISKS = ("Dedicated", "Managed", "Shared")
_MANAGED = (
    "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/"
    "{disk-id}"
)
_BLOB = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"


def needed(source: Obj, path: str, *fields: str) -> list[Cause]:
    """A cause for each field that is missing or empty."""
    return [required(f"{path}.{field}") for field in fields if not source.get(field)]


def _needs(*fields: str) -> Look:
    return lambda source, path: needed(source, path, *fields)


def host_path(source: Obj, path: str) -> list[Cause]:
    """What is wrong with a path of the node."""
    target, kind = source.get("path", ""), source.get("type", "")
    if not target:
        return [required(f"{path}.path")]
    causes = no_steps_back(target, f"{path}.path")
    if kind not in _PATHS:
        causes.append(unsupported(f"{path}.type", kind, _PATHS))
    return causes


def local(source: Obj, path: str) -> list[Cause]:
    """What is wrong with a disk of a node."""
    target = source.get("path", "")
    return no_steps_back(target, f"{path}.path") if target else [required(f"{path}.path")]


def _git(source: Obj, path: str) -> list[Cause]:
    where = f"{path}.directory"
    return needed(source, path, "repository") + descending(source.get("directory", ""), where)


def _nfs(source: Obj, path: str) -> list[Cause]:
    target = source.get("path", "")
    causes = needed(source, path, "server", "path")
    if not target.startswith("/"):
        causes.append(invalid(f"{path}.path", target, "must be an absolute path"))
    return causes


def _disk(field: str) -> Look:
    def look(source: Obj, path: str) -> list[Cause]:
        causes, partition = needed(source, path, field), source.get("partition", 0)
        if not 0 <= partition <= 255:
            causes.append(invalid(f"{path}.partition", partition, _PARTITION))
        return causes

    return look


def iscsi(source: Obj, path: str, volume: str | None = None) -> list[Cause]:
    """What is wrong with a disk behind iSCSI.

    Args:
        source: The source.
        path: Where it stands.
        volume: The name of the persistent volume, if it is of one.
    """
    causes = needed(source, path, "targetPortal")
    portal, target, first = (source.get(one) for one in ("targetPortal", "iqn", "initiatorName"))
    if volume is not None and first is not None and _too_far(volume, portal or ""):
        causes.append(invalid(f"{path}.targetportal", portal or "", _TARGET_LENGTH))
    if not target:
        causes.append(required(f"{path}.iqn"))
    else:
        causes += _target(target, f"{path}.iqn", strange=volume is None)
    lun = source.get("lun", 0)
    if not 0 <= lun <= 255:
        causes.append(invalid(f"{path}.lun", lun, _BYTE))
    secret = source.get("secretRef")
    if secret is None and (source.get("chapAuthDiscovery") or source.get("chapAuthSession")):
        causes.append(required(f"{path}.secretRef"))
    if secret is not None and volume is not None:
        causes += needed(secret, f"{path}.secretRef", "name")
    if first is not None:
        causes += _target(first, f"{path}.initiatorname", strange=volume is None)
    return causes


def initiator(source: Obj, volume: str, path: str) -> list[Cause]:
    """What is wrong with the name of a volume of a Pod that names its initiator."""
    if source.get("initiatorName") is None or not _too_far(volume, source.get("targetPortal", "")):
        return []
    return [invalid(f"{path}.name", volume, _TARGET_LENGTH)]


def _too_far(volume: str, portal: str) -> bool:
    return size(f"{volume}:{portal}") > _MOST_TARGET


def _target(name: str, path: str, *, strange: bool) -> list[Cause]:
    matches = _TARGETS.get(name[:3])
    if matches is None:
        more = " starting with iqn, eui, or naa" if strange else ""
        return [invalid(path, name, f"must be valid format{more}")]
    return [] if matches(name) else [invalid(path, name, "must be valid format")]


def _fibre(source: Obj, path: str) -> list[Cause]:
    names, ids = source.get("targetWWNs"), source.get("wwids")
    lun: int | None = source.get("lun")
    causes: list[Cause] = []
    if not names and not ids:
        why = "must specify either targetWWNs or wwids, but not both"
        causes.append(required(f"{path}.targetWWNs", why))
    if names and ids:
        why = "targetWWNs and wwids can not be specified simultaneously"
        causes.append(invalid(f"{path}.targetWWNs", names, why))
    if not names:
        return causes
    if lun is None:
        causes.append(required(f"{path}.lun", "lun is required if targetWWNs is specified"))
    elif not 0 <= lun <= 255:
        causes.append(invalid(f"{path}.lun", lun, _BYTE))
    return causes


def _quobyte(source: Obj, path: str) -> list[Cause]:
    registry, causes = source.get("registry", ""), []
    if not registry:
        causes.append(required(f"{path}.registry", _PAIRS))
    elif size(source.get("tenant", "")) >= 65:
        why = "must be a UUID and may not exceed a length of 64 characters"
        causes.append(required(f"{path}.tenant", why))
    else:
        causes += [
            invalid(f"{path}.registry", registry, _PAIRS)
            for pair in registry.split(",")
            if not re.fullmatch(r"(\[[^\[\]]*\]|[^:\[\]]*):[^:\[\]]*", pair)
        ]
    return causes + needed(source, path, "volume")


def _glusterfs(source: Obj, path: str) -> list[Cause]:
    causes = needed(source, path, "endpoints", "path")
    home, where = source.get("endpointsNamespace"), f"{path}.endpointsNamespace"
    if home is None:
        return causes
    if not home:
        why = "if the endpointnamespace is set, it must be a valid namespace name"
        return [*causes, invalid(where, home, why)]
    return causes + [invalid(where, home, why) for why in dns_label(home)]


def _flocker(source: Obj, path: str) -> list[Cause]:
    name, uid = source.get("datasetName", ""), source.get("datasetUUID", "")
    causes: list[Cause] = []
    if not name and not uid:
        causes.append(required(path, "one of datasetName and datasetUUID is required"))
    if name and uid:
        why = "datasetName and datasetUUID can not be specified simultaneously"
        causes.append(invalid(path, "resource", why))
    if "/" in name:
        causes.append(invalid(f"{path}.datasetName", name, "must not contain '/'"))
    return causes


def _flex(source: Obj, path: str) -> list[Cause]:
    causes = needed(source, path, "driver")
    why = "kubernetes.io and k8s.io namespaces are reserved"
    for key in sorted(source.get("options") or ()):
        home = "." + key.partition("/")[0].lower()
        if home.endswith((".kubernetes.io", ".k8s.io")):
            causes.append(invalid(f"{path}.options[{key}]", key, why))
    return causes


def _secret_of(source: Obj, path: str, *fields: str) -> list[Cause]:
    secret = source.get("secretRef")
    return [] if secret is None else needed(secret, f"{path}.secretRef", *fields)


def _cinder(*fields: str) -> Look:
    return lambda source, path: needed(source, path, "volumeID") + _secret_of(source, path, *fields)


def _storage_os(*fields: str) -> Look:
    def look(source: Obj, path: str) -> list[Cause]:
        causes = needed(source, path, "volumeName")
        for field in ("volumeName", "volumeNamespace"):
            value = source.get(field, "")
            if value:
                causes += [invalid(f"{path}.{field}", value, why) for why in dns_label(value)]
        return causes + _secret_of(source, path, *fields)

    return look


def _azure_file(source: Obj, path: str) -> list[Cause]:
    causes = needed(source, path, "secretName", "shareName")
    if source.get("secretNamespace") == "":
        causes.append(required(f"{path}.secretNamespace"))
    return causes


def _azure_disk(source: Obj, path: str) -> list[Cause]:
    causes = needed(source, path, "diskName", "diskURI")
    caching, kind, uri = (source.get(one) for one in ("cachingMode", "kind", "diskURI"))
    if caching is not None and caching not in _CACHING:
        causes.append(unsupported(f"{path}.cachingMode", caching, _CACHING))
    if kind is not None and kind not in _DISKS:
        causes.append(unsupported(f"{path}.kind", kind, _DISKS))
    begins, form = ("/subscriptions/", _MANAGED) if kind == "Managed" else ("https://", _BLOB)
    if kind is not None and not (uri or "").startswith(begins):
        causes.append(unsupported(f"{path}.diskURI", uri or "", (form,), plain=True))
    return causes


def _driver(source: Obj, path: str) -> list[Cause]:
    driver, where = source.get("driver", ""), f"{path}.driver"
    if not driver:
        return [required(where)]
    causes = [too_long(where, MAX_LABEL)] if size(driver) > MAX_LABEL else []
    return causes + [invalid(where, driver, why) for why in dns_subdomain(driver.lower())]


def _csi(source: Obj, path: str) -> list[Cause]:
    causes, secret = _driver(source, path), source.get("nodePublishSecretRef")
    if secret is None:
        return causes
    name = secret.get("name", "")
    if not name:
        return [*causes, required(f"{path}.nodePublishSecretRef.name")]
    return causes + [invalid(f"{path}.name", name, why) for why in dns_subdomain(name)]


def _persistent_csi(source: Obj, path: str) -> list[Cause]:
    causes = _driver(source, path) + needed(source, path, "volumeHandle")
    for field in (
        "controllerPublishSecretRef",
        "controllerExpandSecretRef",
        "nodePublishSecretRef",
        "nodeExpandSecretRef",
    ):
        secret = source.get(field)
        if secret is None:
            continue
        for part, rule in (("name", dns_subdomain), ("namespace", dns_label)):
            where, value = f"{path}.{field}.{part}", secret.get(part, "")
            if not value:
                causes.append(required(where))
            else:
                causes += [invalid(where, value, why) for why in rule(value)]
    return causes


_BOTH: dict[str, Look] = {
    "awsElasticBlockStore": _disk("volumeID"),
    "azureDisk": _azure_disk,
    "cephfs": _needs("monitors"),
    "fc": _fibre,
    "flexVolume": _flex,
    "flocker": _flocker,
    "gcePersistentDisk": _disk("pdName"),
    "hostPath": host_path,
    "nfs": _nfs,
    "photonPersistentDisk": _needs("pdID"),
    "portworxVolume": _needs("volumeID"),
    "quobyte": _quobyte,
    "rbd": _needs("monitors", "image"),
    "scaleIO": _needs("gateway", "system", "volumeName"),
    "vsphereVolume": _needs("volumePath"),
}
OF_PODS: dict[str, Look] = {
    **_BOTH,
    "azureFile": _needs("secretName", "shareName"),
    "cinder": _cinder("name"),
    "csi": _csi,
    "gitRepo": _git,
    "glusterfs": _needs("endpoints", "path"),
    "iscsi": iscsi,
    "storageos": _storage_os("name"),
}
"""What is wrong with a source of a Pod's volume. Others are where volumes are looked at."""
PERSISTENT: dict[str, Look] = {
    **_BOTH,
    "azureFile": _azure_file,
    "cinder": _cinder("name", "namespace"),
    "csi": _persistent_csi,
    "glusterfs": _glusterfs,
    "local": local,
    "storageos": _storage_os("name", "namespace"),
}
"""What is wrong with a source of a persistent volume, iSCSI apart."""
SHOWN = {"gcePersistentDisk": "persistentDisk"}
"""Sources that the server calls otherwise in what is wrong with them."""
