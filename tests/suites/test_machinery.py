"""What every kind has in common: watches, lists in parts, tables, owners, server-side apply.

As ``test/e2e/apimachinery/{watch,chunking,table_conversion,garbage_collector,namespace,
field_validation}.go`` and ``test/integration/apiserver/apply`` expect.
"""

import json
from itertools import islice
from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException

from tests.suites.samples import LABELS, NEW, NS, SELECTOR, Json, deployment, names, pod
from tests.suites.server import Answer, Cluster

MAPS = f"/api/v1/namespaces/{NS}/configmaps"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NS}/deployments"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"


def _map(name: str, labels: Json | None = None, **data: str) -> Json:
    metadata = {"name": name, "labels": labels or {}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _seen(cluster: Cluster, version: str, count: int, **options: Any) -> list[tuple[str, str, str]]:
    """The first events of ConfigMaps since a version: type, name, the value of ``mutation``."""
    stream = cluster.watch(
        cluster.core.list_namespaced_config_map,
        NS,
        resource_version=version,
        timeout_seconds=5,
        **options,
    )
    return [
        (kind, one.metadata.name, (one.data or {}).get("mutation", ""))
        for kind, one in islice(stream, count)
    ]


def _version(cluster: Cluster) -> str:
    return str(cluster.core.list_namespaced_config_map(NS).metadata.resource_version)


# -- watches


def test_watches_tell_of_what_they_select(cluster: Cluster) -> None:
    core, start = cluster.core, _version(cluster)
    core.create_namespaced_config_map(NS, _map("a", {"w": "a"}))
    core.patch_namespaced_config_map("a", NS, {"data": {"mutation": "1"}})
    core.create_namespaced_config_map(NS, _map("b", {"w": "b"}))
    core.patch_namespaced_config_map("a", NS, {"data": {"mutation": "2"}})
    core.delete_namespaced_config_map("a", NS)
    core.delete_namespaced_config_map("b", NS)
    both = _seen(cluster, start, 6, label_selector="w in (a,b)")
    assert _seen(cluster, start, 4, label_selector="w=a") == [one for one in both if one[1] == "a"]
    assert both == [
        ("ADDED", "a", ""),
        ("MODIFIED", "a", "1"),
        ("ADDED", "b", ""),
        ("MODIFIED", "a", "2"),
        ("DELETED", "a", "2"),
        ("DELETED", "b", ""),
    ]


def test_a_watch_goes_on_where_another_ended(cluster: Cluster) -> None:
    core = cluster.core
    made = core.create_namespaced_config_map(NS, _map("a"))
    first = core.patch_namespaced_config_map("a", NS, {"data": {"mutation": "1"}})
    core.patch_namespaced_config_map("a", NS, {"data": {"mutation": "2"}})
    core.delete_namespaced_config_map("a", NS)
    after_first = [("MODIFIED", "a", "2"), ("DELETED", "a", "2")]
    assert _seen(cluster, first.metadata.resource_version, 2) == after_first
    assert _seen(cluster, made.metadata.resource_version, 3) == [
        ("MODIFIED", "a", "1"),
        *after_first,
    ]


def test_labels_let_objects_in_and_out_of_a_watch(cluster: Cluster) -> None:
    core, start = cluster.core, _version(cluster)
    core.create_namespaced_config_map(NS, _map("a", {"w": "yes"}))
    core.patch_namespaced_config_map("a", NS, {"data": {"mutation": "1"}})
    core.patch_namespaced_config_map("a", NS, {"metadata": {"labels": {"w": "no"}}})
    core.patch_namespaced_config_map("a", NS, {"data": {"mutation": "2"}})
    core.patch_namespaced_config_map("a", NS, {"metadata": {"labels": {"w": "yes"}}})
    core.patch_namespaced_config_map("a", NS, {"data": {"mutation": "3"}})
    core.delete_namespaced_config_map("a", NS)
    assert _seen(cluster, start, 6, label_selector="w=yes") == [
        ("ADDED", "a", ""),
        ("MODIFIED", "a", "1"),
        ("DELETED", "a", "1"),
        ("ADDED", "a", "2"),
        ("MODIFIED", "a", "3"),
        ("DELETED", "a", "3"),
    ]


def test_watches_from_several_versions_agree_on_the_order(cluster: Cluster) -> None:
    core, start = cluster.core, _version(cluster)
    versions = [start]
    for number in range(10):
        made = core.create_namespaced_config_map(NS, _map(f"m{number}"))
        versions.append(made.metadata.resource_version)
    whole = _seen(cluster, start, 10)
    for index in (0, 4, 9):
        assert _seen(cluster, versions[index], 10 - index) == whole[index:]


def test_a_list_streamed_by_a_watch(cluster: Cluster) -> None:
    cluster.core.create_namespaced_config_map(NS, _map("a", {"w": "yes"}))
    cluster.core.create_namespaced_config_map(NS, _map("b", {"w": "yes"}))
    answer = cluster.call(
        "GET",
        f"{MAPS}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&timeoutSeconds=1"
        "&resourceVersionMatch=NotOlderThan&labelSelector=w",
    )
    events = [json.loads(line) for line in answer.data.splitlines()]
    shown = [(one["type"], one["object"]["metadata"].get("name")) for one in events[:3]]
    assert shown == [("ADDED", "a"), ("ADDED", "b"), ("BOOKMARK", None)]
    notes = events[2]["object"]["metadata"]["annotations"]
    assert notes == {"k8s.io/initial-events-end": "true"}


# -- lists in parts


def _page(cluster: Cluster, query: str) -> tuple[list[str], Json]:
    answer = cluster.call("GET", f"{MAPS}?labelSelector=n&{query}")
    assert answer.status == 200, answer.message
    found = answer.json
    return [one["metadata"]["name"] for one in found["items"]], found["metadata"]


def test_lists_in_parts(cluster: Cluster) -> None:
    wanted = [f"m{number:02}" for number in range(17)]
    for name in wanted:
        cluster.core.create_namespaced_config_map(NS, _map(name, {"n": "x"}))
    got, metadata = _page(cluster, "limit=7")
    version = metadata["resourceVersion"]
    assert (len(got), metadata.get("remainingItemCount")) == (7, None)  # unknown with a selector
    cluster.core.create_namespaced_config_map(NS, _map("m99", {"n": "x"}))
    while metadata.get("continue"):
        more, metadata = _page(cluster, f"limit=7&continue={metadata['continue']}")
        assert metadata["resourceVersion"] == version
        got += more
    assert got == wanted
    whole = cluster.call("GET", f"{MAPS}?limit=5").json
    assert whole["metadata"]["remainingItemCount"] == len(
        cluster.call("GET", MAPS).json["items"]
    ) - len(whole["items"])


def test_lists_at_exact_versions(cluster: Cluster) -> None:
    made = cluster.core.create_namespaced_config_map(NS, _map("a", {"n": "x"}))
    version = made.metadata.resource_version
    cluster.core.create_namespaced_config_map(NS, _map("b", {"n": "x"}))
    exact = f"resourceVersion={version}&resourceVersionMatch=Exact"
    assert _page(cluster, exact)[0] == ["a"]
    newest = f"resourceVersion={version}&resourceVersionMatch=NotOlderThan"
    assert _page(cluster, newest)[0] == ["a", "b"]
    wrong = cluster.call("GET", f"{MAPS}?resourceVersionMatch=Exact")
    assert wrong.status == 422
    assert "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless" in (
        wrong.message
    )


# -- tables


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_tables(cluster: Cluster, version: str) -> None:
    cluster.core.create_namespaced_pod(NS, pod("a"))
    accept = f"application/json;as=Table;v={version};g=meta.k8s.io"
    path = f"/api/v1/namespaces/{NS}/pods"
    answer = cluster.call("GET", path, accept=accept)
    found = answer.json
    assert (found["kind"], found["apiVersion"]) == ("Table", f"meta.k8s.io/{version}")
    assert found["columnDefinitions"][0]["name"] == "Name"
    (row,) = found["rows"]
    assert row["cells"][0] == "a"
    assert row["object"]["kind"] == "PartialObjectMetadata"
    one = cluster.call("GET", f"{path}/a", accept=accept).json
    assert len(one["rows"]) == 1
    bare = cluster.call("GET", f"{path}?includeObject=None", accept=accept).json
    assert "object" not in bare["rows"][0] or bare["rows"][0]["object"] is None
    partial = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
    listed = cluster.call("GET", path, accept=partial).json
    assert (listed["kind"], list(listed["items"][0])) == (
        "PartialObjectMetadataList",
        ["metadata"],
    ) or "spec" not in listed["items"][0]


def test_tables_that_cannot_be(cluster: Cluster) -> None:
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}},
    }
    answer = cluster.call(
        "POST",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        body,
        accept="application/json;as=Table;v=v1;g=meta.k8s.io",
    )
    assert answer.status == 406


# -- namespaces


def test_a_namespace_from_its_beginning_to_its_end(cluster: Cluster) -> None:
    core = cluster.core
    made = core.create_namespace({"metadata": {"name": "team", "labels": {"a": "b"}}})
    assert made.spec.finalizers == ["kubernetes"]
    assert made.metadata.labels == {"a": "b", "kubernetes.io/metadata.name": "team"}
    assert made.status.phase == "Active"
    cluster.eventually(lambda: names(core.list_namespaced_service_account("team")) == ["default"])
    assert core.patch_namespace("team", {"metadata": {"labels": {"c": "d"}}}).metadata.labels["c"]
    patch = {"metadata": {"annotations": {"seen": "yes"}}, "status": {}}
    assert core.patch_namespace_status("team", patch).metadata.annotations == {"seen": "yes"}
    core.create_namespaced_pod("team", pod("a"))
    core.create_namespaced_service(
        "team", {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}
    )
    core.delete_namespace("team")
    found = core.read_namespace("team")
    assert found.status.phase == "Terminating"
    with pytest.raises(ApiException) as refused:
        core.create_namespaced_config_map("team", _map("late"))
    assert refused.value.status == 403
    assert "unable to create new content in namespace team because it is being terminated" in (
        str(refused.value.body)
    )

    def gone() -> bool:
        try:
            core.read_namespace("team")
        except ApiException as error:
            return bool(error.status == 404)
        return False

    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 20))
    cluster.eventually(gone)
    assert not core.list_namespaced_pod("team").items
    with pytest.raises(ApiException) as missing:
        core.create_namespaced_config_map("team", _map("later"))
    assert 'namespaces \\"team\\" not found' in str(missing.value.body)


# -- services


def test_a_service_and_its_slices(cluster: Cluster) -> None:
    core = cluster.core
    body = {
        "metadata": {"name": "s", "labels": LABELS},
        "spec": {"selector": LABELS, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]},
    }
    made = core.create_namespaced_service(NS, body)
    assert made.spec.cluster_ip
    assert made.spec.cluster_ips == [made.spec.cluster_ip]
    assert (made.spec.type, made.spec.session_affinity) == ("ClusterIP", "None")
    core.create_namespaced_pod(NS, pod("a", LABELS))

    def slices() -> list[Any]:
        path = f"/apis/discovery.k8s.io/v1/namespaces/{NS}/endpointslices"
        query = "?labelSelector=kubernetes.io/service-name%3Ds"
        found: list[Any] = cluster.call("GET", path + query).json["items"]
        return found

    def there() -> bool:
        return [
            one["targetRef"]["name"] for each in slices() for one in each.get("endpoints") or ()
        ] == ["a"]

    cluster.eventually(there)
    (each,) = slices()
    assert each["ports"] == [{"name": "http", "port": 8080, "protocol": "TCP"}]
    assert each["endpoints"][0]["conditions"]["ready"] is True
    status = {"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.1"}]}}}
    with pytest.raises(ApiException) as refused:  # there is nothing that balances
        core.patch_namespaced_service_status("s", NS, status)
    assert refused.value.status == 422
    core.patch_namespaced_service("s", NS, {"spec": {"type": "LoadBalancer"}})
    patched = core.patch_namespaced_service_status("s", NS, status)
    assert patched.metadata.name == "s"
    changed = core.patch_namespaced_service("s", NS, {"spec": {"type": "NodePort"}})
    assert 30000 <= changed.spec.ports[0].node_port <= 32767
    changed = core.patch_namespaced_service(
        "s", NS, {"spec": {"type": "ExternalName", "externalName": "example.com"}}
    )
    assert changed.spec.cluster_ip is None
    core.delete_collection_namespaced_service(NS, label_selector=SELECTOR)
    assert "s" not in names(core.list_namespaced_service(NS))
    cluster.eventually(lambda: not slices())


# -- garbage


def _left(cluster: Cluster) -> tuple[int, int]:
    sets = cluster.apps.list_namespaced_replica_set(NS).items
    return len(sets), len(cluster.core.list_namespaced_pod(NS).items)


def _deployed(cluster: Cluster) -> None:
    cluster.apps.create_namespaced_deployment(NS, deployment(replicas=2))
    cluster.eventually(
        lambda: cluster.apps.read_namespaced_deployment("web", NS).status.ready_replicas == 2
    )


def test_background_deletion(cluster: Cluster) -> None:
    _deployed(cluster)
    cluster.apps.delete_namespaced_deployment("web", NS, propagation_policy="Background")
    assert not cluster.apps.list_namespaced_deployment(NS).items
    cluster.eventually(lambda: _left(cluster) == (0, 0))


def test_foreground_deletion_waits_for_dependents(cluster: Cluster) -> None:
    _deployed(cluster)
    for one in cluster.core.list_namespaced_pod(NS).items:
        cluster.core.patch_namespaced_pod(
            one.metadata.name, NS, {"metadata": {"finalizers": ["example.com/wait"]}}
        )
    cluster.apps.delete_namespaced_deployment("web", NS, propagation_policy="Foreground")
    found = cluster.apps.read_namespaced_deployment("web", NS)
    assert found.metadata.finalizers == ["foregroundDeletion"]
    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 30))
    assert _left(cluster) == (1, 2)
    for one in cluster.core.list_namespaced_pod(NS).items:
        cluster.core.patch_namespaced_pod(one.metadata.name, NS, {"metadata": {"finalizers": None}})
    cluster.eventually(lambda: _left(cluster) == (0, 0))
    cluster.eventually(lambda: not cluster.apps.list_namespaced_deployment(NS).items)


def test_orphans_live_on(cluster: Cluster) -> None:
    _deployed(cluster)
    cluster.apps.delete_namespaced_deployment("web", NS, propagation_policy="Orphan")
    cluster.eventually(lambda: not cluster.apps.list_namespaced_deployment(NS).items)
    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 30))
    assert _left(cluster) == (1, 2)
    (left,) = cluster.apps.list_namespaced_replica_set(NS).items
    assert left.metadata.owner_references is None


def test_orphans_by_the_old_option(cluster: Cluster) -> None:
    _deployed(cluster)
    answer = cluster.call("DELETE", f"{DEPLOYMENTS}/web", {"orphanDependents": True})
    assert answer.status == 200
    cluster.eventually(lambda: not cluster.apps.list_namespaced_deployment(NS).items)
    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 30))
    assert _left(cluster) == (1, 2)


def test_a_dependent_with_another_owner_stays(cluster: Cluster) -> None:
    core = cluster.core
    first = core.create_namespaced_config_map(NS, _map("first"))
    second = core.create_namespaced_config_map(NS, _map("second"))
    owners = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": one.metadata.name,
            "uid": one.metadata.uid,
        }
        for one in (first, second)
    ]
    both = _map("both")
    both["metadata"]["ownerReferences"] = owners
    core.create_namespaced_config_map(NS, both)
    core.delete_namespaced_config_map("first", NS, propagation_policy="Foreground")
    cluster.eventually(lambda: "first" not in names(core.list_namespaced_config_map(NS)))

    def owned_by() -> list[str]:
        found = core.read_namespaced_config_map("both", NS).metadata.owner_references
        return [one.name for one in found]

    cluster.eventually(lambda: owned_by() == ["second"])


def test_a_circle_of_owners_goes(cluster: Cluster) -> None:
    core = cluster.core
    made = [core.create_namespaced_pod(NS, pod(f"pod{number}")) for number in (1, 2, 3)]
    for number, one in enumerate(made):
        owner = {
            "apiVersion": "v1",
            "kind": "Pod",
            "name": made[number - 1].metadata.name,
            "uid": made[number - 1].metadata.uid,
            "controller": True,
            "blockOwnerDeletion": True,
        }
        core.patch_namespaced_pod(one.metadata.name, NS, {"metadata": {"ownerReferences": [owner]}})
    core.delete_namespaced_pod("pod1", NS, propagation_policy="Foreground")
    cluster.eventually(lambda: not core.list_namespaced_pod(NS).items)


def test_an_owner_that_never_was(cluster: Cluster) -> None:
    body = _map("a")
    body["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": "no", "uid": "no-such-uid"}
    ]
    cluster.core.create_namespaced_config_map(NS, body)
    cluster.eventually(lambda: "a" not in names(cluster.core.list_namespaced_config_map(NS)))


# -- fields


def _strict(cluster: Cluster, how: str, body: str, kind: str = "application/json") -> Answer:
    return cluster.call("POST", f"{DEPLOYMENTS}?fieldValidation={how}&dryRun=All", body, kind)


_DOUBLED = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},
"spec":{"unknown1":"val1","unknownDupe":"valDupe","unknownDupe":"valDupe2","paused":true,
"paused":false,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
"spec":{"containers":[{"name":"c","image":"i","unknownNested":"x","imagePullPolicy":"Always",
"imagePullPolicy":"Never"}]}}}}"""
_FOUND = [  # in the order of the text; what is unknown and doubled is only unknown
    'unknown field "spec.unknown1"',
    'unknown field "spec.unknownDupe"',
    'duplicate field "spec.paused"',
    'unknown field "spec.template.spec.containers[0].unknownNested"',
    'duplicate field "spec.template.spec.containers[0].imagePullPolicy"',
]


def test_fields_that_are_unknown_or_doubled(cluster: Cluster) -> None:
    strict = _strict(cluster, "Strict", _DOUBLED)
    assert strict.status == 400
    begun = 'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: '
    assert strict.message.startswith(begun)
    assert strict.message.removeprefix(begun).split(", ") == _FOUND
    warned = _strict(cluster, "Warn", _DOUBLED)
    assert warned.status == 201
    quoted = [one.removeprefix('299 - "').removesuffix('"') for one in warned.warnings]
    assert [one.replace('\\"', '"') for one in quoted] == _FOUND
    ignored = _strict(cluster, "Ignore", _DOUBLED)
    assert (ignored.status, ignored.warnings) == (201, [])
    wrong = _strict(cluster, "Sometimes", _DOUBLED)
    assert wrong.status == 422
    assert 'fieldValidation: Unsupported value: "Sometimes"' in wrong.message


# -- server-side apply


def _apply(cluster: Cluster, body: Json, manager: str, more: str = "", sub: str = "") -> Answer:
    path = f"{DEPLOYMENTS}/{body['metadata']['name']}{sub}?fieldManager={manager}{more}"
    return cluster.call("PATCH", path, json.dumps(body), APPLY)


def _owners(found: Json) -> list[tuple[str, str, str]]:
    return [
        (one["manager"], one["operation"], one.get("subresource", ""))
        for one in found["metadata"].get("managedFields") or ()
    ]


def test_apply_creates_and_is_idempotent(cluster: Cluster) -> None:
    made = _apply(cluster, deployment(), "mine")
    assert made.status == 201
    assert ("mine", "Apply", "") in _owners(made.json)
    cluster.eventually(
        lambda: cluster.call("GET", f"{DEPLOYMENTS}/web").json["status"].get("readyReplicas") == 3
    )
    cluster.on_the_plane(lambda runner: runner.settle())
    before = cluster.call("GET", f"{DEPLOYMENTS}/web").json["metadata"]["resourceVersion"]
    again = _apply(cluster, deployment(), "mine")
    assert (again.status, again.json["metadata"]["resourceVersion"]) == (200, before)


def test_apply_conflicts_force_and_handing_over(cluster: Cluster) -> None:
    assert _apply(cluster, deployment(), "mine").status == 201
    body = deployment(replicas=5)
    refused = _apply(cluster, body, "other")
    assert refused.status == 409
    assert refused.message == ('Apply failed with 1 conflict: conflict with "mine": .spec.replicas')
    assert refused.json["details"]["causes"] == [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "mine"',
            "field": ".spec.replicas",
        }
    ]
    forced = _apply(cluster, body, "other", "&force=true")
    assert forced.json["spec"]["replicas"] == 5
    both = _apply(cluster, {**body, "metadata": {"name": "web"}}, "third")
    assert both.status == 200
    # The first manager no longer owns the replicas, and leaves them out without loss.
    rest = deployment()
    del rest["spec"]["replicas"]
    kept = _apply(cluster, rest, "mine")
    assert kept.json["spec"]["replicas"] == 5
    # Nobody's field any more: it falls back to its default.
    for manager in ("other", "third"):
        last = _apply(cluster, rest, manager)
    assert last.json["spec"]["replicas"] == 1


def test_apply_merges_lists_by_their_keys(cluster: Cluster) -> None:
    body = deployment()
    assert _apply(cluster, body, "mine").status == 201
    other: Json = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "finalizers": ["example.com/a"]},
        "spec": {"template": {"spec": {"containers": [{"name": "sidecar", "image": "side:1"}]}}},
    }
    made = _apply(cluster, other, "sidecars").json
    containers = made["spec"]["template"]["spec"]["containers"]
    assert [one["name"] for one in containers] == ["webserver", "sidecar"]
    assert made["metadata"]["finalizers"] == ["example.com/a"]
    other["spec"]["template"]["spec"]["containers"] = [
        {"name": "webserver", "env": [{"name": "A", "value": "1"}]}
    ]
    other["metadata"] = {"name": "web"}
    made = _apply(cluster, other, "sidecars").json
    (container,) = made["spec"]["template"]["spec"]["containers"]
    assert (container["name"], container["env"]) == ("webserver", [{"name": "A", "value": "1"}])
    assert "finalizers" not in made["metadata"]
    mine = deployment()
    mine["spec"]["template"]["spec"]["containers"][0]["image"] = NEW
    made = _apply(cluster, mine, "mine").json
    (container,) = made["spec"]["template"]["spec"]["containers"]
    assert (container["image"], len(container["env"])) == (NEW, 1)


def test_apply_to_the_status_owns_only_the_status(cluster: Cluster) -> None:
    assert _apply(cluster, deployment(replicas=0), "mine").status == 201
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "status": {"conditions": [{"type": "Mine", "status": "True"}]},
    }
    made = _apply(cluster, body, "status-writer", sub="/status")
    assert made.status == 200, made.message
    assert "Mine" in {one["type"] for one in made.json["status"]["conditions"]}
    assert ("status-writer", "Apply", "status") in _owners(made.json)
    assert ("mine", "Apply", "") in _owners(made.json)


def test_apply_after_client_side_apply(cluster: Cluster) -> None:
    """What ``kubectl apply`` owned by its annotation goes over to the server-side manager."""
    file = cluster.folder / "d.json"
    file.write_text(json.dumps(deployment(replicas=2)))
    assert cluster.kubectl("apply", "-f", str(file)).code == 0
    changed = deployment(replicas=4)
    changed["metadata"]["labels"] = {"foo": "bar"}
    file.write_text(json.dumps(changed))
    done = cluster.kubectl("apply", "--server-side", "-f", str(file))
    assert (done.code, done.out) == (0, "deployment.apps/web serverside-applied\n"), done.err
    found = cluster.call("GET", f"{DEPLOYMENTS}/web").json
    assert found["spec"]["replicas"] == 4
    assert found["metadata"]["labels"] == {"foo": "bar"}
    managers = sorted(one for one in _owners(found) if one[0].startswith("kubectl"))
    assert managers == [("kubectl", "Apply", ""), ("kubectl-last-applied", "Apply", "")]


def test_apply_refuses(cluster: Cluster) -> None:
    nobody = cluster.call("PATCH", f"{DEPLOYMENTS}/web", json.dumps(deployment()), APPLY)
    assert nobody.status == 422
    assert "fieldManager: Required value: is required for apply patch" in nobody.message
    managed = deployment()
    managed["metadata"]["managedFields"] = [{"manager": "x"}]
    refused = _apply(cluster, managed, "mine")
    assert (refused.status, refused.message) == (400, "metadata.managedFields must be nil")
    unknown = deployment()
    unknown["spec"]["nope"] = 1
    refused = _apply(cluster, unknown, "mine")
    assert refused.status == 500
    assert ".spec.nope: field not declared in schema" in refused.message
    wrong = {**deployment(), "apiVersion": "apps/v2"}
    assert _apply(cluster, wrong, "mine").status == 400
    twice = deployment()
    twice["spec"]["template"]["spec"]["containers"] *= 2
    refused = _apply(cluster, twice, "mine")
    assert refused.status == 500
    assert 'duplicate entries for key [name="webserver"]' in refused.message


def test_owners_may_be_forgotten(cluster: Cluster) -> None:
    assert _apply(cluster, deployment(replicas=0), "mine").status == 201
    cases: tuple[tuple[list[Json], bool], ...] = (([], True), ([{}], False))
    for sent, left in cases:
        patch = {"metadata": {"managedFields": sent}}
        done = cluster.call("PATCH", f"{DEPLOYMENTS}/web", patch, MERGE)
        assert (done.status, bool(_owners(done.json))) == (200, left)
    made = _apply(cluster, deployment(replicas=0), "mine")
    assert {one[0] for one in _owners(made.json)} == {"before-first-apply", "mine"}
