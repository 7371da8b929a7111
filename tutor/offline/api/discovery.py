"""What the cluster serves, told in the old and in the aggregated form; its version and health.

Source: staging/src/k8s.io/apiserver/pkg/endpoints/discovery.
"""

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from tutor.offline.elsewhere import UNSERVED, Unserved
from tutor.offline.resources import SERVED, Resource

# The order of a real API server, by the priorities of its API services.
_ORDER = (
    "apiregistration.k8s.io apps events.k8s.io authentication.k8s.io authorization.k8s.io"
    " autoscaling batch certificates.k8s.io networking.k8s.io policy rbac.authorization.k8s.io"
    " storage.k8s.io admissionregistration.k8s.io apiextensions.k8s.io scheduling.k8s.io"
    " coordination.k8s.io node.k8s.io discovery.k8s.io resource.k8s.io"
    " flowcontrol.apiserver.k8s.io"
)
GROUPS = tuple(_ORDER.split())
Custom: TypeAlias = Sequence[Resource]
"""What definitions add to what is served."""
_ALL: tuple[Resource | Unserved, ...] = (*SERVED, *UNSERVED)

VERSION: dict[str, str] = {
    "major": "1",
    "minor": "36",
    "emulationMajor": "1",
    "emulationMinor": "36",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35",
    "gitVersion": "v1.36.2",
    "gitCommit": "98b35193b2ac7a23a673325f5e9b830ecd5ba406",
    "gitTreeState": "clean",
    "buildDate": "2026-11-23T15:26:38Z",
    "goVersion": "go1.26.6",
    "compiler": "gc",
    "platform": "linux/amd64",
}
_ALIVE = ("ping", "log", "etcd")
CHECKS = {
    "healthz": _ALIVE,
    "livez": _ALIVE,
    "readyz": (*_ALIVE, "informer-sync", "shutdown"),
}
"""What is looked at for each kind of health."""


def _singular(resource: Resource | Unserved) -> str:
    return resource.singular if isinstance(resource, Resource) else resource.kind.lower()


def _version(group: str, version: str) -> dict[str, str]:
    return {"groupVersion": f"{group}/{version}", "version": version}


def _group(name: str, custom: Custom) -> dict[str, Any]:
    versions = [_version(name, one) for one in _versions(name, custom)]
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def _groups(custom: Custom) -> tuple[str, ...]:
    """The groups, those of definitions behind the server's own."""
    return (*GROUPS, *sorted({one.group for one in custom} - set(GROUPS)))


def _versions(group: str, custom: Custom) -> list[str]:
    own = list(dict.fromkeys(one.version for one in _ALL if one.group == group))
    added = {one.version for one in custom if one.group == group} - set(own)
    return [*own, *sorted(added, key=_priority)]


def _priority(version: str) -> tuple[int, int, int, str]:
    """Where a version stands: ``v2`` before ``v1`` before ``v1beta1``; other names behind.

    Source: apimachinery pkg/version/helpers.go, CompareKubeAwareVersionStrings.
    """
    found = re.fullmatch(r"v(\d{1,9})(?:(alpha|beta)(\d{1,9}))?", version)
    if found is None:
        return (3, 0, 0, version)
    major, stage, minor = found.groups()
    return ({None: 0, "beta": 1}.get(stage, 2), -int(major), -int(minor or 0), "")


def _rows(group: str, version: str, custom: Custom) -> list[Resource | Unserved]:
    found = [one for one in (*_ALL, *custom) if (one.group, one.version) == (group, version)]
    return sorted(found, key=lambda one: one.plural)


def core_versions(address: str) -> dict[str, Any]:
    """``/api``."""
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    }


def groups(custom: Custom = ()) -> dict[str, Any]:
    """``/apis``."""
    return {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [_group(name, custom) for name in _groups(custom)],
    }


def group(name: str, custom: Custom = ()) -> dict[str, Any] | None:
    """``/apis/apps``; None for a group that is not known."""
    if name not in _groups(custom):
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, custom)}


def resources(group: str, version: str, custom: Custom = ()) -> dict[str, Any] | None:
    """``/apis/apps/v1``; None for what is not served."""
    found = _rows(group, version, custom)
    if not found:
        return None
    rows: list[dict[str, Any]] = []
    for resource in found:
        rows.append(_row(resource))
        if isinstance(resource, Unserved):
            continue
        for below in resource.subresources.values():
            row: dict[str, Any] = {
                "name": f"{resource.plural}/{below.name}",
                "singularName": "",
                "namespaced": resource.namespaced,
            }
            if below.version:
                row.update(group=below.group, version=below.version)
            rows.append({**row, "kind": below.kind, "verbs": list(below.verbs)})
    head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{group}/{version}"}
    if not group:  # the real server leaves apiVersion out here
        head = {"kind": "APIResourceList", "groupVersion": version}
    return {**head, "resources": rows}


def _row(resource: Resource | Unserved) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": resource.plural,
        "singularName": _singular(resource),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": [],
    }
    if resource.short_names:
        row["shortNames"] = list(resource.short_names)
    if isinstance(resource, Unserved):
        return row
    row["verbs"] = list(resource.verbs)
    if resource.categories:
        row["categories"] = list(resource.categories)
    if resource.storage_version_hash:
        row["storageVersionHash"] = resource.storage_version_hash
    return row


def aggregated(core: bool, version: str = "v2", custom: Custom = ()) -> dict[str, Any]:
    """``/api`` or ``/apis`` in one document.

    Args:
        core: The core group, or all others.
        version: Of the document: ``v2`` or ``v2beta1``.
        custom: What definitions add.
    """
    items = []
    for name in ("",) if core else _groups(custom):
        versions = [
            {"version": one, "resources": _aggregated(name, one, custom), "freshness": "Current"}
            for one in _versions(name, custom)
        ]
        items.append({"metadata": {"name": name} if name else {}, "versions": versions})
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": f"apidiscovery.k8s.io/{version}",
        "metadata": {},
        "items": items,
    }


def _aggregated(group: str, version: str, custom: Custom) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for resource in _rows(group, version, custom):
        row: dict[str, Any] = {
            "resource": resource.plural,
            "responseKind": {"group": "", "version": "", "kind": resource.kind},
            "scope": "Namespaced" if resource.namespaced else "Cluster",
            "singularResource": _singular(resource),
            "verbs": [],
        }
        rows.append(row)
        if resource.short_names:
            row["shortNames"] = list(resource.short_names)
        if isinstance(resource, Unserved):
            continue
        row["verbs"] = list(resource.verbs)
        if resource.categories:
            row["categories"] = list(resource.categories)
        if resource.subresources:
            row["subresources"] = [
                {
                    "subresource": below.name,
                    "responseKind": {
                        "group": below.group,
                        "version": below.version,
                        "kind": below.kind,
                    },
                    "verbs": list(below.verbs),
                }
                for below in resource.subresources.values()
            ]
    return rows


def root(custom: Custom = ()) -> dict[str, Any]:
    """``/``: every path that leads on."""
    paths = ["/api", "/api/v1", "/apis", "/apis/"]
    for name in sorted(_groups(custom)):
        paths.append(f"/apis/{name}")
        paths += [f"/apis/{name}/{version}" for version in sorted(_versions(name, custom))]
    for check, parts in CHECKS.items():
        paths += [f"/{check}", *sorted(f"/{check}/{one}" for one in parts)]
    return {"paths": sorted([*paths, "/openapi/v2", "/openapi/v3", "/openapi/v3/", "/version"])}


def health(check: str, verbose: bool, excluded: Sequence[str] = ()) -> str:
    """``/healthz``, ``/livez`` and ``/readyz``.

    Args:
        check: Which of the three.
        verbose: Whether every check is named.
        excluded: Checks that are not to be made.

    Source: apiserver pkg/server/healthz/healthz.go, handleRootHealth.
    """
    if not verbose:
        return "ok"
    lines = [
        f"[+]{one} excluded: ok" if one in excluded else f"[+]{one} ok" for one in CHECKS[check]
    ]
    unknown = sorted(set(excluded) - set(CHECKS[check]))
    if unknown:
        quoted = ",".join(f'"{one}"' for one in unknown)
        lines.append(f"warn: some health checks cannot be excluded: no matches for {quoted}")
    return "".join(f"{line}\n" for line in lines) + f"{check} check passed\n"
