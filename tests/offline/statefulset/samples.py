"""Objects for the tests of the StatefulSet controller."""

from datetime import UTC, datetime
from typing import Any

from tutor.offline.objects import Obj

PODS, CLAIMS, SETS = "pods", "persistentvolumeclaims", "statefulsets.apps"
NS = "NS"


def stamp(now: float) -> str:
    return datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def set_ready(pod: Obj, now: float, ready: str, phase: str = "Running") -> None:
    """Write phase and the condition Ready into a Pod."""
    status = pod["status"]
    status["phase"] = phase
    before = next((one for one in status.get("conditions", ()) if one["type"] == "Ready"), None)
    if before and before["status"] == ready:
        return
    status["conditions"] = [{"type": "Ready", "status": ready, "lastTransitionTime": stamp(now)}]


def stateful_set(name: str = "web", replicas: int = 3, **spec: Any) -> Obj:
    """A StatefulSet as the API server stores it, with one claim template."""
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name, "namespace": NS, "labels": {"app": name}},
        "spec": {
            "serviceName": name,
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {
                    "containers": [{"name": "app", "image": "nginx:1.25", "resources": {}}],
                    "terminationGracePeriodSeconds": 2,
                },
            },
            "volumeClaimTemplates": [
                {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "metadata": {"name": "data"},
                    "spec": {
                        "accessModes": ["ReadWriteOnce"],
                        "resources": {"requests": {"storage": "1Gi"}},
                    },
                    "status": {"phase": "Pending"},
                }
            ],
            "podManagementPolicy": "OrderedReady",
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
            "revisionHistoryLimit": 10,
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            **spec,
        },
    }


def image(name: str, obj: Obj) -> None:
    """Change the image of a set's template."""
    obj["spec"]["template"]["spec"]["containers"][0]["image"] = name
