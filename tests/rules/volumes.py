"""Manifests with volumes, and the findings of STS2xx and STS3xx on them, for tests."""

from tests.rules.manifests import service, together, workload
from tests.rules.shared import name, rule_findings
from tutor.model.findings import Finding
from tutor.rules.objects import DEFAULT_VERSION

CLAIM = """\
- metadata: {name: data}
  spec:
    storageClassName: standard
    accessModes: [ReadWriteOnce]
    resources: {requests: {storage: 10Gi}}
"""
MOUNT = "volumeMounts: [{name: data, mountPath: /data}]"


def findings(text: str, version: str = DEFAULT_VERSION) -> list[Finding]:
    """What the rules of ordering and storage find."""
    return [f for f in rule_findings(text, version) if f.code[:4] in ("STS2", "STS3")]


def codes(text: str, version: str = DEFAULT_VERSION) -> list[str]:
    """Their codes and variants: ``STS204``, ``STS207:start``."""
    return [name(f) for f in findings(text, version)]


def only(text: str, version: str = DEFAULT_VERSION) -> Finding:
    """The one finding there has to be."""
    (found,) = findings(text, version)
    return found


def ordered(spec: str = "", *, replicas: str = "replicas: 3", pod: str = "") -> str:
    """A set without volumes, and its Service."""
    lines = "\n".join(line for line in ("serviceName: nginx", replicas, spec) if line)
    return together(service(), workload(spec=lines, pod=pod))


def stored(
    claims: str = CLAIM,
    *,
    container: str = MOUNT,
    pod: str = "",
    image: str = "example.com/app:1",
    spec: str = "serviceName: nginx\nreplicas: 3",
    name: str = "web",
) -> str:
    """A set with claim templates, given as YAML items, and its Service."""
    templates = "volumeClaimTemplates:\n" + "\n".join(f"  {line}" for line in claims.splitlines())
    return together(
        service(),
        workload(
            name,
            spec=spec + ("\n" + templates if claims else ""),
            container=container,
            pod=pod,
            image=image,
        ),
    )


def pvc(mode: str = "ReadWriteOnce", *, name: str = "files", extra: str = "") -> str:
    """A PersistentVolumeClaim of its own."""
    return f"""\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: {name}}}
spec:
  storageClassName: standard
  accessModes: [{mode}]
  resources: {{requests: {{storage: 1Gi}}}}
{extra}"""
