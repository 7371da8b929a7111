"""Small manifests for tests, put together from parts."""

from textwrap import indent


def service(
    name: str = "nginx",
    *,
    namespace: str = "",
    spec: str = "clusterIP: None",
    selector: str = "app: web",
    ports: str = "[{name: http, port: 80}]",
) -> str:
    """A Service; headless and selecting ``app: web`` unless told otherwise."""
    lines = ["apiVersion: v1", "kind: Service", "metadata:", f"  name: {name}"]
    if namespace:
        lines.append(f"  namespace: {namespace}")
    lines.append("spec:")
    if spec:
        lines.append(indent(spec, "  "))
    if selector:
        lines.append(f"  selector: {{{selector}}}")
    lines.append(f"  ports: {ports}")
    return "\n".join(lines) + "\n"


def workload(
    name: str = "web",
    *,
    kind: str = "StatefulSet",
    namespace: str = "",
    spec: str = "serviceName: nginx\nreplicas: 3",
    selector: str = "app: web",
    labels: str = "app: web",
    pod: str = "",
    container: str = "",
    image: str = "nginx:1.27",
) -> str:
    """A StatefulSet, or another kind with a Pod template."""
    lines = ["apiVersion: apps/v1", f"kind: {kind}", "metadata:", f"  name: {name}"]
    if namespace:
        lines.append(f"  namespace: {namespace}")
    lines.append("spec:")
    if spec:
        lines.append(indent(spec, "  "))
    lines += [
        f"  selector: {{matchLabels: {{{selector}}}}}",
        "  template:",
        f"    metadata: {{labels: {{{labels}}}}}",
        "    spec:",
    ]
    if pod:
        lines.append(indent(pod, "      "))
    lines += [
        "      containers:",
        "      - name: app",
        f"        image: {image}",
        "        readinessProbe: {tcpSocket: {port: 80}}",
    ]
    if container:
        lines.append(indent(container, "        "))
    return "\n".join(lines) + "\n"


def deployment(name: str = "admin", *, labels: str = "app: admin", container: str = "") -> str:
    """A Deployment that has nothing to do with the set."""
    return workload(
        name, kind="Deployment", spec="", selector=labels, labels=labels, container=container
    )


def together(*objects: str) -> str:
    """One file of several objects."""
    return "---\n".join(objects)


def claim(
    name: str = "data", *, size: str = "1Gi", spec: str = "accessModes: [ReadWriteOnce]"
) -> str:
    """An item of ``volumeClaimTemplates``, as flow YAML."""
    inner = ", ".join(line for line in spec.splitlines() if line)
    return (
        f"{{metadata: {{name: {name}}}, spec: {{{inner}, storageClassName: standard, "
        f"resources: {{requests: {{storage: {size}}}}}}}}}"
    )


def stateful(*claims: str, name: str = "web", extra: str = "") -> str:
    """A StatefulSet with these claim templates, each mounted."""
    mounts = ", ".join(f"{{name: {n}, mountPath: /{n}}}" for n in ("data",))
    return workload(
        name,
        spec=f"serviceName: nginx\nreplicas: 3\nvolumeClaimTemplates: [{', '.join(claims)}]"
        + (f"\n{extra}" if extra else ""),
        container=f"volumeMounts: [{mounts}]",
    )
