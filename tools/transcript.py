"""Make the kubectl sessions of the docs from the running program.

    python tools/transcript.py            # write them into docs/cluster.md and docs/cluster.ja.md
    python tools/transcript.py --check    # only see that every command still does what it did

Each session is between two comments, ``<!-- session: NAME -->`` and ``<!-- end -->``, the same in
both languages. Its commands are run as they stand there, in a new cluster, by the kubectl beside
this Python; where the cluster keeps its files is shown as it is for a user.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
PAGES = (DOCS / "cluster.md", DOCS / "cluster.ja.md")
SHOWN = "~/.local/share/statefulset-tutor"
"""Where the data directory of a user is."""
PORT = "40001"
WEB = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  clusterIP: None
  selector: {app: web}
  ports: [{name: http, port: 80}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  serviceName: web
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: nginx
        image: nginx:1.25
        volumeMounts: [{name: data, mountPath: /usr/share/nginx/html}]
  volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1Gi}}
"""
SESSIONS: Mapping[str, tuple[str, ...]] = {
    "first": (
        "sts-tutor cluster up --background",
        "export KUBECONFIG=$(sts-tutor cluster kubeconfig)",
        "kubectl get nodes",
        "kubectl apply -f web.yaml",
        "kubectl rollout status statefulset web",
        "kubectl get pods,pvc -o wide",
        "kubectl delete pod web-1",
        "kubectl wait pod web-1 --for=condition=Ready",
        "kubectl set image statefulset web nginx=nginx:broken",
        "sleep 1",
        "kubectl get pods",
        "kubectl rollout undo statefulset web",
        "kubectl delete pod web-2",
        "kubectl rollout status statefulset web",
        "kubectl scale statefulset web --replicas=1",
        "kubectl wait pod web-1 --for=delete",
        "kubectl get pods,pvc",
        'kubectl patch statefulset web -p \'{"spec":{"serviceName":"db"}}\'',
        "kubectl create job hello --image=busybox",
    ),
    "steps": (
        "sts-tutor cluster pause",
        "kubectl scale statefulset web --replicas=2",
        "sts-tutor cluster step",
        "sts-tutor cluster step",
        "sts-tutor cluster step",
        "sts-tutor cluster resume",
        "kubectl wait pod web-1 --for=condition=Ready",
    ),
    "node": (
        "sts-tutor cluster speed 1000",
        "kubectl get pod web-0 -o jsonpath='{.spec.nodeName}{\"\\n\"}'",
        "sts-tutor cluster node down node-1",
        "sleep 1",
        "kubectl get nodes",
        "kubectl get pods -o wide",
        "kubectl delete pod web-0 --force",
        "sleep 1",
        "kubectl get pods -o wide",
        "sts-tutor cluster node up node-1",
        "sts-tutor cluster speed 1",
    ),
    "status": ("sts-tutor cluster status", "sts-tutor cluster down"),
}
EXPECTED: Mapping[str, tuple[str, ...]] = {
    "first": (
        "partitioned roll out complete: 3 new pods have been updated...",
        r"web-2 +0/1 +(ErrImagePull|ImagePullBackOff)",
        r"data-web-2 +Bound",
        "Forbidden: updates to statefulset spec",
        "the offline cluster keeps Jobs but does not act on them",
    ),
    "steps": (r"created: pods default/web-1 \(statefulset-controller\)",),
    "node": (
        r"node-1 +NotReady",
        r"web-0 +1/1 +Terminating",
        r"force deleted(.|\n)*web-0 +1/1 +Running .* node-[23]",
    ),
    "status": (r"Process \d+", "The offline cluster has stopped."),
}
"""What each session is there to show."""
FAILS = ("kubectl patch statefulset web",)
"""Commands that are to be refused."""


class Surprise(Exception):  # noqa: N818  (no error of ours)
    """A command did not end as it is told in the docs."""


class Stage:
    """A home, a folder with ``web.yaml``, and a shell's variables.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        (folder / "web.yaml").write_text(WEB)
        (folder / "bin").mkdir()
        tutor = folder / "bin" / "sts-tutor"
        tutor.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tutor "$@"\n')
        tutor.chmod(0o755)
        beside = Path(sys.executable).parent
        root = str(Path(__file__).parent.parent)
        self.environ = {
            **os.environ,
            "STS_TUTOR_HOME": str(self.home),
            "STS_TUTOR_LANG": "en",
            "HOME": str(folder),
            "PATH": os.pathsep.join((str(folder / "bin"), str(beside), os.environ["PATH"])),
            "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))),
        }

    def run(self, command: str) -> str:
        """What a command prints.

        Raises:
            Surprise: It fails, or does not fail where it should.
        """
        exported = re.fullmatch(r"export KUBECONFIG=\$\((.+)\)", command)
        if exported:
            self.environ["KUBECONFIG"] = (
                self.run(exported[1]).strip().replace(SHOWN, str(self.home))
            )
            return ""
        words = shlex.split(command)
        if words[0] == "sleep":
            time.sleep(float(words[1]))
            return ""
        done = subprocess.run(  # noqa: S603  (the commands above)
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            cwd=self.folder, env=self.environ, timeout=120,
        )  # fmt: skip
        if bool(done.returncode) != command.startswith(FAILS):
            raise Surprise(f"{command}: exit code {done.returncode}\n{done.stdout}")
        return self._shown(done.stdout)

    def _shown(self, text: str) -> str:
        """Output as a user would see it at home."""
        note = self.home / "cluster" / "running.json"
        if note.exists():
            port = json.loads(note.read_text("utf-8"))["port"]
            text = text.replace(f":{port}", f":{PORT}")
        lines = text.replace(str(self.home), SHOWN).splitlines()
        return "".join(f"{line.rstrip()}\n" for line in lines)

    def end(self) -> None:
        """Stop the cluster."""
        subprocess.run(  # noqa: S603  (this program)
            [self.folder / "bin" / "sts-tutor", "cluster", "down"],
            env=self.environ, capture_output=True, check=False,
        )  # fmt: skip


def play() -> Iterator[tuple[str, str]]:
    """Every session, with its text.

    Raises:
        Surprise: It does not show what it is there for.
    """
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder))
        try:
            for name, commands in SESSIONS.items():
                text = "".join(f"$ {one}\n{stage.run(one)}" for one in commands)
                for wanted in EXPECTED[name]:
                    if not re.search(wanted, text):
                        raise Surprise(f"{name}: {wanted} is not in\n{text}")
                yield name, text
        finally:
            stage.end()


def written(page: str, sessions: Mapping[str, str]) -> str:
    """A page with its sessions in place."""

    def block(match: re.Match[str]) -> str:
        name = match[1]
        if name == "web.yaml":
            return f"<!-- session: {name} -->\n```yaml\n{WEB}```\n<!-- end -->"
        return f"<!-- session: {name} -->\n```console\n{sessions[name]}```\n<!-- end -->"

    return re.sub(r"<!-- session: (\S+) -->\n.*?<!-- end -->", block, page, flags=re.DOTALL)


def main() -> None:
    """Run the sessions; write the pages unless they are only to be checked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    try:
        sessions = dict(play())
    except Surprise as surprise:
        sys.exit(str(surprise))
    for page in () if args.check else PAGES:
        page.write_text(written(page.read_text("utf-8"), sessions), encoding="utf-8")


if __name__ == "__main__":
    main()
