"""Manifests of the suites, and how to look at what became of them."""

from typing import Any

from tests.suites.server import Cluster

NS = "default"
LABELS = {"foo": "bar", "baz": "blah"}
SELECTOR = "foo=bar"
OLD, NEW = "httpd:2.4.38-4", "httpd:2.4.39-4"
HOLD = "sts-tutor.dev/hold"
Json = dict[str, Any]


def template(labels: Json | None = None, image: str = OLD, **annotations: str) -> Json:
    """A Pod template; ``hold="true"`` keeps its Pods from becoming Ready."""
    knobs = {f"sts-tutor.dev/{name}": value for name, value in annotations.items()}
    metadata: Json = {"labels": labels or LABELS}
    if knobs:
        metadata["annotations"] = knobs
    return {
        "metadata": metadata,
        "spec": {"containers": [{"name": "webserver", "image": image}]},
    }


def claim(name: str, **spec: Any) -> Json:
    asked = {"requests": {"storage": "1Gi"}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": asked, **spec},
    }


def stateful_set(
    name: str = "ss", replicas: int = 3, *, claims: bool = False, hold: bool = False, **spec: Any
) -> Json:
    pods = template(hold="true") if hold else template()
    made: Json = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {
            "serviceName": "test",
            "replicas": replicas,
            "selector": {"matchLabels": LABELS},
            "template": pods,
            **spec,
        },
    }
    if claims:
        made["spec"]["volumeClaimTemplates"] = [claim("datadir")]
        made["spec"]["template"]["spec"]["containers"][0]["volumeMounts"] = [
            {"name": "datadir", "mountPath": "/data/"}
        ]
    return made


def deployment(name: str = "web", replicas: int = 3, **spec: Any) -> Json:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": LABELS},
            "template": template(),
            **spec,
        },
    }


def pod(name: str = "pod", labels: Json | None = None, **spec: Any) -> Json:
    containers = [{"name": "c", "image": OLD}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": {"containers": containers, **spec},
    }


class Set:
    """A StatefulSet in the cluster.

    Args:
        cluster: Where.
        body: Its manifest; it is created.
    """

    def __init__(self, cluster: Cluster, body: Json) -> None:
        self.cluster = cluster
        self.apps, self.core = cluster.apps, cluster.core
        self.name: str = body["metadata"]["name"]
        self.apps.create_namespaced_stateful_set(NS, body)

    def read(self) -> Any:
        return self.apps.read_namespaced_stateful_set(self.name, NS)

    def patch(self, **spec: Any) -> Any:
        return self.apps.patch_namespaced_stateful_set(self.name, NS, {"spec": spec})

    def image(self, image: str) -> None:
        container = {"name": "webserver", "image": image}
        self.patch(template={"spec": {"containers": [container]}})

    def pods(self) -> dict[int, Any]:
        """Its Pods by ordinal."""
        found = self.core.list_namespaced_pod(NS, label_selector=SELECTOR).items
        return dict(sorted((int(one.metadata.name.rpartition("-")[2]), one) for one in found))

    def ready(self) -> list[int]:
        """The ordinals of its Pods that are Ready and not on their way out."""
        return [n for n, one in self.pods().items() if is_ready(one) and not terminating(one)]

    def revisions(self) -> list[str]:
        """The revision of every Pod, by ordinal."""
        label = "controller-revision-hash"
        return [one.metadata.labels[label] for one in self.pods().values()]

    def images(self) -> list[str]:
        return [one.spec.containers[0].image for one in self.pods().values()]

    def wait_ready(self, *ordinals: int) -> None:
        """Wait for exactly these Pods, all of them Ready, and for the status to say so."""

        def there() -> bool:
            pods, status = self.pods(), self.read().status
            return (
                tuple(pods) == ordinals
                and all(is_ready(one) and not terminating(one) for one in pods.values())
                and (status.ready_replicas or 0) == len(ordinals)
            )

        self.cluster.eventually(there)

    def wait_rolled(self) -> None:
        """Wait for the end of a rolling update."""

        def over() -> bool:
            found = self.read()
            status = found.status
            seen = status.observed_generation == found.metadata.generation
            promoted = status.current_revision == status.update_revision
            return seen and promoted and bool(status.ready_replicas == found.spec.replicas)

        self.cluster.eventually(over)

    def hold(self, ordinal: int) -> None:
        """Make a Pod not Ready, and wait for that."""
        self._annotate(ordinal, "true")
        self.cluster.eventually(lambda: ordinal not in self.ready())

    def release(self, ordinal: int) -> None:
        """Let a Pod become Ready."""
        self._annotate(ordinal, None)

    def _annotate(self, ordinal: int, value: str | None) -> None:
        patch = {"metadata": {"annotations": {HOLD: value}}}
        self.core.patch_namespaced_pod(f"{self.name}-{ordinal}", NS, patch)

    def delete_pods(self, *ordinals: int) -> None:
        """Delete Pods, and wait until others stand in their places."""
        before = {n: one.metadata.uid for n, one in self.pods().items()}
        for ordinal in ordinals:
            self.core.delete_namespaced_pod(f"{self.name}-{ordinal}", NS)

        def replaced() -> bool:
            now = {n: one.metadata.uid for n, one in self.pods().items()}
            return now.keys() == before.keys() and all(now[n] != before[n] for n in ordinals)

        self.cluster.eventually(replaced)

    def stays(self, *ordinals: int) -> None:
        """See that there are these Pods, and that no amount of waiting changes that."""
        self.cluster.eventually(lambda: tuple(self.pods()) == ordinals)
        self.cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 60))
        assert tuple(self.pods()) == ordinals


def is_ready(one: Any) -> bool:
    conditions = one.status.conditions or ()
    return any(found.type == "Ready" and found.status == "True" for found in conditions)


def terminating(one: Any) -> bool:
    return bool(one.metadata.deletion_timestamp)


def names(listed: Any) -> list[str]:
    return [one.metadata.name for one in listed.items]
