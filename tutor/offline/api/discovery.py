"""What the cluster serves, told in the old and in the aggregated form; its version and health.

Source: staging/src/k8s.io/apiserver/pkg/endpoints/discovery.
"""

from typing import Any

from tutor.offline.resources import ELSEWHERE, RESOURCES, Resource

# The order of a real API server, by the priorities of its API services.
GROUPS = ("apps", "policy", "storage.k8s.io", "coordination.k8s.io", "discovery.k8s.io")
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

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
_CHECKS = ("ping", "log", "etcd", "informer-sync", "shutdown")


def _version(group: str, version: str) -> dict[str, str]:
    return {"groupVersion": f"{group}/{version}", "version": version}


def _group(name: str) -> dict[str, Any]:
    versions = [_version(name, one) for one in _versions(name)]
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def _versions(group: str) -> list[str]:
    return list(dict.fromkeys(one.version for one in RESOURCES if one.group == group))


def core_versions(address: str) -> dict[str, Any]:
    """``/api``."""
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    }


def groups() -> dict[str, Any]:
    """``/apis``."""
    return {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [_group(name) for name in GROUPS],
    }


def group(name: str) -> dict[str, Any] | None:
    """``/apis/apps``; None for a group that is not served."""
    if name not in GROUPS:
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name)}


def elsewhere(group: str, version: str = "") -> bool:
    """Whether a real cluster serves a group, or its version, that this one has not."""
    return any(g == group and version in ("", v) for g, v, _ in ELSEWHERE)


def resources(group: str, version: str) -> dict[str, Any] | None:
    """``/apis/apps/v1``; None for what is not served."""
    found = [one for one in RESOURCES if (one.group, one.version) == (group, version)]
    if not found:
        return None
    rows: list[dict[str, Any]] = []
    for resource in sorted(found, key=lambda one: one.plural):
        rows.append(_row(resource))
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


def _row(resource: Resource) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        row["shortNames"] = list(resource.short_names)
    if resource.categories:
        row["categories"] = list(resource.categories)
    row["storageVersionHash"] = resource.storage_version_hash
    return row


def aggregated(core: bool) -> dict[str, Any]:
    """``/api`` or ``/apis`` in one document.

    Args:
        core: The core group, or all others.
    """
    items = []
    for name in ("",) if core else GROUPS:
        versions = [
            {"version": version, "resources": _aggregated(name, version), "freshness": "Current"}
            for version in _versions(name)
        ]
        items.append({"metadata": {"name": name} if name else {}, "versions": versions})
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    }


def _aggregated(group: str, version: str) -> list[dict[str, Any]]:
    found = [one for one in RESOURCES if (one.group, one.version) == (group, version)]
    rows: list[dict[str, Any]] = []
    for resource in sorted(found, key=lambda one: one.plural):
        row: dict[str, Any] = {
            "resource": resource.plural,
            "responseKind": {"group": "", "version": "", "kind": resource.kind},
            "scope": "Namespaced" if resource.namespaced else "Cluster",
            "singularResource": resource.singular,
            "verbs": list(resource.verbs),
        }
        if resource.short_names:
            row["shortNames"] = list(resource.short_names)
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
        rows.append(row)
    return rows


def root() -> dict[str, Any]:
    """``/``: every path that leads on."""
    paths = ["/api", "/api/v1", "/apis", "/apis/"]
    for name in sorted(GROUPS):
        paths.append(f"/apis/{name}")
        paths += [f"/apis/{name}/{version}" for version in _versions(name)]
    return {"paths": [*paths, "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"]}


def health(check: str, verbose: bool) -> str:
    """``/healthz``, ``/livez`` and ``/readyz``.

    Args:
        check: Which of the three.
        verbose: Whether every check is named.
    """
    if not verbose:
        return "ok"
    lines = [f"[+]{one} ok" for one in _CHECKS]
    return "".join(f"{line}\n" for line in lines) + f"{check} check passed\n"
