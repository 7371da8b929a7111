"""Which kubectl command lines are let through."""

import shlex
from pathlib import Path

import pytest

from tests.cluster.support import BOTH, NAMESPACE, judged, offline_context, target
from tutor.cluster.cancelling import Cancel
from tutor.cluster.kubectl import Kubectl, check, plain
from tutor.model.errors import TutorError

KIND = target(judged("kind-kind", "https://127.0.0.1:1"))
OFFLINE = target(offline_context())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "answer.yaml").write_text(BOTH)
    (tmp_path / "elsewhere.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: kube-system}\n"
    )
    (tmp_path / "wide.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n")
    return tmp_path


FINE = """
get pods
get pods -o wide -w
get pod/web-0 svc/web
get all,pvc -l app=web -oyaml
get nodes
get pv,sc
describe sts web
logs web-0 -f --tail 5
logs -p web-0 -c web
exec web-0 -- hostname -f
exec web-0 -c web -- sh -c 'cat /etc/hosts | grep -n web; ls -A /'
apply -f answer.yaml
apply --server-side -f answer.yaml --field-manager me
diff -f answer.yaml
delete -f answer.yaml
delete pod web-0 --grace-period=0 --force
delete --grace-period 0 --force pod web-0
delete pod/web-0 pod/web-1
delete pods,svc -l app=web
delete all --all
delete sts web --cascade=orphan
delete statefulsets.apps web
delete statefulset.v1.apps/web
scale sts/web --replicas=3
scale --replicas 3 sts web
patch sts web -p '{"spec":{"replicas":3}}'
patch sts/web --type=merge -p '{"metadata":{"labels":{"a/b":"n"}}}'
label pod web-0 app-
label pod web-0 a.b/c=d --overwrite
annotate pod/web-0 sts-tutor.dev/release=true
annotate po/web-0 sts-tutor.dev/hold-
rollout status sts/web --timeout=30s
rollout undo statefulset/web --to-revision=1
rollout history sts web
set image sts/web web=nginx:1.30
create configmap app --from-literal=a=b
create -f answer.yaml
expose pod web-0 --port 80
run box --image=busybox -- sleep 1
wait --for=condition=Ready pod/web-0 --timeout=10s
explain sts.spec
events --for pod/web-0
api-resources
version
"""
BARRED = """
edit sts/web
config view
config use-context prod
proxy
port-forward web-0 8080:80
attach web-0
cp web-0:/etc/passwd .
debug web-0
plugin list
auth can-i get pods
certificate approve x
autoscale sts web --max 3
cluster-info dump
kustomize https://example.com/x
alpha
get pods -A
get pods -Aw
get pods -wA
get pods --all-namespaces
get pods -n kube-system
get pods -nkube-system
get pods -wn kube-system
get pods --namespace=kube-system
get pods --namespace kube-system
get --context prod pods
get pods --kubeconfig=/root/.kube/config
get pods -s https://evil.example
get pods -shttps://evil.example
get pods --server=https://evil.example --token=x
get pods --as=admin
get --raw /api/v1/secrets
delete --raw /api/v1/namespaces/default
get pods --cache-dir=/tmp
get pods --client-key=/x
get pods --log-file=/tmp/x
get pods --profile-output=/x --profile=cpu
exec -it web-0 -- sh
exec web-0 -i -- sh
exec web-0 -ti -- sh
run box -it --image=busybox
run box --image=busybox --attach
apply -f -
apply -f https://example.com/x.yaml
apply -f /etc/passwd
apply -f ../x.yaml
apply -f elsewhere.yaml
apply -felsewhere.yaml
apply --filename=wide.yaml
apply --filename wide.yaml
apply -k .
apply -Rf .
apply -f answer.yaml --prune --all
create namespace x
create ns x
create clusterrole x --verb=get --resource=pods
create token default
create -f wide.yaml
create configmap app --edit
delete ns default
delete namespace/default
delete pod,ns web
delete pods web-0 namespaces/default
delete node node-1
delete pv x
delete sc standard
delete crd x
delete events --all
label node node-1 a=b
label ns default a=b
annotate namespace sts-tutor-course app.kubernetes.io/managed-by-
patch quota sts-tutor -p '{}'
delete resourcequota sts-tutor
scale deploy,rs,foo --replicas=0
drain node-1
cordon node-1
taint node node-1 a=b:NoSchedule
set image node/x a=b
rollout restart ds/x
apply
delete
"""


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


@pytest.mark.parametrize("line", lines(FINE))
def test_what_stays_in_the_namespace(line: str, folder: Path) -> None:
    check(shlex.split(line), KIND, folder)
    check(shlex.split(line), OFFLINE, folder)


@pytest.mark.parametrize("line", lines(BARRED))
def test_what_reaches_outside(line: str, folder: Path) -> None:
    with pytest.raises(TutorError) as caught:
        check(shlex.split(line), KIND, folder)
    assert caught.value.code.startswith(("kubectl-barred", "barred-"))


@pytest.mark.parametrize(
    "line",
    ["drain node-1 --ignore-daemonsets", "cordon node-1", "label node node-1 a=b", "delete pv x",
     "delete node node-1", "taint node node-1 a=b:NoSchedule"],
)  # fmt: skip
def test_the_machines_of_the_offline_cluster_are_ours(line: str, folder: Path) -> None:
    check(shlex.split(line), OFFLINE, folder)


@pytest.mark.parametrize(
    "line", ["delete ns default", "create ns x", "get pods -A", "apply -f wide.yaml"]
)
def test_even_there_not_everything(line: str, folder: Path) -> None:
    with pytest.raises(TutorError):
        check(shlex.split(line), OFFLINE, folder)


@pytest.mark.parametrize("words", [[], [""], ["--help"], ["-n", "x", "get", "pods"], ["kubectl"]])
def test_no_verb(words: list[str], folder: Path) -> None:
    with pytest.raises(TutorError):
        check(words, KIND, folder)


def test_a_kubectl_of_ones_own_sees_only_what_it_needs(folder: Path) -> None:
    """It gets one kubeconfig, one namespace, a home of its own, and no proxy."""
    bin_ = folder / "bin"
    bin_.mkdir()
    fake = bin_ / "kubectl"
    fake.write_text('#!/bin/sh\necho "$@"\nenv\nprintf "\\033[31mred\\033[0m\\n" >&2\nexit 7\n')
    fake.chmod(0o755)
    environ = {
        "PATH": f"{bin_}:/usr/bin:/bin",
        "HOME": "/home/aiko",
        "KUBECONFIG": "/home/aiko/.kube/config",
        "HTTPS_PROXY": "http://proxy.example:1",
        "KUBE_EDITOR": "vi",
        "SECRET": "hush",
    }
    kubectl = Kubectl(KIND, folder / "own", folder, environ)
    heard: list[str] = []
    said = kubectl.run(Cancel(), ["get", "pods", "$(id)", ";", "ls"], heard.append)
    lines_ = said.out.splitlines()
    assert lines_[0] == f"get --namespace={NAMESPACE} pods $(id) ; ls"
    told = dict(line.split("=", 1) for line in lines_[1:] if "=" in line)
    assert told["KUBECONFIG"] == str(folder / "own")
    assert told["HOME"] == str(folder)
    assert not {"SECRET", "HTTPS_PROXY", "KUBE_EDITOR"} & set(told)
    assert (said.error, said.code) == ("red\n", 7)
    assert "".join(heard).count("red") == 1


def test_without_kubectl_it_says_so(folder: Path) -> None:
    kubectl = Kubectl(KIND, folder / "own", folder, {"PATH": str(folder)})
    with pytest.raises(TutorError) as caught:
        kubectl.run(Cancel(), ["get", "pods"])
    assert caught.value.code == "kubectl-missing"


def test_control_sequences_do_not_reach_the_screen() -> None:
    assert plain("a\x1b[2Jb\x07c\r\nd\te\x9b1mf") == "abc\nd\te1mf"
