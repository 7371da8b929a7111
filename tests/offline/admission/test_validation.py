"""Refusals and warnings beyond those of the recordings."""

import random
from typing import Any

import pytest

from tests.offline.recordings import recording, step
from tutor.offline.admission.chain import Rules
from tutor.offline.admission.decode import decode
from tutor.offline.admission.patch.merge import apply as merge
from tutor.offline.clock import Clock
from tutor.offline.errors import ApiError
from tutor.offline.requests import Raw, Request
from tutor.offline.resources import named
from tutor.offline.runner import Runner

LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must"
    " start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for"
    " validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)


class Cluster:
    def __init__(self, **gates: bool) -> None:
        clock, chance = Clock(1.7e9), random.Random(3)
        runner = Runner([], Rules(clock, chance, gates), chance, clock=clock, gates=gates)
        self.registry, self.store = runner.registry, runner.store
        self.store.create("namespaces", {"metadata": {"name": "NS", "uid": "ns"}})
        self.store.create(
            "serviceaccounts", {"metadata": {"name": "default", "namespace": "NS", "uid": "sa"}}
        )
        self.warnings: list[str] = []

    def create(self, resource: str, obj: dict[str, Any]) -> dict[str, Any]:
        request = Request("create", named(resource), "NS", field_manager="me")
        if not named(resource).namespaced:
            request.namespace = ""
        made = self.registry.create(request, obj)
        self.warnings = request.warnings
        return made

    def patch(self, resource: str, name: str, patch: Any, subresource: str = "") -> dict[str, Any]:
        namespace = "NS" if named(resource).namespaced else ""
        request = Request(
            "patch",
            named(resource),
            namespace,
            name,
            subresource,
            patch_type="merge",
            field_manager="me",
        )
        return self.registry.patch(request, patch)[0]


def a_set(**spec: Any) -> dict[str, Any]:
    body = recording("i01")["steps"][5]["op"]["body"]
    made: dict[str, Any] = merge(body, {"spec": spec})
    return made


def a_pod(**spec: Any) -> dict[str, Any]:
    base = {"containers": [{"name": "c", "image": "nginx"}]}
    return {"metadata": {"name": "p"}, "spec": {**base, **spec}}


def a_service(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}], **spec}}


def a_claim(**spec: Any) -> dict[str, Any]:
    base = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return {"metadata": {"name": "data"}, "spec": {**base, **spec}}


def refusal(resource: str, obj: dict[str, Any], cluster: Cluster | None = None) -> list[str]:
    with pytest.raises(ApiError) as error:
        (cluster or Cluster()).create(resource, obj)
    causes = error.value.details.get("causes")
    if not causes:
        return [error.value.message]
    return [f"{one['field']}: {one['message']}" for one in causes]


@pytest.mark.parametrize(
    ("resource", "obj", "expected"),
    [
        (
            "services",
            a_service(type="NodePort", clusterIP="None"),
            ["spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort"
             " services"],
        ),
        ("services", a_service(ports=[]), ["spec.ports: Required value"]),
        (
            "services",
            a_service(ports=[{"port": 80}, {"port": 81, "name": "b"}]),
            ["spec.ports[0].name: Required value"],
        ),
        (
            "services",
            a_service(ports=[{"port": 0}]),
            ["spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
             "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive"],
        ),
        (
            "services",
            a_service(clusterIP="none"),
            ['spec.clusterIPs[0]: Invalid value: "none": must be a valid IP address, (e.g. 10.9.8.7'
             " or 2001:db8::ffff)"],
        ),
        (
            "persistentvolumeclaims",
            a_claim(accessModes=["ReadWriteOncePod", "ReadWriteOnce"]),
            ["spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"],
        ),
        (
            "persistentvolumeclaims",
            a_claim(resources={}),
            ["spec.resources[storage]: Required value"],
        ),
        (
            "pods",
            a_pod(containers=[]),
            ["spec.containers: Required value"],
        ),
        (
            "pods",
            a_pod(containers=[{"name": "c", "image": "i", "readinessProbe": {}}]),
            ["spec.containers[0].readinessProbe: Required value: must specify a handler type"],
        ),
        (
            "pods",
            a_pod(containers=[{"name": "c", "image": "i", "livenessProbe": {
                "exec": {"command": ["x"]}, "successThreshold": 2}}]),
            ["spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"],
        ),
        ("pods", a_pod(hostname="A"), [f'spec.hostname: Invalid value: "A": {LABEL}']),
        (
            "pods",
            a_pod(containers=[{"name": "c", "image": "i", "volumeMounts": [
                {"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/a"}]}],
                volumes=[{"name": "v"}]),
            ['spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique'],
        ),
        (
            "pods",
            a_pod(serviceAccountName="none"),
            ['pods "p" is forbidden: error looking up service account NS/none: serviceaccount'
             ' "none" not found'],
        ),
        (
            "poddisruptionbudgets.policy",
            {"metadata": {"name": "b"}, "spec": {"minAvailable": "101%"}},
            ['spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
        ),
        (
            "configmaps",
            {"metadata": {"name": "c"}, "data": {"a b": "x"}},
            ['data[a b]: Invalid value: "a b": a valid config key must consist of alphanumeric'
             " characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex"
             " used for validation is '[-._a-zA-Z0-9]+')"],
        ),
        (
            "deployments.apps",
            {"metadata": {"name": "d"}, "spec": {
                "selector": {"matchLabels": {"a": "b"}},
                "strategy": {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}},
                "template": {"metadata": {"labels": {"a": "b"}}, "spec": {
                    "containers": [{"name": "c", "image": "i"}]}}}},
            ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is"
             " 'Recreate'"],
        ),
    ],
)  # fmt: skip
def test_refusals(resource: str, obj: dict[str, Any], expected: list[str]) -> None:
    assert refusal(resource, obj) == expected


def test_a_pod_may_change_its_image_and_little_else() -> None:
    cluster = Cluster()
    cluster.create("pods", a_pod())
    image = [{"name": "c", "image": "nginx:2"}]
    made = cluster.patch("pods", "p", {"spec": {"containers": _mounted(cluster, image)}})
    assert made["spec"]["containers"][0]["image"] == "nginx:2"
    with pytest.raises(ApiError) as error:
        cluster.patch("pods", "p", {"spec": {"hostname": "other"}})
    assert error.value.message.endswith(
        "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously"
        " negative)\n" + error.value.message.partition("negative)\n")[2]
    )
    assert '- "Hostname": "",\n+ "Hostname": "other",\n' in error.value.message


def _mounted(cluster: Cluster, containers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    pod = cluster.store.get("pods", "NS/p")
    assert pod is not None
    return [{**pod["spec"]["containers"][0], **one} for one in containers]


def test_an_address_once_given_stays() -> None:
    cluster = Cluster()
    made = cluster.create("services", a_service())
    assert made["spec"]["clusterIP"].startswith("10.96.")
    again = cluster.patch("services", "s", {"spec": {"selector": {"a": "b"}}})
    assert again["spec"]["clusterIP"] == made["spec"]["clusterIP"]
    with pytest.raises(ApiError) as error:
        cluster.patch("services", "s", {"spec": {"clusterIP": "None"}})
    assert 'spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set' in str(
        error.value
    )


def test_node_ports_are_given_and_given_back() -> None:
    cluster = Cluster()
    made = cluster.create("services", a_service(type="NodePort"))
    port = made["spec"]["ports"][0]["nodePort"]
    assert 30000 <= port <= 32767
    taken = {"metadata": {"name": "t"}, "spec": {
        "type": "NodePort", "ports": [{"port": 80, "nodePort": port}]}}  # fmt: skip
    assert refusal("services", taken, cluster) == [
        f"spec.ports[0].nodePort: Invalid value: {port}: provided port is already allocated"
    ]
    back = cluster.patch("services", "s", {"spec": {"type": "ClusterIP"}})
    assert "nodePort" not in back["spec"]["ports"][0]
    assert "externalTrafficPolicy" not in back["spec"]


def test_a_quota_counts_what_is_there() -> None:
    cluster = Cluster()
    cluster.create("resourcequotas", {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}})
    cluster.create("pods", a_pod())
    second = {**a_pod(), "metadata": {"name": "p2"}}
    assert refusal("pods", second, cluster) == [
        'pods "p2" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited:'
        " pods=1"
    ]


def test_a_quota_of_memory_wants_it_said() -> None:
    cluster = Cluster()
    hard = {"requests.memory": "1Gi"}
    cluster.create("resourcequotas", {"metadata": {"name": "q"}, "spec": {"hard": hard}})
    assert refusal("pods", a_pod(), cluster) == [
        'pods "p" is forbidden: failed quota: q: must specify requests.memory for: c'
    ]
    limits = {"limits": {"memory": "2Gi"}}
    big = a_pod(containers=[{"name": "c", "image": "i", "resources": limits}])
    assert refusal("pods", big, cluster) == [
        'pods "p" is forbidden: exceeded quota: q, requested: requests.memory=2Gi, used:'
        " requests.memory=0, limited: requests.memory=1Gi"
    ]


def test_max_unavailable_needs_its_gate() -> None:
    wanted = a_set(updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}})
    without = Cluster().create("statefulsets.apps", wanted)
    assert without["spec"]["updateStrategy"]["rollingUpdate"] == {"partition": 0}
    having = Cluster(MaxUnavailableStatefulSet=True).create("statefulsets.apps", wanted)
    assert having["spec"]["updateStrategy"]["rollingUpdate"] == {
        "maxUnavailable": 2,
        "partition": 0,
    }


def test_warnings() -> None:
    cluster = Cluster()
    cluster.create("statefulsets.apps", a_set(revisionHistoryLimit=-1))
    assert cluster.warnings == [
        "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0"
        " is recommended"
    ]
    env = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    cluster.create("pods", a_pod(containers=[{"name": "c", "image": "i", "env": env}]))
    assert cluster.warnings == [
        'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when'
        " using apply"
    ]


def test_a_default_class_is_the_newest_one_marked() -> None:
    cluster = Cluster()
    marked = {"storageclass.kubernetes.io/is-default-class": "true"}
    for name, made in (("old", "2024-01-01T00:00:00Z"), ("new", "2025-01-01T00:00:00Z")):
        metadata = {"name": name, "uid": name, "annotations": marked, "creationTimestamp": made}
        cluster.store.create("storageclasses.storage.k8s.io", {"metadata": metadata})
    assert cluster.create("persistentvolumeclaims", a_claim())["spec"]["storageClassName"] == "new"
    named_none = {**a_claim(storageClassName=""), "metadata": {"name": "static"}}
    assert cluster.create("persistentvolumeclaims", named_none)["spec"]["storageClassName"] == ""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"a" 1}', "invalid character '1' after object key"),
        ("{'a': 1}", "invalid character '\\'' looking for beginning of object key string"),
        ('{"a": tru}', "invalid character '}' in literal true (expecting 'e')"),
        ('{"a": 01}', "invalid character '1' after object key:value pair"),
        ('{"a": "\\x"}', "invalid character 'x' in string escape code"),
        ("[1 2]", "invalid character '2' after array element"),
        ("{} {}", "invalid character '{' after top-level value"),
        ('{"a": NaN}', "invalid character 'N' looking for beginning of value"),
        ('{"a": 1.}', "invalid character '}' after decimal point in numeric literal"),
    ],
)
def test_json_is_refused_in_go_s_words(body: str, expected: str) -> None:
    with pytest.raises(ApiError) as error:
        decode(body.encode(), "application/json", "StatefulSet", "apps/v1")
    assert f"json parse error: {expected} (" in error.value.message


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ('"spec":{"replicas":1.5}', "number 1.5 into Go struct field StatefulSetSpec.spec.replicas"
         " of type int32"),
        ('"spec":{"template":[]}', "array into Go struct field StatefulSetSpec.spec.template of"
         " type v1.PodTemplateSpec"),
        ('"spec":{"volumeClaimTemplates":{}}', "object into Go struct field"
         " StatefulSetSpec.spec.volumeClaimTemplates of type []v1.PersistentVolumeClaim"),
        ('"spec":{"podManagementPolicy":true}', "bool into Go struct field"
         " StatefulSetSpec.spec.podManagementPolicy of type v1.PodManagementPolicyType"),
        ('"metadata":{"labels":["a"]}', "array into Go struct field ObjectMeta.metadata.labels of"
         " type map[string]string"),
    ],
)  # fmt: skip
def test_mistyped_fields(fields: str, expected: str) -> None:
    with pytest.raises(ApiError) as error:
        decode(f"{{{fields}}}".encode(), "", "StatefulSet", "apps/v1")
    assert error.value.message == (
        'StatefulSet in version "v1" cannot be handled as a StatefulSet: json: cannot unmarshal '
        + expected
    )


def test_doubled_keys_in_json() -> None:
    body = b'{"metadata":{"name":"a","name":"b"},"spec":{"replicas":1,"replicas":2}}'
    found = decode(body, "", "StatefulSet", "apps/v1")
    assert found.warnings == ('duplicate field "metadata.name"', 'duplicate field "spec.replicas"')
    assert found.obj["spec"]["replicas"] == 2
    with pytest.raises(ApiError) as error:
        decode(body, "", "StatefulSet", "apps/v1", "Strict")
    assert error.value.message.endswith(
        'strict decoding error: duplicate field "metadata.name", duplicate field "spec.replicas"'
    )


def test_a_strategic_patch_that_fits_no_type() -> None:
    cluster = Cluster()
    cluster.create("statefulsets.apps", a_set())
    request = Request(
        "patch", named("statefulsets.apps"), "NS", "m", patch_type="strategic", field_manager="me"
    )
    for sent, shown, why in (
        ('"replicas":"x"', "replicas:x", "unrecognized type: int32"),
        ('"template":[1]', "template:[1]", "cannot restore struct from: slice"),
        (
            '"volumeClaimTemplates":"x"',
            "volumeClaimTemplates:x",
            "cannot restore slice from string",
        ),
    ):
        with pytest.raises(ApiError) as error:
            cluster.registry.patch(request, Raw(f'{{"spec":{{{sent}}}}}'.encode()))
        assert error.value.code == 422
        assert error.value.message == (
            f' "" is invalid: patch: Invalid value: "map[spec:map[{shown}]]": {why}'
        )


def test_the_recorded_difference_of_a_claim() -> None:
    refused = step("d11", "change accessModes of bound PVC")["result"]["body"]["message"]
    cluster = Cluster()
    cluster.create("persistentvolumeclaims", a_claim(storageClassName="standard"))
    modes = {"spec": {"accessModes": ["ReadWriteMany"]}}
    with pytest.raises(ApiError) as error:
        cluster.patch("persistentvolumeclaims", "data", modes)
    assert error.value.message == refused.replace("data-web-0", "data")
