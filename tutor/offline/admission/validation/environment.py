"""Environment of containers, and the references to fields, keys and amounts it shares with volumes.

Source: ``ValidateEnv``, ``ValidateEnvFrom`` in ``pkg/apis/core/validation/validation.go``.
"""

import re
from collections.abc import Iterable

from tutor.manifest.quantity import parse
from tutor.offline.admission.validation.fields import (
    as_prefix,
    config_key,
    dns_label,
    dns_subdomain,
    invalid,
    not_found,
    qualified_name,
    required,
    unsupported,
)
from tutor.offline.admission.validation.paths import no_steps_back
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_NAME = (
    "a valid environment variable name must consist only of printable ASCII characters other than"
    " '='"
)
_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
_CONVERTED = {
    *_FIELDS,
    "metadata.annotations",
    "metadata.labels",
    "spec.restartPolicy",
    "spec.schedulerName",
    "status.phase",
}
_AMOUNTS = tuple(
    f"{kind}.{name}"
    for kind in ("limits", "requests")
    for name in ("cpu", "ephemeral-storage", "memory")
)
_BYTES = ("1", *(f"1{unit}" for unit in ("k", "M", "G", "T", "P", "E")))
_BYTES += tuple(f"1{unit}i" for unit in ("K", "M", "G", "T", "P", "E"))
_DIVISORS = {
    "cpu": (("1m", "1"), "only divisor's values 1m and 1 are supported with the cpu resource"),
    "memory": (_BYTES, f"only divisor's values {', '.join(_BYTES)} are supported with the memory"
               " resource"),
    "ephemeral-storage": (_BYTES, f"only divisor's values {', '.join(_BYTES)} are supported with"
                          " the local ephemeral storage resource"),
    "hugepages": (_BYTES, f"only divisor's values {', '.join(_BYTES)} are supported with the"
                  " hugepages resource"),
}  # fmt: skip
_SUBSCRIPT = re.compile(r"(.+?)\['(.*)'\]", re.DOTALL)


def validate_environment(container: Obj, path: str) -> list[Cause]:
    """What is wrong with ``env`` and ``envFrom`` of a container."""
    causes: list[Cause] = []
    for index, one in enumerate(container.get("env") or ()):
        where, name = f"{path}.env[{index}]", one.get("name", "")
        if not name:
            causes.append(required(f"{where}.name"))
        elif not _is_name(name):
            causes.append(invalid(f"{where}.name", name, _NAME))
        if one.get("valueFrom") is not None:
            causes += _value_from(one, f"{where}.valueFrom")
    return causes + _from(container.get("envFrom") or [], f"{path}.envFrom")


def _is_name(name: str) -> bool:
    return name.isascii() and name.isprintable() and "=" not in name


def _value_from(variable: Obj, path: str) -> list[Cause]:
    source = variable["valueFrom"]
    causes: list[Cause] = []
    given = [kind for kind in _SOURCES if source.get(kind) is not None]
    for kind in given:
        where, reference = f"{path}.{kind}", source[kind]
        if kind == "fieldRef":
            causes += validate_field(reference, _FIELDS, where)
        elif kind == "resourceFieldRef":
            causes += validate_amount(reference, where)
        elif kind == "fileKeyRef":
            causes += _file_key(reference, where)
        else:
            causes += [
                invalid(f"{where}.name", reference.get("name", ""), why)
                for why in dns_subdomain(reference.get("name", ""))
            ]
            key = reference.get("key", "")
            if not key:
                causes.append(required(f"{where}.key"))
            else:
                causes += [invalid(f"{where}.key", key, why) for why in config_key(key)]
    if not given:
        listed = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        causes.append(invalid(path, "", f"must specify one of: {listed}"))
    elif variable.get("value"):
        causes.append(invalid(path, "", "may not be specified when `value` is not empty"))
    elif len(given) > 1:
        causes.append(invalid(path, "", "may not have more than one field specified at a time"))
    return causes


def _file_key(reference: Obj, path: str) -> list[Cause]:
    """What is wrong with a reference to a line of a file in a volume."""
    key, volume, file = (reference.get(one, "") for one in ("key", "volumeName", "path"))
    causes: list[Cause] = []
    if not key:
        causes.append(required(f"{path}.key"))
    elif not _is_name(key):
        causes.append(invalid(f"{path}.key", key, _NAME))
    if not volume:
        causes.append(required(f"{path}.volumeName"))
    causes += [invalid(f"{path}.volumeName", volume, why) for why in dns_label(volume) if volume]
    if not file:
        return [*causes, required(f"{path}.path")]
    return causes + no_steps_back(file, f"{path}.path")


def validate_file_keys(spec: Obj, path: str) -> list[Cause]:
    """What is wrong with the volumes that environments are read from."""
    volumes = {one.get("name", ""): one for one in spec.get("volumes") or ()}
    causes: list[Cause] = []
    for part in ("initContainers", "containers", "ephemeralContainers"):
        for index, container in enumerate(spec.get(part) or ()):
            for at, one in enumerate(container.get("env") or ()):
                reference = (one.get("valueFrom") or {}).get("fileKeyRef")
                if reference is None:
                    continue
                name = reference.get("volumeName", "")
                where = f"{path}.{part}[{index}].env[{at}].valueFrom.fileKeyRef.volumeName"
                if name not in volumes:
                    causes.append(not_found(where, name))
                elif volumes[name].get("emptyDir") is None:
                    why = "referenced volume must be of type emptyDir"
                    causes.append(invalid(where, name, why))
    return causes


def validate_field(reference: Obj, allowed: Iterable[str], path: str) -> list[Cause]:
    """What is wrong with a reference to a field of the Pod."""
    version, asked = reference.get("apiVersion", ""), reference.get("fieldPath", "")
    where = f"{path}.fieldPath"
    if not version:
        return [required(f"{path}.apiVersion")]
    if not asked:
        return [required(where)]
    subscripted = _SUBSCRIPT.fullmatch(asked)
    whole = subscripted[1] if subscripted is not None else asked
    why = ""
    if version != "v1":
        why = f"unsupported pod version: {version}"
    elif subscripted is not None and whole not in ("metadata.annotations", "metadata.labels"):
        why = f"field label does not support subscript: {asked}"
    elif subscripted is None and asked != "spec.host" and asked not in _CONVERTED:
        why = f"field label not supported: {asked}"
    if why:
        return [invalid(where, asked, f"error converting fieldPath: {why}")]
    if subscripted is not None:
        key = subscripted[2].lower() if whole == "metadata.annotations" else subscripted[2]
        return [invalid(path, key, wrong) for wrong in qualified_name(key)]
    found = "spec.nodeName" if asked == "spec.host" else asked
    if found in allowed:
        return []
    return [unsupported(where, found, sorted(allowed), plain=True)]


def validate_amount(reference: Obj, path: str, *, volume: bool = False) -> list[Cause]:
    """What is wrong with a reference to a container's request or limit."""
    name = reference.get("resource", "")
    huge = name.startswith(("requests.hugepages-", "limits.hugepages-"))
    causes: list[Cause] = []
    if volume and not reference.get("containerName"):
        causes.append(required(f"{path}.containerName"))
    elif not name:
        causes.append(required(f"{path}.resource"))
    elif name not in _AMOUNTS and not huge:
        causes.append(unsupported(f"{path}.resource", name, _AMOUNTS, plain=True))
    divisor = parse(reference.get("divisor") or "0")
    if divisor.mantissa:
        kind = "hugepages" if huge else name.partition(".")[2]
        values, why = _DIVISORS.get(kind, ((), ""))
        if why and str(divisor) not in values:
            causes.append(invalid(f"{path}.divisor", name, why))
    return causes


def _from(sources: list[Obj], path: str) -> list[Cause]:
    causes: list[Cause] = []
    for index, one in enumerate(sources):
        where, prefix = f"{path}[{index}]", one.get("prefix", "")
        if prefix and not _is_name(prefix):
            causes.append(invalid(f"{where}.prefix", prefix, _NAME))
        given = [kind for kind in ("configMapRef", "secretRef") if one.get(kind) is not None]
        for kind in given:
            name = one[kind].get("name", "")
            if not name:
                causes.append(required(f"{where}.{kind}.name"))
                continue
            wrong = as_prefix(dns_subdomain, name)
            causes += [invalid(f"{where}.{kind}.name", name, why) for why in wrong]
        if not given:
            why = "must specify one of: `configMapRef` or `secretRef`"
            causes.append(invalid(path, "", why))
        elif len(given) > 1:
            why = "may not have more than one field specified at a time"
            causes.append(invalid(path, "", why))
    return causes
