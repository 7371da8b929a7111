"""Write ``tutor/offline/api/openapi/``: the OpenAPI v3 documents of the offline cluster.

``apps/v1`` comes from the recorded document (``fixtures/clusters/discovery``). The others take
every schema they share with it from there, and the rest from the published JSON schemas in the
package kubernetes-validate; all paths are those of StatefulSets, rewritten::

    pip install 'statefulset-tutor[generate]'
    python tools/generate_openapi.py

Each file is one document, compressed as it is sent: ``api_v1.json.gz``, ``apis_apps_v1.json.gz``.
"""

import gzip
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tutor.offline.api.columns import COLUMNS, SCALE
from tutor.offline.resources import SERVED, Resource

ROOT = Path(__file__).parents[1]
RECORDED = ROOT / "fixtures/clusters/discovery/openapi-v3-apps-v1.json.gz"
TARGET = ROOT / "tutor/offline/api/openapi"
VERSION = "v1.36.0-local"
PREFIX = "#/components/schemas/"
PACKAGES = {
    "": "io.k8s.api.core",
    "apiextensions.k8s.io": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions",
    "apiregistration.k8s.io": "io.k8s.kube-aggregator.pkg.apis.apiregistration",
}
"""Where the types of a group stand that are not under its own name."""
EXTRA = {"policy": ("io.k8s.api.policy.v1.Eviction",), "": ("io.k8s.api.core.v1.Binding",)}


def package(group: str, version: str = "v1") -> str:
    """The package of a group's types: ``io.k8s.api.apps.v1``."""
    own = f"io.k8s.api.{group.partition('.')[0]}"
    return f"{PACKAGES.get(group, own)}.{version}"


def published() -> dict[str, Any]:
    """The published schemas, by name."""
    found = importlib.util.find_spec("kubernetes_validate")
    if found is None or found.origin is None:
        sys.exit("kubernetes-validate is not installed")
    folder = Path(found.origin).parent / "kubernetes-json-schema" / VERSION
    definitions = json.loads((folder / "_definitions.json").read_text("utf-8"))["$defs"]
    return {name: as_v3(one, top=True) for name, one in definitions.items()}


def as_v3(schema: Any, top: bool = False) -> Any:  # noqa: ANN401
    """A schema as OpenAPI v3 writes it."""
    if isinstance(schema, list):
        return [as_v3(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            result[key] = {name: as_v3(one) for name, one in value.items()}
        elif key == "type" and isinstance(value, list):
            result[key] = next(one for one in value if one != "null")
        elif key == "$ref":
            result[key] = PREFIX + value.rpartition("/")[2]
        else:
            result[key] = as_v3(value)
    if "$ref" in result and len(result) > 1:
        result["allOf"] = [{"$ref": result.pop("$ref")}]
    if top and "x-kubernetes-group-version-kind" in result:
        for name in ("apiVersion", "kind"):
            result.get("properties", {}).get(name, {}).pop("enum", None)
    return result


def used(node: Any) -> Iterator[str]:  # noqa: ANN401
    """The schemas a node refers to."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value.removeprefix(PREFIX)
            else:
                yield from used(value)
    elif isinstance(node, list):
        for one in node:
            yield from used(one)


def paths_of(resource: Resource, recorded: dict[str, Any]) -> dict[str, Any]:
    """The paths of a resource: those of StatefulSets, rewritten."""
    model = "/apis/apps/v1/namespaces/{namespace}/statefulsets"
    base = f"/apis/{resource.api_version}" if resource.group else f"/api/{resource.version}"
    folder = f"{base}/namespaces/{{namespace}}" if resource.namespaced else base
    wanted = {
        model: f"{folder}/{resource.plural}",
        f"{model}/{{name}}": f"{folder}/{resource.plural}/{{name}}",
    }
    if resource.verbs == ("create",):
        del wanted[f"{model}/{{name}}"]
    elif resource.namespaced:
        wanted["/apis/apps/v1/statefulsets"] = f"{base}/{resource.plural}"
    for below in ("status", "scale"):
        if below in resource.subresources:
            wanted[f"{model}/{{name}}/{below}"] = f"{folder}/{resource.plural}/{{name}}/{below}"
    group = (resource.group.split(".")[0] or "core").capitalize()
    result = {}
    for source, target in wanted.items():
        text = json.dumps(recorded[source])
        text = text.replace(
            "io.k8s.api.apps.v1.StatefulSet",
            f"{package(resource.group, resource.version)}.{resource.kind}",
        )
        text = text.replace('"apps_v1"', f'"{group.lower()}_{resource.version}"')
        scope = "Namespaced" if resource.namespaced else ""
        number = resource.version.capitalize()
        text = text.replace("AppsV1Namespaced", f"{group}{number}{scope}")
        text = text.replace("AppsV1", f"{group}{number}")
        text = text.replace("StatefulSet", resource.kind)
        item = json.loads(text)
        for operation in item.values():
            if isinstance(operation, dict):
                gvk = operation.get("x-kubernetes-group-version-kind", {})
                if gvk.get("group") == "apps":
                    gvk.update(group=resource.group, version=resource.version)
        if resource.verbs == ("create",):
            item = {part: item[part] for part in ("parameters", "post")}
        if not resource.namespaced:
            item["parameters"] = [one for one in item["parameters"] if one["name"] != "namespace"]
        result[target] = item
    if resource.name == "pods":
        name = f"{folder}/pods/{{name}}"
        parameters = result[name]["parameters"]
        for below, gvk in (
            ("eviction", {"group": "policy", "kind": "Eviction", "version": "v1"}),
            ("binding", {"group": "", "kind": "Binding", "version": "v1"}),
        ):
            schema = {"$ref": f"{PREFIX}{package(gvk['group'])}.{gvk['kind']}"}
            content = {"*/*": {"schema": schema}}
            answer = {"application/json": {"schema": schema}}
            result[f"{name}/{below}"] = {
                "parameters": parameters,
                "post": {
                    "tags": ["core_v1"],
                    "description": f"create {below} of a Pod",
                    "operationId": f"createCoreV1NamespacedPod{below.capitalize()}",
                    "requestBody": {"content": content, "required": True},
                    "responses": {"201": {"description": "Created", "content": answer}},
                    "x-kubernetes-action": "post",
                    "x-kubernetes-group-version-kind": gvk,
                },
            }
    return result


def document(
    group: str, version: str, recorded: dict[str, Any], pool: dict[str, Any]
) -> dict[str, Any]:
    """The document of one group and version."""
    paths: dict[str, Any] = {}
    for resource in SERVED:
        if (resource.group, resource.version) == (group, version):
            paths.update(paths_of(resource, recorded["paths"]))
    schemas: dict[str, Any] = {}
    waiting = [*used(paths), *EXTRA.get(group, ())]
    while waiting:
        name = waiting.pop()
        if name not in schemas:
            schemas[name] = pool[name]
            waiting += used(pool[name])
    return {
        "openapi": recorded["openapi"],
        "info": recorded["info"],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": recorded["components"]["securitySchemes"],
        },
    }


def documentation(pool: dict[str, Any]) -> dict[str, str]:
    """The documentation of the fields that head columns of tables, by the field."""
    fields = {
        column.about[1:]
        for columns in (*COLUMNS.values(), SCALE)
        for column in columns
        if column.about.startswith(":")
    }
    found = {}
    for field in sorted(fields):
        schema, _, name = field.rpartition(".")
        text = pool[schema]["properties"][name].get("description", "")
        found[field] = text.partition("\n\nPossible enum values:")[0]
    return found


def main() -> None:
    """Write all documents."""
    recorded = json.loads(gzip.decompress(RECORDED.read_bytes()))
    pool = {**published(), **recorded["components"]["schemas"]}
    TARGET.mkdir(exist_ok=True)
    total = 0
    for group, version in dict.fromkeys((one.group, one.version) for one in SERVED):
        found = document(group, version, recorded, pool)
        name = re.sub("/", "_", f"apis/{group}/{version}" if group else f"api/{version}")
        packed = gzip.compress(json.dumps(found, separators=(",", ":")).encode(), 9, mtime=0)
        (TARGET / f"{name}.json.gz").write_bytes(packed)
        total += len(packed)
        sys.stdout.write(f"{name}: {len(packed)} bytes\n")
    words = json.dumps(documentation(pool), indent=0, sort_keys=True)
    (TARGET / "columns.json").write_text(words + "\n", "utf-8")
    sys.stdout.write(f"{total} bytes\n")


if __name__ == "__main__":
    main()
