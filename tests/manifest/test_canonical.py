import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.manifest.canonical import at_least, equal, meaning, same, value_at, values_at
from tutor.manifest.documents import Document
from tutor.manifest.quantity import QuantityError
from tutor.manifest.reader import read

BARE = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      initContainers:
      - {name: first, image: busybox:1.36}
      - {name: second, image: busybox:1.36}
      containers:
      - name: web
        image: nginx:1.27
        ports: [{containerPort: 80}, {containerPort: 443}]
        args: [a, b]
        env: [{name: A, value: a}, {name: B, value: b}]
        readinessProbe: {httpGet: {port: 80}}
        volumeMounts: [{name: data, mountPath: /data}]
      - name: side
        image: envoy
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce, ReadOnlyMany]
      resources: {requests: {storage: 1Gi}}
"""
FULL = """\
kind: StatefulSet
apiVersion: apps/v1
status: {replicas: 3}
spec:
  volumeClaimTemplates:
  - apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data, creationTimestamp: null}
    spec:
      volumeMode: Filesystem
      resources: {requests: {storage: 1024Mi}, limits: {}}
      accessModes: [ReadOnlyMany, ReadWriteOnce]
    status: {phase: Pending}
  persistentVolumeClaimRetentionPolicy: {whenScaled: Retain, whenDeleted: Retain}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}
  podManagementPolicy: OrderedReady
  revisionHistoryLimit: 10
  minReadySeconds: 0
  ordinals: {start: 0}
  serviceName: ""
  replicas: 1
  template:
    metadata:
      labels: {app: web}
      annotations: {}
    spec:
      dnsPolicy: ClusterFirst
      restartPolicy: Always
      schedulerName: default-scheduler
      securityContext: {}
      terminationGracePeriodSeconds: 30
      hostNetwork: false
      tolerations: []
      containers:
      - name: side
        image: envoy
        imagePullPolicy: Always
        resources: {}
      - image: nginx:1.27
        imagePullPolicy: IfNotPresent
        terminationMessagePath: /dev/termination-log
        terminationMessagePolicy: File
        volumeMounts: [{mountPath: /data, name: data, readOnly: false}]
        readinessProbe:
          timeoutSeconds: 1
          periodSeconds: 10
          successThreshold: 1
          failureThreshold: 3
          httpGet: {scheme: HTTP, path: /, port: 80}
        env: [{name: B, value: b}, {name: A, value: a}]
        args: [a, b]
        ports: [{containerPort: 443, protocol: TCP}, {containerPort: 80, protocol: TCP}]
        name: web
      initContainers:
      - {name: first, image: "busybox:1.36"}
      - {name: second, image: "busybox:1.36"}
  selector:
    matchLabels: {app: web}
metadata:
  namespace: default
  name: web
  uid: 0d5f3c1e
  generation: 3
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  clusterIP: None
  selector: {app: web}
  ports: [{port: 80}]
"""
STORAGE = "spec.volumeClaimTemplates[0].spec.resources.requests.storage"
POD = "spec.template.spec"


def document(text: str) -> Document:
    (found,) = read(text).documents
    return found


def test_defaults_order_and_the_servers_own_fields_do_not_count() -> None:
    assert equal(document(BARE), document(FULL))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: web\nspec", "name: wep\nspec"),
        ("args: [a, b]", "args: [b, a]"),
        ("name: first,", "name: third,"),
        ("1Gi", "1G"),
        ("containerPort: 443", "containerPort: 8443"),
        ("value: a", "value: A"),
        ("  selector:", "  replicas: 2\n  selector:"),
        ("  selector:", "  podManagementPolicy: Parallel\n  selector:"),
        ("  selector:", "  updateStrategy: {type: OnDelete}\n  selector:"),
        ("  selector:", "  updateStrategy: {rollingUpdate: {partition: 1}}\n  selector:"),
        ("image: envoy", "image: envoy\n        imagePullPolicy: Never"),
        ("image: envoy", "image: envoy\n        securityContext: {runAsUser: 0}"),
        ("image: nginx:1.27", "image: nginx:1.28"),
        ("apps/v1", "apps/v1beta2"),
    ],
)
def test_what_makes_another_object(before: str, after: str) -> None:
    assert before in BARE
    assert not equal(document(BARE), document(BARE.replace(before, after, 1)))


def test_the_order_of_init_containers_counts() -> None:
    lines = BARE.splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if "first" in line)
    lines[first : first + 2] = reversed(lines[first : first + 2])
    assert not equal(document(BARE), document("".join(lines)))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("spec.replicas", 1),
        ("spec.podManagementPolicy", "OrderedReady"),
        ("spec.updateStrategy.type", "RollingUpdate"),
        ("spec.updateStrategy.rollingUpdate.partition", 0),
        ("spec.persistentVolumeClaimRetentionPolicy.whenDeleted", "Retain"),
        ("spec.ordinals.start", 0),
        (f"{POD}.restartPolicy", "Always"),
        (f"{POD}.terminationGracePeriodSeconds", 30),
        (f"{POD}.containers[0].imagePullPolicy", "IfNotPresent"),
        (f"{POD}.containers[1].imagePullPolicy", "Always"),
        (f"{POD}.containers[0].ports[0].protocol", "TCP"),
        (f"{POD}.containers[0].readinessProbe.periodSeconds", 10),
        (f"{POD}.containers[0].livenessProbe.periodSeconds", None),
        (f"{POD}.containers[9].imagePullPolicy", None),
        ("spec.volumeClaimTemplates[0].spec.volumeMode", "Filesystem"),
        ("spec.volumeClaimTemplates[0].spec.storageClassName", None),
        ("spec.nonsense.at.all", None),
        ("metadata.namespace", "default"),
    ],
)
def test_a_default_is_answered_where_nothing_is_written(path: str, expected: Any) -> None:
    found = document(BARE)
    assert value_at(found, path) == expected
    assert value_at(found, path, with_defaults=False) is None
    assert not values_at(found, path, with_defaults=False)


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:latest", "Always"),
        ("nginx:1.27", "IfNotPresent"),
        ("localhost:5000/nginx", "Always"),
        ("localhost:5000/nginx:1", "IfNotPresent"),
        ("nginx@sha256:abc", "IfNotPresent"),
        ("nginx:latest@sha256:abc", "Always"),
    ],
)
def test_the_pull_policy_follows_the_tag(image: str, policy: str) -> None:
    text = BARE.replace("image: envoy", f"image: {image}")
    assert value_at(document(text), f"{POD}.containers[name=side].imagePullPolicy") == policy


def test_an_update_without_its_block_has_partition_0() -> None:
    text = BARE.replace("  selector:", "  updateStrategy: {type: RollingUpdate}\n  selector:", 1)
    assert value_at(document(text), "spec.updateStrategy.rollingUpdate.partition") == 0
    assert equal(document(text), document(BARE))
    text = BARE.replace("  selector:", "  updateStrategy: {type: OnDelete}\n  selector:", 1)
    assert value_at(document(text), "spec.updateStrategy.rollingUpdate.partition") is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{POD}.containers[name=side].image", ["envoy"]),
        (f"{POD}.containers[*].name", ["web", "side"]),
        (f"{POD}.containers[*].ports[containerPort=443].protocol", ["TCP"]),
        (f"{POD}.containers[name=none].image", []),
        (f"{POD}.containers[*].command", []),
        ("spec.volumeClaimTemplates[*].metadata.name", ["data"]),
    ],
)
def test_paths_through_lists(path: str, expected: list[Any]) -> None:
    assert values_at(document(BARE), path) == expected
    assert value_at(document(BARE), path) == (expected[0] if expected else None)


def test_a_list_has_a_length() -> None:
    found = value_at(document(BARE), f"{POD}.containers")
    assert isinstance(found, list)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("kind", "path", "a", "b", "expected"),
    [
        ("StatefulSet", STORAGE, "1Gi", "1024Mi", True),
        ("StatefulSet", STORAGE, "1Gi", 1073741824, True),
        ("StatefulSet", STORAGE, "1Gi", "1G", False),
        ("StatefulSet", STORAGE, "1GB", "1GB", True),
        ("StatefulSet", "metadata.name", "1Gi", "1024Mi", False),
        ("StatefulSet", "metadata.annotations.size", "1Gi", "1024Mi", False),
        ("StatefulSet", "spec.replicas", None, 1, True),
        ("StatefulSet", "spec.replicas", None, 0, False),
        ("StatefulSet", "spec.replicas", 3, "3", False),
        ("StatefulSet", "spec.replicas", True, 1, False),
        ("StatefulSet", "spec.updateStrategy", None, {"type": "RollingUpdate"}, True),
        ("StatefulSet", "spec.updateStrategy", None, {"type": "OnDelete"}, False),
        ("StatefulSet", f"{POD}.containers[0].ports", [], None, True),
        ("StatefulSet", f"{POD}.containers[0].resources", {}, None, True),
        ("StatefulSet", f"{POD}.volumes[0].emptyDir", {}, None, False),
        ("StatefulSet", f"{POD}.volumes[0]", {"name": "a", "emptyDir": {}}, {"name": "a"}, True),
        ("Service", "spec.ports[0].targetPort", 80, "80", False),
        ("Service", "spec.ports[0]", {"port": 80, "targetPort": 80}, {"port": 80}, True),
        ("Service", "spec.ports[0]", {"port": 80, "targetPort": 81}, {"port": 80}, False),
        ("Service", "spec.clusterIP", "None", "none", False),
        ("Service", "spec.clusterIP", None, "None", False),
        ("Service", "spec.type", None, "ClusterIP", True),
        ("Prometheus", "spec.storage", "1Gi", "1024Mi", False),
        ("Prometheus", "spec", {"a": 1, "b": None}, {"a": 1}, True),
        ("Prometheus", "spec", {"a": [1, 2]}, {"a": [2, 1]}, False),
    ],
)
def test_the_same_meaning(kind: str, path: str, a: Any, b: Any, expected: bool) -> None:
    assert same(kind, path, a, b) is expected
    assert same(kind, path, b, a) is expected
    if expected:
        assert hash(meaning(kind, path, a)) == hash(meaning(kind, path, b))


def test_a_service_and_its_defaults() -> None:
    text = SERVICE.replace("clusterIP: None", "clusterIP: None\n  clusterIPs: [None]")
    text = text.replace("{port: 80}", "{port: 80, protocol: TCP, targetPort: 80}")
    text += "  type: ClusterIP\n  sessionAffinity: None\n  internalTrafficPolicy: Cluster\n"
    assert equal(document(SERVICE), document(text))
    assert value_at(document(SERVICE), "spec.ports[0].targetPort") == 80


@pytest.mark.parametrize(
    ("value", "least", "expected"),
    [
        ("1Gi", "1Gi", True),
        ("1025Mi", "1Gi", True),
        ("1G", "1Gi", False),
        (2**30, "1Gi", True),
        ("1GB", "1Gi", False),
        (None, "1Gi", False),
        ({}, "1Gi", False),
    ],
)
def test_at_least(value: Any, least: str, expected: bool) -> None:
    assert at_least(value, least) is expected


def test_at_least_of_what_is_no_quantity() -> None:
    with pytest.raises(QuantityError):
        at_least("1Gi", "much")


def shuffled(value: Any, order: random.Random) -> Any:
    """The same data, with its keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: shuffled(value[key], order) for key in keys}
    if isinstance(value, list):
        return [shuffled(item, order) for item in value]
    return value


@given(st.randoms(use_true_random=False))
def test_the_order_of_keys_never_counts(order: random.Random) -> None:
    text = json.dumps(shuffled(document(FULL).data, order))
    assert equal(document(text), document(FULL))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "1Gi", "1024Mi"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "containers", "replicas", "requests"]), inner)
    ),
    max_leaves=8,
)
paths = st.sampled_from(["spec", "spec.replicas", STORAGE, POD, f"{POD}.containers", "metadata"])


@given(paths, json_values, json_values)
def test_sameness_is_what_its_name_says(path: str, a: Any, b: Any) -> None:
    assert same("StatefulSet", path, a, a)
    assert same("StatefulSet", path, a, b) == same("StatefulSet", path, b, a)
