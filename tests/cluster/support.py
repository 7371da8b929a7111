"""kubeconfigs, and a transport that sends nothing and remembers everything."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.cluster.cancelling import Cancel
from tutor.cluster.contexts import Context, contexts
from tutor.cluster.guard import Target, choose, namespace_of
from tutor.cluster.kinds import KINDS
from tutor.cluster.kubeconfig import merge
from tutor.cluster.namespaces import LIMITS
from tutor.cluster.transport import Answer, Request, Transport

FILE = "/home/learner/.kube/config"
OWN = "/home/learner/.local/share/statefulset-tutor/cluster/kubeconfig"
NAMESPACE = namespace_of("identity/headless-service")

SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.29"}]}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 80}]}
"""
BOTH = f"{SET}---\n{SERVICE}"


def config(
    name: str,
    server: str,
    *,
    cluster: Mapping[str, Any] | None = None,
    user: Mapping[str, Any] | None = None,
    current: bool = True,
) -> bytes:
    """A kubeconfig of one context, as JSON."""
    found = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name if current else "",
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "clusters": [{"name": name, "cluster": {"server": server, **(cluster or {})}}],
        "users": [{"name": name, "user": user if user is not None else {"token": "secret"}}],
    }
    return json.dumps(found).encode()


def judged(name: str, server: str, *, file: str = FILE, **more: Any) -> Context:
    """One context, judged."""
    (found,) = contexts(merge([(file, config(name, server, **more))]), OWN)
    return found


def offline_context(server: str = "https://127.0.0.1:40000") -> Context:
    return judged("sts-tutor", server, file=OWN)


def target(context: Context | None = None, namespace: str = NAMESPACE) -> Target:
    """A target that may be touched."""
    found = context or offline_context()
    return Target(choose([found], found.name), namespace, found.name, found.name)


@dataclass
class Recorder:
    """A transport that answers by itself, and remembers what it was asked."""

    requests: list[Request] = field(default_factory=list)
    reached: int = 0
    namespaces: dict[str, dict[str, Any]] = field(default_factory=dict)

    def reach(self, _: Target) -> tuple[Transport, str]:
        self.reached += 1
        return self, "{}"

    def send(self, request: Request, cancel: Cancel) -> Answer:
        cancel.check()
        self.requests.append(request)
        found = self._body(request)
        if found is None:
            status = {"kind": "Status", "code": 404, "reason": "NotFound", "message": "not found"}
            return Answer(404, json.dumps(status).encode())
        return Answer(200, json.dumps(found).encode())

    def _body(self, request: Request) -> dict[str, Any] | None:
        path, last = request.path, request.path.rpartition("/")[2]
        if path == "/version":
            return {"gitVersion": "v1.36.2"}
        if request.method == "POST" and last == "namespaces":
            body = json.loads(json.dumps(request.body))
            body["metadata"]["uid"] = f"uid-{len(self.requests)}"
            self.namespaces[body["metadata"]["name"]] = body
            return dict(body)
        if request.method == "PATCH" and last in self.namespaces:
            about = self.namespaces[last]["metadata"]
            about["annotations"] = request.body["metadata"]["annotations"]
            return self.namespaces[last]
        if request.method != "GET":
            return dict(request.body or {})
        if path.startswith("/api/v1/namespaces/") and path.count("/") == 4:
            return self.namespaces.get(last)
        if last == "default":
            return {"metadata": {"name": "default"}}
        if path.endswith("/resourcequotas/sts-tutor"):
            own = {"hard": LIMITS}
            return {"metadata": {"name": "sts-tutor"}, "spec": own, "status": own}
        if last not in {kind.plural for kind in KINDS.values()}:
            return None
        return {"kind": "List", "metadata": {"resourceVersion": "7"}, "items": []}

    def stream(self, request: Request, cancel: Cancel) -> Any:
        self.requests.append(request)
        raise AssertionError("nobody watches here")

    def close(self) -> None:
        pass

    def touched(self) -> Iterator[tuple[str, str]]:
        """Method and path of everything but looking."""
        for request in self.requests:
            if request.method != "GET":
                yield request.method, request.path
