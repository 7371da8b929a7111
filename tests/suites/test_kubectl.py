"""The real kubectl: what it says of what the cluster answers.

Every line is kubectl's own text; where a recording of a real cluster holds it, it is the same.
"""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.suites.samples import NEW, NS, OLD, SELECTOR, Json, names, stateful_set
from tests.suites.server import Cluster, Kubectl

pytestmark = pytest.mark.kubectl
ROLLED = "partitioned roll out complete: {} new pods have been updated...\n"
READY = "rollout status sts/web --timeout=10s"


class Shell:
    """A shell with kubectl, and a StatefulSet ``web`` in a file.

    Args:
        cluster: Which kubectl speaks to.
        body: The manifest in ``set.json``.
    """

    def __init__(self, cluster: Cluster, body: Json) -> None:
        self.cluster, self.body = cluster, body
        self.file = cluster.folder / "set.json"
        self.write(body)

    def write(self, body: Json) -> None:
        self.file.write_text(json.dumps(body))

    def __call__(self, line: str, stdin: str = "", **env: str) -> Kubectl:
        words = [word.replace("FILE", str(self.file)) for word in shlex.split(line)]
        return self.cluster.kubectl(*words, stdin=stdin, env=env)

    def says(self, line: str, out: str) -> None:
        """See that a command works, and what it prints."""
        done = self(line)
        assert (done.code, done.out, done.err) == (0, out, ""), line

    def fails(self, line: str, err: str, code: int = 1) -> None:
        """See that a command fails, and what it prints as its error."""
        done = self(line)
        assert (done.code, done.err) == (code, err), line

    def editor(self, script: str) -> dict[str, str]:
        """An editor that runs a script over the file it is given."""
        path = self.cluster.folder / "editor.sh"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return {"KUBE_EDITOR": str(path)}


@pytest.fixture
def shell(cluster: Cluster) -> Shell:
    body = stateful_set("web", 2, claims=True)
    body["metadata"]["labels"] = {"app": "web"}
    return Shell(cluster, body)


@pytest.fixture
def running(shell: Shell) -> Shell:
    """The same, with the set there and Ready."""
    shell.says("apply -f FILE", "statefulset.apps/web created\n")
    shell.says(READY, ROLLED.format(2))
    return shell


def test_apply_diff_and_replace(running: Shell) -> None:
    running.says("diff -f FILE", "")
    changed = json.loads(json.dumps(running.body))
    changed["spec"]["replicas"] = 3
    running.write(changed)
    found = running("diff -f FILE")
    assert found.code == 1
    assert [line for line in found.lines if re.match(r"[-+] ", line)] == [
        "-  generation: 1",
        "+  generation: 2",
        "-  replicas: 2",
        "+  replicas: 3",
    ]
    running.says("apply -f FILE", "statefulset.apps/web configured\n")
    running.says(READY, ROLLED.format(3))
    running.says(
        "apply -f FILE --dry-run=server", "statefulset.apps/web configured (server dry run)\n"
    )
    running.fails(
        "create -f FILE",
        f'Error from server (AlreadyExists): error when creating "{running.file}":'
        ' statefulsets.apps "web" already exists\n',
    )
    running.says("replace -f FILE", "statefulset.apps/web replaced\n")
    running.says(
        "replace --force -f FILE",
        'statefulset.apps "web" deleted from default namespace\nstatefulset.apps/web replaced\n',
    )
    running.says(READY, ROLLED.format(3))


def test_server_side_apply_and_its_conflicts(shell: Shell) -> None:
    del shell.body["spec"]["volumeClaimTemplates"]
    del shell.body["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]
    shell.write(shell.body)
    shell.says("apply --server-side -f FILE", "statefulset.apps/web serverside-applied\n")
    shell.body["spec"]["replicas"] = 5
    shell.write(shell.body)
    refused = shell("apply --server-side --field-manager=other -f FILE")
    assert refused.code == 1
    assert refused.err.startswith(
        'error: Apply failed with 1 conflict: conflict with "kubectl": .spec.replicas\nPlease'
    )
    shell.says(
        "apply --server-side --field-manager=other --force-conflicts -f FILE",
        "statefulset.apps/web serverside-applied\n",
    )
    assert shell("get sts web -o jsonpath={.spec.replicas}").out == "5"


def test_fields_that_are_none(running: Shell) -> None:
    running.body["spec"]["replica"] = 3
    running.write(running.body)
    unknown = 'unknown field "spec.replica"'
    running.fails(
        "create -f FILE",
        f'Error from server (BadRequest): error when creating "{running.file}": StatefulSet in'
        ' version "v1" cannot be handled as a StatefulSet: strict decoding error:'
        f" {unknown}\n",
    )
    warned = running("apply -f FILE --validate=warn")
    assert (warned.code, warned.err) == (0, f"Warning: {unknown}\n")
    ignored = running("apply -f FILE --validate=ignore")
    assert (ignored.code, ignored.err) == (0, "")
    assert running("apply -f FILE").err.endswith(f'": strict decoding error: {unknown}\n')


def test_edit(running: Shell) -> None:
    def edited(script: str, more: str = "") -> Kubectl:
        return running(f"edit sts web {more}", **running.editor(script))

    done = edited("sed -i 's/replicas: 2/replicas: 1/' $1")
    assert (done.code, done.out) == (0, "statefulset.apps/web edited\n")
    nothing = edited("true")
    assert (nothing.code, nothing.err) == (0, "Edit cancelled, no changes made.\n")
    seen = running.cluster.folder / "seen"
    refused = edited(f"cat $1 >> {seen}; sed -i 's/serviceName: test/serviceName: other/' $1")
    assert refused.code == 1
    assert refused.err.startswith('error: statefulsets.apps "web" is invalid\n')
    assert (
        '# statefulsets.apps "web" was not valid:\n# * spec: Forbidden: updates to statefulset'
        " spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy',"
        " 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are"
        " forbidden\n"
    ) in seen.read_text()
    mistyped = edited("sed -i 's/replicas: 1/replicas: x/' $1")
    assert (mistyped.code, "is invalid\n" in mistyped.err) == (1, True)


def test_patch(running: Shell) -> None:
    patched, same = "statefulset.apps/web patched\n", "statefulset.apps/web patched (no change)\n"
    running.says("""patch sts web -p '{"spec":{"replicas":3}}'""", patched)
    running.says("""patch sts web -p '{"spec":{"replicas":3}}'""", same)
    running.says("""patch sts web --type=merge -p '{"spec":{"replicas":1}}'""", patched)
    replace = """[{"op":"replace","path":"/spec/replicas","value":2}]"""
    running.says(f"patch sts web --type=json -p '{replace}'", patched)
    running.says(
        """patch sts web --subresource=scale --type=merge -p '{"spec":{"replicas":1}}'""",
        "scale.autoscaling/web patched\n",
    )
    running.says(
        """patch sts web --subresource=status --type=merge -p '{"spec":{"replicas":9}}'""", same
    )
    generic = (
        "The request is invalid: the server rejected our request due to an error in our request\n"
    )
    running.fails("""patch sts web --type=json -p '[{"op":"remove","path":"/nope"}]'""", generic)
    test = """[{"op":"test","path":"/spec/replicas","value":99}]"""
    running.fails(f"patch sts web --type=json -p '{test}'", generic)
    running.fails(
        """patch sts web -p '{"spec":{"replicas":"x"}}'""",
        'The request is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": unrecognized'
        " type: int32\n",
    )
    running.fails(
        """patch sts web -p '{"spec":{"serviceName":"z"}}'""",
        'The StatefulSet "web" is invalid: spec: Forbidden: updates to statefulset spec for fields'
        " other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit',"
        " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden\n",
    )


def test_scale_and_rollouts(running: Shell) -> None:
    running.fails(
        "scale sts/web --replicas=3 --current-replicas=9",
        "error: Expected replicas to be 9, was 2\n",
    )
    running.says("scale sts/web --replicas=3 --current-replicas=2", "statefulset.apps/web scaled\n")
    running.says(READY, ROLLED.format(3))
    running.says(f"set image sts/web webserver={NEW}", "statefulset.apps/web image updated\n")
    running.says(READY, ROLLED.format(3))
    running.says(
        "rollout history sts/web",
        "statefulset.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n",
    )
    shown = running("rollout history sts/web --revision=1").out
    assert shown.startswith("statefulset.apps/web with revision #1\nPod Template:\n")
    assert f"    Image:\t{OLD}\n" in shown
    running.fails(
        "rollout history sts/web --revision=9", "error: unable to find the specified revision\n"
    )
    running.fails(
        "rollout undo sts/web --to-revision=9",
        "Warning: resource statefulsets/web was previously managed with 'kubectl apply'."
        " Rolling back will not update the kubectl.kubernetes.io/last-applied-configuration"
        " annotation, which may cause unexpected behavior on future 'kubectl apply' operations."
        " Consider using 'kubectl apply' with your previous configuration file instead.\n"
        "error: unable to find specified revision 9 in history\n",
    )
    undone = running("rollout undo sts/web")
    assert (undone.code, undone.out) == (0, "statefulset.apps/web rolled back\n")
    running.says(READY, ROLLED.format(3))
    assert running("get sts web -o jsonpath={..image}").out == OLD
    assert running("rollout history sts/web").lines[2:] == [
        "2         <none>",
        "3         <none>",
        "",
    ]
    running.says("rollout restart sts/web", "statefulset.apps/web restarted\n")
    for verb in ("pause", "resume"):
        what = {"pause": "pausing", "resume": "resuming"}[verb]
        running.fails(
            f"rollout {verb} sts/web", f'error: statefulsets.apps "web" {what} is not supported\n'
        )


def test_set(running: Shell) -> None:
    running.fails("set image sts/web nope=x", 'error: unable to find container named "nope"\n')
    running.says("set env sts/web A=1", "statefulset.apps/web env updated\n")
    running.says("set env sts/web --list", "# StatefulSet web, container webserver\nA=1\n")
    running.fails(
        "set resources sts/web --limits=cpu=1 --requests=cpu=2",
        'error: failed to patch resources update to pod template StatefulSet.apps "web" is invalid:'
        ' spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less'
        " than or equal to cpu limit of 1\n",
    )
    running.says(
        "set resources sts/web --limits=cpu=1",
        "statefulset.apps/web resource requirements updated\n",
    )
    running.says(
        "set serviceaccount sts/web default", "statefulset.apps/web serviceaccount updated\n"
    )
    running.says("set selector svc/kubernetes a=b", "service/kubernetes selector updated\n")


def test_labels_and_annotations(running: Shell) -> None:
    running.says("label sts web x=y", "statefulset.apps/web labeled\n")
    running.fails(
        "label sts web x=z", "error: 'x' already has a value (y), and --overwrite is false\n"
    )
    running.says("label sts web x=z --overwrite", "statefulset.apps/web labeled\n")
    running.says("label sts web x-", "statefulset.apps/web unlabeled\n")
    running.says("annotate sts web note=hi", "statefulset.apps/web annotated\n")
    refused = running("label pods web-0 'a b=c'")
    assert refused.err.startswith(
        'The Pod "web-0" is invalid: metadata.labels: Invalid value: "a b": name part must consist'
    )


def test_deleting_in_every_way(running: Shell) -> None:
    deleted = 'statefulset.apps "web" deleted from default namespace\n'
    core = running.cluster.core
    running.says("delete sts web --cascade=orphan", deleted)
    assert names(core.list_namespaced_pod(NS)) == ["web-0", "web-1"]
    running.says("apply -f FILE", "statefulset.apps/web created\n")
    running.says("delete sts web --cascade=foreground", deleted)
    assert not core.list_namespaced_pod(NS).items
    running.says("apply -f FILE", "statefulset.apps/web created\n")
    running.says(READY, ROLLED.format(2))
    forced = running("delete pod web-1 --force --grace-period=0")
    assert forced.out == 'pod "web-1" force deleted from default namespace\n'
    assert forced.err == (
        "Warning: Immediate deletion does not wait for confirmation that the running resource has"
        " been terminated. The resource may continue to run on the cluster indefinitely.\n"
    )
    running.says("delete sts --all", deleted)
    running.cluster.eventually(lambda: not core.list_namespaced_pod(NS).items)
    running.says(
        f"delete pvc -l {SELECTOR}",
        'persistentvolumeclaim "datadir-web-0" deleted from default namespace\n'
        'persistentvolumeclaim "datadir-web-1" deleted from default namespace\n',
    )
    running.fails(
        "delete sts web", 'Error from server (NotFound): statefulsets.apps "web" not found\n'
    )
    running.says("delete sts web --ignore-not-found", "")


def test_waiting(shell: Shell) -> None:
    shell.says("run one --image=nginx --port=80 --labels=a=b", "pod/one created\n")
    met = "pod/one condition met\n"
    shell.says("wait pod/one --for=condition=Ready --timeout=10s", met)
    shell.says("wait pod/one --for=jsonpath={.status.phase}=Running --timeout=10s", met)
    shell.says("wait pod/one --for=create --timeout=1s", met)
    shell.says("wait pod/none --for=delete --timeout=1s", "")
    shell.fails(
        "wait pod/one --for=condition=Odd --timeout=100ms",
        "error: timed out waiting for the condition on pods/one\n",
    )
    shell.says("expose pod one --port=80 --name=one", "service/one exposed\n")
    assert "Endpoints:                10.244." in shell("describe svc one").out


def test_nodes(running: Shell) -> None:
    (node,) = {
        one.spec.node_name
        for one in running.cluster.core.list_namespaced_pod(NS).items
        if one.metadata.name == "web-0"
    }
    running.says(f"cordon {node}", f"node/{node} cordoned\n")
    assert f"{node}   Ready,SchedulingDisabled   <none>" in running("get nodes").out
    running.says(f"uncordon {node}", f"node/{node} uncordoned\n")
    running.says(f"taint nodes {node} a=b:NoSchedule", f"node/{node} tainted\n")
    running.fails(
        f"taint nodes {node} a=c:NoSchedule",
        f"error: node {node} already has a taint(s) with same effect(s) and --overwrite is false\n",
    )
    running.says(f"taint nodes {node} a:NoSchedule-", f"node/{node} untainted\n")
    running.says(
        "create pdb web --selector=foo=bar --min-available=2",
        "poddisruptionbudget.policy/web created\n",
    )
    assert "web    2               N/A               0" in running("get pdb").out
    running.says(
        "delete pdb web", 'poddisruptionbudget.policy "web" deleted from default namespace\n'
    )
    running.says(
        f"drain {node}",
        f"node/{node} cordoned\nevicting pod default/web-0\npod/web-0 evicted\n"
        f"node/{node} drained\n",
    )


def test_describing(running: Shell) -> None:
    found = running("describe sts web").out
    assert "Replicas:           2 desired | 2 total\n" in found
    assert "Pods Status:        2 Running / 0 Waiting / 0 Succeeded / 0 Failed\n" in found
    assert "Normal  SuccessfulCreate" in found
    assert "Controlled By:  StatefulSet/web\n" in running("describe pod web-0").out
    assert "Used By:       web-0\n" in running("describe pvc datadir-web-0").out
    for what in (
        "pv",
        "sc",
        "node node-1",
        "ns default",
        "controllerrevision",
        "sa default",
        "cm kube-root-ca.crt",
        "svc kubernetes",
        "endpointslice",
        "lease node-1 -n kube-node-lease",
    ):
        done = running(f"describe {what}")
        assert (done.code, done.out[:5]) == (0, "Name:"), what
        unserved = "Warning: the offline cluster has no ResourceSlices\n"  # kubectl looks for them
        assert done.err == (unserved if what == "node node-1" else ""), what


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("get csinodes node-1", "the offline cluster has no CSINodes"),
        ("exec web-0 -- ls", "the offline cluster cannot run a command in a container"),
        ("port-forward web-0 8080:80", "the offline cluster cannot forward a port"),
        ("cp web-0:/x FILE", "the offline cluster cannot run a command in a container"),
        ("top pods", "error: Metrics API not available"),
        ("create token default", "the offline cluster cannot issue a token"),
        ("logs nope", 'pods "nope" not found in namespace "default"'),
        ("logs web-0 -c nope", "container nope is not valid for pod web-0 out of: webserver"),
        ("get nope", 'the server doesn\'t have a resource type "nope"'),
        ("get pods --field-selector=nope=1", "field label not supported: nope"),
        ("explain sts.spec.nope", 'field "nope" does not exist'),
    ],
)
def test_refusals_in_words(running: Shell, line: str, words: str) -> None:
    done = running(line)
    assert (done.code, words in done.err) == (1, True), done.err


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("autoscale sts/web --max=3", "horizontalpodautoscaler.autoscaling/web autoscaled\n"),
        ("create job j --image=x", "job.batch/j created\n"),
        ("create cronjob c --image=x --schedule=@daily", "cronjob.batch/c created\n"),
        ("create ingress i --rule=a/b=c:80", "ingress.networking.k8s.io/i created\n"),
        ("create role r --verb=get --resource=pods", "role.rbac.authorization.k8s.io/r created\n"),
    ],
)
def test_what_is_kept_and_not_acted_on_is_warned_of(running: Shell, line: str, out: str) -> None:
    done = running(line)
    assert (done.code, done.out) == (0, out), done.err
    assert "but does not act on them" in done.err


def test_a_definition_and_what_it_defines(shell: Shell) -> None:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": "books", "kind": "Book"}
    spec = {"group": "x.example.com", "scope": "Namespaced", "names": names, "versions": [version]}
    head = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    definition = {**head, "metadata": {"name": "books.x.example.com"}, "spec": spec}
    assert shell("apply -f -", stdin=json.dumps(definition)).code == 0
    assert shell("wait --for=condition=established crd/books.x.example.com").code == 0
    book = '{"apiVersion": "x.example.com/v1", "kind": "Book", "metadata": {"name": "a"}, "n": 0}'
    done = shell("apply -f -", stdin=book)
    assert (done.code, done.out) == (0, "book.x.example.com/a created\n"), done.err
    assert shell("diff -f -", stdin=book).code == 0
    shell.says("get books -o name", "book.x.example.com/a\n")


def test_what_the_cluster_says_of_itself(shell: Shell) -> None:
    assert "Username    kubernetes-admin\n" in shell("auth whoami").out
    shell.says("auth can-i create pods", "yes\n")
    version = json.loads(shell("version -o json").out)
    assert version["serverVersion"]["gitVersion"] == "v1.36.2"
    assert "Kubernetes control plane is running at https://127.0.0.1:" in shell("cluster-info").out
    listed = shell("api-resources -o wide").out
    assert re.search(
        r"^statefulsets +sts +apps/v1 +true +StatefulSet .* all$", listed, re.MULTILINE
    )
    assert "apps/v1\n" in shell("api-versions").out
    shell.says("get --raw /readyz", "ok")
    explained = shell("explain sts.spec.ordinals --recursive").out
    assert "FIELDS:\n  start\t<integer>\n" in explained
    older = shell("explain pdb.spec --recursive --output=plaintext-openapiv2").out
    assert "   selector\t<Object>\n      matchExpressions\t<[]Object>\n" in older


def test_printing(running: Shell) -> None:
    table = running("get pods -o wide").lines
    assert table[0].split() == [
        *("NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE"),
        *("NOMINATED", "NODE", "READINESS", "GATES"),
    ]
    assert [row.split()[:3] for row in table[1:]] == [
        ["web-0", "1/1", "Running"],
        ["web-1", "1/1", "Running"],
    ]
    running.says(
        "get sts web -o custom-columns=N:.metadata.name,R:.spec.replicas", "N     R\nweb   2\n"
    )
    running.says("get sts,pods -o name", "statefulset.apps/web\npod/web-0\npod/web-1\n")
    watched = running("get pods -w --request-timeout=200ms")
    assert [line.split()[0] for line in watched.lines] == ["NAME", "web-0", "web-1"]
    events = running("events --for sts/web --no-headers").lines
    assert [line.split()[1:4] for line in events] == [
        ["Normal", "SuccessfulCreate", "StatefulSet/web"]
    ] * 4


def test_a_deployment_beside_it(shell: Shell) -> None:
    shell.says("create deployment dep --image=nginx --replicas=2", "deployment.apps/dep created\n")
    rolled = 'deployment "dep" successfully rolled out\n'
    done = shell("rollout status deploy/dep --timeout=10s")
    assert done.out.endswith(rolled)
    shell.says("rollout pause deploy/dep", "deployment.apps/dep paused\n")
    shell.says("set image deploy/dep nginx=nginx:2", "deployment.apps/dep image updated\n")
    waiting = shell("rollout status deploy/dep --timeout=100ms")
    assert waiting.out == (
        'Waiting for deployment "dep" rollout to finish: 0 out of 2 new replicas have been'
        " updated...\n"
    )
    shell.says("rollout resume deploy/dep", "deployment.apps/dep resumed\n")
    assert shell("rollout status deploy/dep --timeout=10s").out.endswith(rolled)
    shell.says("rollout undo deploy/dep", "deployment.apps/dep rolled back\n")
    assert shell("rollout history deploy/dep").lines[2:4] == [
        "2         <none>",
        "3         <none>",
    ]


def test_a_namespace_with_a_quota(shell: Shell) -> None:
    shell.says("create ns team", "namespace/team created\n")
    shell.says("create quota q --hard=pods=1 -n team", "resourcequota/q created\n")
    shell.says("run a --image=x -n team", "pod/a created\n")
    shell.fails(
        "run b --image=x -n team",
        'Error from server (Forbidden): pods "b" is forbidden: exceeded quota: q, requested:'
        " pods=1, used: pods=1, limited: pods=1\n",
    )
    assert "pods      1     1\n" in shell("describe ns team").out


def test_bad_files(shell: Shell) -> None:
    def refused(text: str, verb: str = "apply") -> str:
        done = shell(f"{verb} -f -", stdin=text)
        assert done.code == 1
        return done.err

    slice_ = "{apiVersion: resource.k8s.io/v1, kind: ResourceSlice, metadata: {name: x}}"
    assert refused(slice_) == (
        'Error from server (NotFound): error when creating "STDIN": the offline cluster has no'
        " ResourceSlices\n"
    )
    assert refused("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: none}}") == (
        'Error from server (NotFound): error when creating "STDIN": namespaces "none" not found\n'
    )
    assert refused("{apiVersion: x/v9, kind: Bar, metadata: {name: a}}") == (
        'error: resource mapping not found for name: "a" namespace: "" from "STDIN": no matches for'
        ' kind "Bar" in version "x/v9"\nensure CRDs are installed first\n'
    )
    several = refused("{apiVersion: v1, kind: Service, metadata: {name: A}}", "create")
    assert several.startswith('The Service "A" is invalid: \n* metadata.name: Invalid value: "A": ')
    assert several.endswith("* spec.ports: Required value\n")


def test_a_slow_rollout_is_followed(clusters: Callable[..., Cluster], tmp_path: Path) -> None:
    body = stateful_set("web", 2)
    body["spec"]["template"]["metadata"]["annotations"] = {"sts-tutor.dev/ready-ms": "1000"}
    shell = Shell(clusters(speed=2), body)
    shell.says("apply -f FILE", "statefulset.apps/web created\n")
    done = shell("rollout status sts/web --timeout=20s")
    assert done.code == 0
    assert done.lines[0].startswith("Waiting for ")
    assert done.lines[-1] == ROLLED.format(2).strip()
    waits = {f"Waiting for {count} pods to be ready..." for count in (1, 2)}
    assert waits >= set(done.lines[:-1])
