"""Kinds that are kept and not acted on: they behave like objects, and nobody acts on them."""

import json
from typing import Any

import pytest

from tests.offline.api.support import Client, Reply, run
from tests.offline.api.test_unserved import path_of, warnings
from tutor.offline.resources import INERT, Resource, named

JSON = "application/json"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
POD: dict[str, Any] = {
    "metadata": {"labels": {"app": "x"}},
    "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i:1"}]},
}
LASTING: dict[str, Any] = {**POD, "spec": {**POD["spec"], "restartPolicy": "Always"}}
ROLE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "r"}
WEBHOOK = {
    "name": "a.b.example.com",
    "admissionReviewVersions": ["v1"],
    "sideEffects": "None",
    "clientConfig": {"service": {"name": "s", "namespace": "default"}},
}
DEFINITION = {
    "group": "ledger.example.com",
    "scope": "Namespaced",
    "names": {"plural": "books", "kind": "Book", "shortNames": ["bk"]},
    "versions": [
        {
            "name": version,
            "served": True,
            "storage": version == "v1",
            "subresources": {"status": {}, "scale": {
                "specReplicasPath": ".spec.members", "statusReplicasPath": ".status.members",
            }},
            "additionalPrinterColumns": [
                {"name": "Members", "type": "integer", "jsonPath": ".spec.members"}
            ],
            "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                "spec": {"type": "object", "required": ["members"], "properties": {
                    "members": {"type": "integer", "minimum": 1},
                    "currency": {"type": "string", "default": "JPY"},
                    "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                }},
                "status": {"type": "object", "properties": {"members": {"type": "integer"}}},
            }}},
        }
        for version in ("v1", "v1beta1")
    ],
}  # fmt: skip
BODIES: dict[str, dict[str, Any]] = {
    "APIService": {
        "spec": {"group": "g.example.com", "version": "v1", "groupPriorityMinimum": 1,
                 "versionPriority": 1},
    },
    "CSIDriver": {"spec": {}},
    "CertificateSigningRequest": {
        "spec": {"request": "YQ==", "signerName": "a.example.com/b", "usages": ["any"]}
    },
    "ClusterRole": {"rules": [{"verbs": ["get"], "nonResourceURLs": ["/x"]}]},
    "ClusterRoleBinding": {"roleRef": ROLE},
    "CronJob": {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": POD}}}},
    "CustomResourceDefinition": {"metadata": {"name": "books.ledger.example.com"},
                                 "spec": DEFINITION},
    "DaemonSet": {"spec": {"selector": {"matchLabels": {"app": "x"}}, "template": LASTING}},
    "DeviceClass": {"spec": {"selectors": [{"cel": {"expression": "true"}}]}},
    "FlowSchema": {"spec": {"priorityLevelConfiguration": {"name": "exempt"}}},
    "HorizontalPodAutoscaler": {
        "spec": {"maxReplicas": 3, "scaleTargetRef": {"kind": "StatefulSet", "name": "web"}}
    },
    "Ingress": {"spec": {"defaultBackend": {"service": {"name": "s", "port": {"number": 1}}}}},
    "IngressClass": {"spec": {"controller": "example.com/c"}},
    "Job": {"spec": {"template": POD}},
    "MutatingAdmissionPolicy": {"spec": {"reinvocationPolicy": "Never"}},
    "MutatingAdmissionPolicyBinding": {"spec": {"policyName": "p"}},
    "MutatingWebhookConfiguration": {"webhooks": [WEBHOOK]},
    "NetworkPolicy": {"spec": {"podSelector": {}}},
    "PodTemplate": {"template": LASTING},
    "PriorityClass": {"value": 7},
    "PriorityLevelConfiguration": {"spec": {"type": "Exempt"}},
    "ReplicationController": {"spec": {"template": LASTING}},
    "ResourceClaim": {"spec": {}},
    "ResourceClaimTemplate": {"spec": {"spec": {"devices": {"requests": [{"name": "r"}]}}}},
    "Role": {"rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]},
    "RoleBinding": {"roleRef": ROLE},
    "RuntimeClass": {"handler": "h"},
    "ValidatingAdmissionPolicy": {"spec": {"validations": [{"expression": "true"}]}},
    "ValidatingAdmissionPolicyBinding": {
        "spec": {"policyName": "p", "validationActions": ["Deny"]}
    },
    "ValidatingWebhookConfiguration": {"webhooks": [WEBHOOK]},
    "VolumeAttributesClass": {"driverName": "d.example.com", "parameters": {"a": "b"}},
}  # fmt: skip


def body_of(one: Resource) -> dict[str, Any]:
    body = dict(BODIES.get(one.kind, {}))
    body.setdefault("metadata", {"name": "x"})
    return {"apiVersion": one.api_version, "kind": one.kind, **body}


def name_of(body: dict[str, Any]) -> str:
    return str(body["metadata"]["name"])


def names(one: Resource) -> str:
    return one.name


@pytest.mark.parametrize("one", INERT, ids=names)
def test_it_is_kept_changed_shown_and_removed(one: Resource) -> None:
    async def asked() -> None:
        client = Client()
        path, body = path_of(one), body_of(one)
        made = await client.ask("POST", path, body, content_type=JSON)
        assert made.status == 201, made.text
        told = [f'299 - "{text}"' for text in one.warnings("create")]
        assert warnings(made) == told
        assert bool(told) is one.inert
        client.settle()
        where = f"{path}/{name_of(body)}"
        before = (await client.ask("GET", where)).json
        patch = {"metadata": {"labels": {"a": "b"}}}
        changed = await client.ask("PATCH", where, patch, content_type=MERGE)
        assert changed.status == 200, changed.text
        assert changed.json["metadata"]["labels"]["a"] == "b"
        assert changed.json.get("spec") == before.get("spec")
        again = await client.ask("PUT", where, changed.json, content_type=JSON)
        assert again.json == changed.json  # what was read can be written back, and changes nothing
        table = (await client.ask("GET", path, accept=TABLE)).json
        assert len(table["rows"][0]["cells"]) == len(table["columnDefinitions"])
        assert table["rows"][0]["cells"][0] == name_of(body)
        assert (await client.ask("DELETE", where)).status == 200
        client.settle()
        assert (await client.ask("GET", where)).status == 404

    run(asked())


@pytest.mark.parametrize("one", INERT, ids=names)
def test_an_apply_twice_changes_nothing(one: Resource) -> None:
    async def asked() -> None:
        client = Client()
        body = body_of(one)
        where = f"{path_of(one)}/{name_of(body)}?fieldManager=me"
        first = await client.ask("PATCH", where, body, content_type=APPLY)
        assert first.status == 201, first.text
        client.settle()
        settled = (await client.ask("GET", where)).json
        second = await client.ask("PATCH", where, body, content_type=APPLY)
        assert (second.status, second.json) == (200, settled)

    run(asked())


@pytest.mark.parametrize("one", INERT, ids=names)
def test_an_unknown_field_is_told(one: Resource) -> None:
    body = {**body_of(one), "nosuch": 1}
    path = f"{path_of(one)}?fieldValidation=Strict"
    reply = run(Client().ask("POST", path, body, content_type=JSON))
    assert reply.status == 400
    assert reply.json["message"].endswith('strict decoding error: unknown field "nosuch"')


def test_names_follow_the_rule_of_their_kind() -> None:
    async def posted(kind: str, name: str) -> Reply:
        one = next(row for row in INERT if row.kind == kind)
        body = {**body_of(one), "metadata": {"name": name}}
        return await Client().ask("POST", path_of(one), body, content_type=JSON)

    assert run(posted("Role", "system:node")).status == 201
    assert run(posted("NetworkPolicy", "system:node")).status == 422
    refused = run(posted("CustomResourceDefinition", "other"))
    assert 'must be spec.names.plural+"."+spec.group' in refused.json["message"]


def test_what_only_the_server_may_choose_cannot_be_changed() -> None:
    async def asked() -> Reply:
        client = Client()
        one = named("rolebindings.rbac.authorization.k8s.io")
        await client.create(path_of(one), body_of(one))
        patch = {"roleRef": {**ROLE, "name": "other"}}
        return await client.ask("PATCH", f"{path_of(one)}/x", patch, content_type=MERGE)

    refused = run(asked())
    assert refused.status == 422
    assert "cannot change roleRef" in refused.json["message"]


def test_a_namespace_takes_them_with_it_and_a_quota_counts_them() -> None:
    async def asked() -> None:
        client = Client()
        await client.create("/api/v1/namespaces", {"metadata": {"name": "n"}})
        client.settle()
        jobs = "/apis/batch/v1/namespaces/n/jobs"
        quota = {"metadata": {"name": "q"}, "spec": {"hard": {"count/jobs.batch": "1"}}}
        await client.create("/api/v1/namespaces/n/resourcequotas", quota)
        client.settle()
        await client.create(jobs, body_of(named("jobs.batch")))
        second = {**body_of(named("jobs.batch")), "metadata": {"name": "y"}}
        refused = await client.ask("POST", jobs, second, content_type=JSON)
        assert (refused.status, "exceeded quota: q" in refused.text) == (403, True)
        await client.ask("DELETE", "/api/v1/namespaces/n")
        client.runner.settle(quiet=20)
        assert (await client.ask("GET", "/api/v1/namespaces/n")).status == 404
        assert (await client.ask("GET", "/apis/batch/v1/jobs")).json["items"] == []

    run(asked())


def test_a_pod_has_the_priority_of_its_class() -> None:
    async def asked() -> Any:
        client = Client()
        one = named("priorityclasses.scheduling.k8s.io")
        await client.create(path_of(one), body_of(one))
        pod = {"metadata": {"name": "p"}, "spec": {**LASTING["spec"], "priorityClassName": "x"}}
        return await client.create("/api/v1/namespaces/default/pods", pod)

    assert run(asked())["spec"]["priority"] == 7


def test_an_autoscaler_is_one_object_in_two_forms() -> None:
    async def asked() -> None:
        client = Client()
        older = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers"
        given: dict[str, Any] = BODIES["HorizontalPodAutoscaler"]["spec"]
        spec = {**given, "targetCPUUtilizationPercentage": 60}
        await client.create(older, {"metadata": {"name": "x"}, "spec": spec})
        newer = (await client.ask("GET", f"{older.replace('/v1/', '/v2/')}/x")).json
        target = {"type": "Utilization", "averageUtilization": 60}
        assert newer["spec"]["metrics"] == [
            {"type": "Resource", "resource": {"name": "cpu", "target": target}}
        ]
        patch = {"spec": {"targetCPUUtilizationPercentage": 70}}
        await client.ask("PATCH", f"{older}/x", patch, content_type=MERGE)
        shown = (await client.ask("GET", f"{older}/x")).json
        assert shown["apiVersion"] == "autoscaling/v1"
        assert shown["spec"]["targetCPUUtilizationPercentage"] == 70

    run(asked())


# -- custom resources

BOOKS = "/apis/ledger.example.com/v1/namespaces/default/books"


async def library() -> Client:
    client = Client()
    one = named("customresourcedefinitions.apiextensions.k8s.io")
    await client.create(path_of(one), body_of(one))
    client.settle()
    return client


def book(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "ledger.example.com/v1",
        "kind": "Book",
        "metadata": {"name": "main"},
        "spec": {"members": 3, **spec},
    }


def test_what_a_definition_defines_is_served() -> None:
    async def asked() -> None:
        client = await library()
        rows = (await client.ask("GET", "/apis/ledger.example.com/v1")).json["resources"]
        document = await client.ask("GET", "/openapi/v3/apis/ledger.example.com/v1")
        assert "com.example.ledger.v1.Book" in document.json["components"]["schemas"]
        assert [row["name"] for row in rows] == ["books", "books/scale", "books/status"]
        groups = (await client.ask("GET", "/apis", accept=JSON)).json["groups"]
        assert [v["version"] for v in groups[-1]["versions"]] == ["v1", "v1beta1"]
        made = await client.create(BOOKS, book(free={"a": [0, "", {}]}))
        assert made["spec"] == {"members": 3, "currency": "JPY", "free": {"a": [0, "", {}]}}
        older = (await client.ask("GET", f"{BOOKS.replace('v1/n', 'v1beta1/n')}/main")).json
        assert older["apiVersion"] == "ledger.example.com/v1beta1"
        assert older["spec"] == made["spec"]
        table = (await client.ask("GET", BOOKS, accept=TABLE)).json
        assert table["rows"][0]["cells"] == ["main", 3]
        scale = (await client.ask("GET", f"{BOOKS}/main/scale")).json
        assert scale["spec"] == {"replicas": 3}
        scale["spec"]["replicas"] = 5
        await client.ask("PUT", f"{BOOKS}/main/scale", scale, content_type=JSON)
        assert (await client.ask("GET", f"{BOOKS}/main")).json["spec"]["members"] == 5

    run(asked())


@pytest.mark.parametrize(
    ("spec", "status", "words"),
    [
        ({"members": "3"}, 422, 'spec.members in body must be of type integer: "string"'),
        ({"members": 0}, 422, "spec.members in body should be greater than or equal to 1"),
        ({"nosuch": 1}, 400, 'strict decoding error: unknown field "spec.nosuch"'),
    ],
)
def test_a_custom_resource_is_held_against_its_schema(
    spec: dict[str, Any], status: int, words: str
) -> None:
    async def asked() -> Reply:
        client = await library()
        path = f"{BOOKS}?fieldValidation=Strict"
        return await client.ask("POST", path, book(**spec), content_type=JSON)

    reply = run(asked())
    assert (reply.status, words in reply.json["message"]) == (status, True), reply.text


def test_custom_resources_go_with_their_definition() -> None:
    async def asked() -> None:
        client = await library()
        await client.create(BOOKS, book())
        one = named("customresourcedefinitions.apiextensions.k8s.io")
        await client.ask("DELETE", f"{path_of(one)}/books.ledger.example.com")
        client.settle()
        assert (await client.ask("GET", BOOKS)).text == "404 page not found\n"
        assert client.runner.store.count("books.ledger.example.com") == 0

    run(asked())


def test_custom_resources_go_with_their_owner_and_their_namespace() -> None:
    async def asked() -> None:
        client = await library()
        owner = await client.create(
            "/api/v1/namespaces/default/configmaps", {"metadata": {"name": "o"}}
        )
        body = book()
        body["metadata"]["ownerReferences"] = [
            {"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": owner["metadata"]["uid"]}
        ]
        await client.create(BOOKS, body)
        await client.ask("DELETE", "/api/v1/namespaces/default/configmaps/o")
        client.settle()
        assert (await client.ask("GET", f"{BOOKS}/main")).status == 404

    run(asked())


def test_what_no_definition_defines_is_not_there() -> None:
    path = "/apis/monitoring.coreos.com/v1/namespaces/default/servicemonitors"
    reply = run(Client().ask("POST", path, json.dumps({}).encode(), content_type=JSON))
    assert (reply.status, reply.text) == (404, "404 page not found\n")
