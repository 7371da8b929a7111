import json
from typing import Any

import pytest

from tests.cluster.support import FILE, OWN, config, judged, offline_context
from tutor.cluster.contexts import Context, Reason, Verdict, contexts
from tutor.cluster.kubeconfig import merge
from tutor.model.applying import ClusterKind, Evidence

EXEC = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "aws"}}


@pytest.mark.parametrize(
    ("name", "server", "kind"),
    [
        ("kind-kind", "https://127.0.0.1:41231", ClusterKind.KIND),
        ("kind-product-catalog", "https://127.0.0.1:41231", ClusterKind.KIND),
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
        ("default", "https://127.0.0.1:6443", ClusterKind.K3S),
        ("docker-for-desktop", "https://localhost:6443", ClusterKind.DOCKER_DESKTOP),
    ],
)
def test_clusters_of_this_machine(name: str, server: str, kind: ClusterKind) -> None:
    found = judged(name, server)
    assert (found.kind, found.verdict, found.reasons) == (kind, Verdict.LOCAL, ())
    assert found.evidence is Evidence.NAMES


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
        ("something", "https://[::1]:6443", Reason.UNKNOWN),
        ("k3s", "https://127.0.0.1:6443", Reason.UNKNOWN),
        ("default", "https://127.0.0.1:16443", Reason.NETWORK),
        ("shop-prod-tunnel", "https://localhost:8443", Reason.PRODUCTION),
        ("kind-prod", "https://127.0.0.1:41231", Reason.PRODUCTION),
        ("k3d-本番", "https://127.0.0.1:41231", Reason.PRODUCTION),
        ("kind-ｓｔｇ", "https://127.0.0.1:41231", Reason.PRODUCTION),
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
@pytest.mark.parametrize("name", ["kind-kind", "minikube", "something", "docker-desktop"])
def test_an_address_of_this_machine_that_leads_on(
    name: str, more: dict[str, Any], reason: Reason
) -> None:
    found = judged(name, "https://127.0.0.1:6443", **more)
    assert (found.verdict, found.reasons) == (Verdict.NAMED, (reason,))


@pytest.mark.parametrize(
    ("name", "server"),
    [("minikube", "https://192.168.49.2:8443"), ("kind-kind", "https://127.0.0.1:8443"),
     ("docker-for-desktop", "https://localhost:6443"), ("something", "https://127.0.0.1:1")],
)  # fmt: skip
def test_a_certificate_that_nobody_checks(name: str, server: str) -> None:
    insecure = {"insecure-skip-tls-verify": True}
    found = judged(name, server, cluster=insecure)
    assert found.verdict is Verdict.NAMED
    assert Reason.UNVERIFIED in found.reasons


def whole(**changes: Any) -> Context:
    """What kind writes, but for a few names."""
    given = {"context": "kind-a", "cluster": "kind-a", "user": "kind-a", "file": FILE, **changes}
    text = {
        "current-context": given["context"],
        "contexts": [{"name": given["context"], "context": {
            "cluster": given["cluster"], "user": given["user"],
            "namespace": given.get("namespace", "")}}],
        "clusters": [{"name": given["cluster"], "cluster": {
            "server": "https://127.0.0.1:41231", **given.get("in_cluster", {})}}],
        "users": [{"name": given["user"], "user": given.get("in_user", {"token": "prod"})}],
    }  # fmt: skip
    (found,) = contexts(merge([(given["file"], json.dumps(text).encode())]), OWN)
    return found


def test_what_kind_writes_is_recognised_by_cluster_and_user() -> None:
    for fine in ({}, {"context": "dev"}, {"namespace": "web"}):
        assert whole(**fine).verdict is Verdict.LOCAL, fine
    for other in ({"cluster": "kind-b"}, {"user": "admin"}, {"cluster": "shop", "user": "shop"}):
        assert whole(**other).reasons == (Reason.UNKNOWN,), other


@pytest.mark.parametrize(
    "change",
    [
        {"context": "prod"},
        {"context": "MyProd"},
        {"cluster": "kind-prd", "user": "kind-prd"},
        {"user": "prod-admin"},
        {"namespace": "shop-live"},
        {"file": "/home/learner/.kube/prod.yaml"},
        {"in_cluster": {"certificate-authority": "/etc/ssl/production-ca.crt"}},
        {"in_cluster": {"tls-server-name": "api.stg.example.com"}},
        {"in_cluster": {"proxy-url": "http://prod-bastion:3128"}},
        {"in_user": {"client-certificate": "C:\\certs\\prod.crt"}},
        {"in_user": {"username": "本番管理者", "password": "x"}},
        {"in_user": {"token": "x", "as": "prod-deployer"}},
        {"in_user": {"exec": {"command": "tsh", "args": ["kube", "--kube-cluster=prod-eu"]}}},
        {
            "in_user": {
                "exec": {"command": "aws", "env": [{"name": "AWS_PROFILE", "value": "prod"}]}
            }
        },
        {"in_user": {"auth-provider": {"name": "oidc", "config": {"client-id": "k8s-prod"}}}},
    ],
)
def test_any_name_that_says_production(change: dict[str, Any]) -> None:
    found = whole(**change)
    assert found.verdict is Verdict.NAMED
    assert Reason.PRODUCTION in found.reasons
    assert found.telltale


def test_a_secret_is_no_name() -> None:
    assert whole(in_user={"token": "prod"}).telltale == ""
    assert whole(in_cluster={"certificate-authority-data": "prod"}).telltale == ""


def test_minikube_is_known_by_what_it_writes_beside_its_clusters() -> None:
    about = {"extensions": [{"name": "cluster_info", "extension": {
        "provider": "minikube.sigs.k8s.io", "version": "v1.37.0"}}]}  # fmt: skip
    found = judged("shop", "https://192.168.49.2:8443", cluster=about)
    assert (found.kind, found.verdict) == (ClusterKind.MINIKUBE, Verdict.LOCAL)
    assert found.evidence is Evidence.MARK
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
