"""What a Pod refers to and must be there before its containers can start.

Source: pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), pkg/volume/{configmap,secret,
projected}, v1.36.
"""

from collections.abc import Iterator
from typing import TypeAlias

from tutor.offline.objects import Obj, dig, namespace_of
from tutor.offline.plan import View

CONFIGS, SECRETS = "configmaps", "secrets"
Reference: TypeAlias = tuple[str, str, str]
"""Resource, namespace and name."""

_KINDS = {CONFIGS: ("configmap", "ConfigMap"), SECRETS: ("secret", "Secret")}


def _keys(found: Obj) -> set[str]:
    return {*(found.get("data") or ()), *(found.get("binaryData") or ())}


def _missing(view: View, pod: Obj, resource: str, source: Obj, key: str = "") -> str:
    """Why a reference leads nowhere; empty where it does lead somewhere or need not."""
    name = str(source.get("name", ""))
    if source.get("optional"):
        return ""
    found = view.get(resource, namespace_of(pod), name)
    short, kind = _KINDS[resource]
    if found is None:
        return f'{short} "{name}" not found'
    if key and key not in _keys(found):
        return f"couldn't find key {key} in {kind} {namespace_of(pod)}/{name}"
    return ""


def container_problem(view: View, pod: Obj, container: Obj) -> str:
    """What the environment of a container refers to and is not there; else empty."""
    for source in container.get("envFrom") or ():
        for resource, name in ((CONFIGS, "configMapRef"), (SECRETS, "secretRef")):
            if source.get(name) and (why := _missing(view, pod, resource, source[name])):
                return why
    for variable in container.get("env") or ():
        wanted = variable.get("valueFrom") or {}
        for resource, name in ((CONFIGS, "configMapKeyRef"), (SECRETS, "secretKeyRef")):
            source = wanted.get(name)
            if source and (why := _missing(view, pod, resource, source, source.get("key", ""))):
                return why
    return ""


def _items(view: View, pod: Obj, resource: str, name: str, source: Obj) -> str:
    why = _missing(view, pod, resource, {**source, "name": name})
    found = view.get(resource, namespace_of(pod), name)
    if why or found is None or source.get("optional"):
        return why
    for item in source.get("items") or ():
        if item.get("key") not in _keys(found):
            kind = "config" if resource == CONFIGS else "secret"
            lead = "configmap " if resource == CONFIGS else ""
            return f"{lead}references non-existent {kind} key: {item.get('key')}"
    return ""


def volume_problem(view: View, pod: Obj) -> str:
    """The first volume that cannot be mounted, in the kubelet's words; empty where all can."""
    for volume in dig(pod, "spec", "volumes", default=()):
        why = ""
        if source := volume.get("configMap"):
            why = _items(view, pod, CONFIGS, str(source.get("name", "")), source)
        elif source := volume.get("secret"):
            why = _items(view, pod, SECRETS, str(source.get("secretName", "")), source)
        elif source := volume.get("projected"):
            parts = source.get("sources") or ()
            if any("serviceAccountToken" in part for part in parts):
                continue  # what is in there comes with the namespace
            for part in parts:
                for resource, name in ((CONFIGS, "configMap"), (SECRETS, "secret")):
                    if not why and (one := part.get(name)):
                        why = _items(view, pod, resource, str(one.get("name", "")), one)
        if why:
            return f'MountVolume.SetUp failed for volume "{volume.get("name", "")}" : {why}'
    return ""


def references(pod: Obj) -> Iterator[Reference]:
    """Everything a Pod may wait for."""
    for part in ("initContainers", "containers"):
        for container in dig(pod, "spec", part, default=()):
            for source in container.get("envFrom") or ():
                yield from _both(pod, source, "configMapRef", "secretRef")
            for variable in container.get("env") or ():
                wanted = variable.get("valueFrom") or {}
                yield from _both(pod, wanted, "configMapKeyRef", "secretKeyRef")
    for volume in dig(pod, "spec", "volumes", default=()):
        secret = volume.get("secret") or {}
        named = {**volume, "secret": {"name": secret["secretName"]}} if secret else volume
        yield from _both(pod, named, "configMap", "secret")
        for part in dig(volume, "projected", "sources", default=()):
            yield from _both(pod, part, "configMap", "secret")


def _both(pod: Obj, found: Obj, config: str, secret: str) -> Iterator[Reference]:
    for resource, name in ((CONFIGS, config), (SECRETS, secret)):
        if found.get(name):
            yield resource, namespace_of(pod), str(found[name].get("name", ""))
