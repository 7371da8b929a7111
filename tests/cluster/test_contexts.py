from typing import Any

import pytest

from tests.cluster.support import FILE, OWN, config, judged, offline_context
from tutor.cluster.contexts import Reason, Verdict, contexts
from tutor.cluster.kubeconfig import merge
from tutor.model.applying import ClusterKind

EXEC = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "aws"}}


@pytest.mark.parametrize(
    ("name", "server", "kind"),
    [
        ("kind-kind", "https://127.0.0.1:41231", ClusterKind.KIND),
        ("kind-prod", "https://127.0.0.1:41231", ClusterKind.KIND),
        ("k3d-dev", "https://0.0.0.0:6550", ClusterKind.K3D),
        ("k3d-dev", "https://host.docker.internal:6550", ClusterKind.K3D),
        ("minikube", "https://192.168.49.2:8443", ClusterKind.MINIKUBE),
        ("minikube", "https://127.0.0.1:52001", ClusterKind.MINIKUBE),
        ("docker-desktop", "https://kubernetes.docker.internal:6443", ClusterKind.DOCKER_DESKTOP),
        ("docker-desktop", "https://127.0.0.1:6443", ClusterKind.DOCKER_DESKTOP),
        ("rancher-desktop", "https://127.0.0.1:6443", ClusterKind.RANCHER_DESKTOP),
        ("colima", "https://127.0.0.1:6443", ClusterKind.COLIMA),
        ("colima-work", "https://192.168.106.2:6443", ClusterKind.COLIMA),
        ("orbstack", "https://127.0.0.1:26443", ClusterKind.ORBSTACK),
        ("microk8s", "https://127.0.0.1:16443", ClusterKind.MICROK8S),
        ("k3s", "https://127.0.0.1:6443", ClusterKind.K3S),
        ("default", "https://127.0.0.1:6443", ClusterKind.K3S),
        ("something", "https://[::1]:6443", ClusterKind.LOOPBACK),
    ],
)
def test_clusters_of_this_machine(name: str, server: str, kind: ClusterKind) -> None:
    found = judged(name, server)
    assert (found.kind, found.verdict, found.reasons) == (kind, Verdict.LOCAL, ())


@pytest.mark.parametrize(
    ("name", "server", "reason"),
    [
        ("kind-kind", "https://api.example.com:6443", Reason.ELSEWHERE),
        ("minikube", "https://10.20.30.40:8443", Reason.NETWORK),
        ("minikube", "https://34.1.2.3:8443", Reason.ELSEWHERE),
        ("kind-kind", "https://192.168.49.2:8443", Reason.NETWORK),
        ("work", "https://192.168.49.2:8443", Reason.NETWORK),
        ("work", "https://host.docker.internal:6443", Reason.NETWORK),
        ("docker-desktop", "https://kubernetes.docker.internal.evil.example", Reason.ELSEWHERE),
        ("microk8s", "https://192.168.1.10:16443", Reason.NETWORK),
        ("work", "https://169.254.169.254", Reason.NETWORK),
        ("proxied", "http://127.0.0.1:8001", Reason.PLAIN),
        ("rancher", "https://127.0.0.1:8443/k8s/clusters/c-x", Reason.PATH),
        ("gke_project_zone_name", "https://127.0.0.1:8443", Reason.FAR_NAME),
        ("arn:aws:eks:eu-west-1:1:cluster/x", "https://127.0.0.1:8443", Reason.FAR_NAME),
        ("shop-prod-tunnel", "https://localhost:8443", Reason.FAR_NAME),
        ("production", "https://localhost:8443", Reason.FAR_NAME),
    ],
)
def test_clusters_that_have_to_be_named(name: str, server: str, reason: Reason) -> None:
    found = judged(name, server)
    assert found.verdict is Verdict.NAMED
    assert reason in found.reasons


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"cluster": {"proxy-url": "http://127.0.0.1:3128"}}, Reason.PROXY),
        ({"cluster": {"tls-server-name": "api.example.com"}}, Reason.TUNNEL),
        ({"user": EXEC}, Reason.PROGRAM),
        ({"user": {"auth-provider": {"name": "gcp"}}}, Reason.PROVIDER),
    ],
)
@pytest.mark.parametrize("name", ["kind-kind", "minikube", "something"])
def test_an_address_of_this_machine_that_leads_on(
    name: str, more: dict[str, Any], reason: Reason
) -> None:
    found = judged(name, "https://127.0.0.1:6443", **more)
    assert (found.verdict, found.reasons) == (Verdict.NAMED, (reason,))


def test_a_network_of_minikube_with_a_certificate_nobody_checks() -> None:
    insecure = {"insecure-skip-tls-verify": True}
    assert judged("minikube", "https://192.168.49.2:8443", cluster=insecure).reasons == (
        Reason.UNVERIFIED,
    )
    assert judged("kind-kind", "https://127.0.0.1:8443", cluster=insecure).reasons == ()


def test_minikube_is_known_by_what_it_writes_beside_its_clusters() -> None:
    about = {"extensions": [{"name": "cluster_info", "extension": {
        "provider": "minikube.sigs.k8s.io", "version": "v1.37.0"}}]}  # fmt: skip
    found = judged("shop", "https://192.168.49.2:8443", cluster=about)
    assert (found.kind, found.verdict) == (ClusterKind.MINIKUBE, Verdict.LOCAL)
    far = judged("shop", "https://10.1.1.1:8443", cluster=about)
    assert far.verdict is Verdict.NAMED


def test_the_tutors_own_is_known_by_its_file_and_not_by_its_name() -> None:
    assert offline_context().kind is ClusterKind.OFFLINE
    assert judged("sts-tutor", "https://127.0.0.1:4000").kind is ClusterKind.LOOPBACK
    forged = judged("sts-tutor", "https://api.example.com", file=OWN)
    assert (forged.kind, forged.verdict) == (ClusterKind.OTHER, Verdict.NAMED)


def test_one_broken_context_does_not_hide_the_others() -> None:
    good = config("kind-kind", "https://127.0.0.1:6443", current=False)
    bad = [
        config("nowhere", "", current=True),
        config("odd", "https://127.0.0.1@evil.example", current=False),
        config("typed", "https://127.0.0.1", cluster={"proxy-url": 7}, current=False),
        config("args", "https://x.example", user={"exec": {"command": "x", "args": "y"}},
               current=False),
    ]  # fmt: skip
    files = [(f"{FILE}{at}", text) for at, text in enumerate([*bad, good])]
    found = {one.name: one for one in contexts(merge(files))}
    assert found.pop("kind-kind").verdict is Verdict.LOCAL
    assert {one.verdict for one in found.values()} == {Verdict.BROKEN}
    codes = {name: one.trouble.code for name, one in found.items() if one.trouble}
    assert codes == {
        "nowhere": "context-no-server",
        "odd": "context-server",
        "typed": "kubeconfig-field",
        "args": "kubeconfig-field",
    }


def test_a_context_that_names_what_is_not_there() -> None:
    text = b"""
contexts:
- {name: a, context: {cluster: gone, user: x}}
- {name: b, context: {cluster: here, user: gone}}
clusters:
- {name: here, cluster: {server: "https://127.0.0.1"}}
"""
    found = contexts(merge([(FILE, text)]))
    assert [one.trouble and one.trouble.code for one in found] == [
        "context-no-cluster",
        "context-no-user",
    ]


def test_secrets_are_not_shown() -> None:
    found = judged("kind-kind", "https://127.0.0.1:1", user={"token": "hush-hush"})
    assert "hush-hush" not in repr(found)
