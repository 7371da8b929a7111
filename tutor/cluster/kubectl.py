"""kubectl on a leash: only kubectl, only what stays in one namespace, never a shell.

What is let through is listed, not what is kept out. A command line that may reach outside is
refused before kubectl is started; kubectl itself gets one context, one namespace and a home folder
of its own.
"""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.cluster.cancelling import Cancel, cancelled
from tutor.cluster.guard import Target, barred
from tutor.cluster.kinds import ALLOWED, KINDS
from tutor.manifest.reader import read
from tutor.model.errors import ExitCode, TutorError

PATIENCE = 600.0
"""Seconds for a command."""
LARGEST = 2_000_000
"""Characters of output that are kept."""

_READS = frozenset(
    {"api-resources", "api-versions", "describe", "diff", "events", "explain", "get", "help"}
    | {"logs", "top", "version", "wait"}
)
_WRITES = frozenset(
    {"annotate", "apply", "create", "delete", "exec", "expose", "label", "patch", "replace"}
    | {"rollout", "run", "scale", "set"}
)
_ON_NODES = frozenset({"cordon", "drain", "taint", "uncordon"})
_CREATES = frozenset(
    {"configmap", "cm", "deployment", "deploy", "poddisruptionbudget", "pdb", "secret", "service"}
    | {"svc", "serviceaccount", "sa"}
)
_PARTED = frozenset({"rollout", "set"})
"""Verbs with a word of their own before the resource."""
_NO_RESOURCE = frozenset({"exec", "run", "logs"})
_BARRED_FLAGS = frozenset(
    {"all-namespaces", "as", "as-group", "as-uid", "as-user-extra", "attach", "cache-dir"}
    | {"certificate-authority", "client-certificate", "client-key", "cluster", "context"}
    | {"disable-compression", "edit", "insecure-skip-tls-verify", "kubeconfig", "kuberc"}
    | {"kustomize", "namespace", "password", "profile", "profile-output", "raw", "recursive"}
    | {"server", "stdin", "tls-server-name", "token", "tty", "user", "username", "windows-line"}
    | {"prune", "prune-allowlist"}
)
_BARRED_LETTERS = frozenset("nAsitkR")
_WITH_VALUE = frozenset(
    {"container", "current-replicas", "field-manager", "field-selector", "filename", "for"}
    | {"from-literal", "grace-period", "image", "label-columns", "name", "output", "patch"}
    | {"patch-file", "port", "replicas", "request-timeout", "resource-version", "revision"}
    | {"selector", "since", "sort-by", "subresource", "tail", "target-port", "timeout"}
    | {"to-revision", "type", "cluster-ip"}
)
_LETTERS_WITH_VALUE = frozenset("olLcfp")
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Output:
    """What a command said, without control sequences."""

    out: str
    error: str
    code: int


def _types() -> dict[str, str]:
    """Everything kubectl takes for a kind of the table → the kind."""
    found = {}
    for kind in KINDS.values():
        group = kind.api_version.partition("/")[0] if "/" in kind.api_version else ""
        for word in filter(None, (kind.kind.lower(), kind.plural, kind.short)):
            found[word] = kind.kind
            if group:
                found[f"{word}.{group}"] = found[f"{word}.v1.{group}"] = kind.kind
    return found


_TYPES: Mapping[str, str] = _types()
_OFFLINE = frozenset({"Node", "PersistentVolume", "StorageClass"})


@dataclass(slots=True)
class _Words:
    """A command line, taken apart."""

    verb: str
    flags: list[str]
    files: list[str]
    others: list[str]


def check(words: Sequence[str], target: Target, folder: Path) -> None:
    """Refuse what reaches outside the namespace, or needs a terminal.

    Args:
        words: The command line after ``kubectl``.
        target: The cluster, and the namespace.
        folder: Where kubectl runs; the only files it may apply lie there.

    Raises:
        TutorError: ``kubectl-barred``.
    """
    parts = _taken_apart(words)
    verb = parts.verb
    allowed = _READS | _WRITES | (_ON_NODES if target.offline else frozenset())
    if verb not in allowed:
        raise _barred(verb or " ".join(words))
    for flag in parts.flags:
        if flag in _BARRED_FLAGS or flag.startswith(("client-", "log-", "profile")):
            raise _barred(f"--{flag}" if len(flag) > 1 else f"-{flag}")
    for file in parts.files:
        _check_file(file, target, folder)
    if verb in _WRITES and verb not in _NO_RESOURCE:
        _check_resources(parts, target)


def _taken_apart(words: Sequence[str]) -> _Words:
    verb = words[0] if words else ""
    found = _Words(verb, [], [], [])
    rest = iter(words[1:])
    for word in rest:
        if word == "--":
            break
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            found.flags.append(name)
            if not equals and name in _WITH_VALUE:
                value = next(rest, "")
            if name in ("filename", "patch-file"):
                found.files.append(value)
        elif word.startswith("-") and len(word) > 1:
            _short(word[1:], rest, found)
        else:
            found.others.append(word)
    return found


def _short(letters: str, rest: Iterator[str], found: _Words) -> None:
    """``-ojson``, ``-l app=web``, ``-An``."""
    takes = _LETTERS_WITH_VALUE - {"logs": {"f", "p"}, "patch": set()}.get(found.verb, {"p"})
    for at, letter in enumerate(letters):
        if letter in _BARRED_LETTERS:
            raise _barred(f"-{letter}")
        if letter in takes:
            value = letters[at + 1 :].removeprefix("=") or next(rest, "")
            if letter == "f":
                found.files.append(value)
            return


def _check_file(name: str, target: Target, folder: Path) -> None:
    """A file of the folder, and in it nothing that reaches outside."""
    if not name or name != Path(name).name or name in ("-", ".", ".."):
        raise _barred(f"-f {name}")
    try:
        content = (folder / name).read_bytes()
    except OSError:
        raise TutorError("file-not-found", file=name) from None
    for document in read(content).documents:
        why = barred(document, target)
        if why is not None:
            raise TutorError(why.code, ExitCode.CLUSTER, **why.params)


def _check_resources(parts: _Words, target: Target) -> None:
    others = parts.others[1:] if parts.verb in _PARTED else parts.others
    if parts.verb == "create":
        if not parts.files and (not others or others[0] not in _CREATES):
            raise _barred(" ".join(["create", *others[:1]]))
        return
    # ``key=value`` sets a label or an annotation, ``key-`` removes one; keys may have a slash.
    keys = [word for word in others if "=" in word or word.endswith("-")]
    named = [word.partition("/")[0] for word in others if "/" in word and word not in keys]
    if others and "/" not in others[0]:
        named += others[0].split(",")
    if not named and not parts.files:
        raise _barred(parts.verb)
    kinds = ALLOWED | (_OFFLINE if target.offline else frozenset())
    for word in named:
        own = word.lower()
        if own != "all" and _TYPES.get(own) not in kinds:
            raise _barred(f"{parts.verb} {word}")


def _barred(found: str) -> TutorError:
    return TutorError("kubectl-barred", ExitCode.CLUSTER, found=found)


class Kubectl:
    """Runs kubectl.

    Args:
        target: The cluster, and the namespace.
        kubeconfig: The file with this one context.
        folder: Where it runs; its home as well.
        environ: The program's own.
    """

    def __init__(
        self, target: Target, kubeconfig: Path, folder: Path, environ: Mapping[str, str]
    ) -> None:
        self._target = target
        self._kubeconfig = kubeconfig
        self._folder = folder
        self._environ = environ

    def run(
        self, cancel: Cancel, words: Sequence[str], hear: Callable[[str], None] | None = None
    ) -> Output:
        """Run a command to its end.

        Raises:
            TutorError: ``kubectl-barred``, ``kubectl-missing``, ``cancelled``.
        """
        check(words, self._target, self._folder)
        program = shutil.which("kubectl", path=self._environ.get("PATH"))
        if program is None:
            raise TutorError("kubectl-missing", ExitCode.CLUSTER)
        cancel.check()
        first, *others = words
        # Named, so that kubectl itself refuses objects of another namespace.
        line = [program, first, f"--namespace={self._target.namespace}", *others]
        try:
            process = subprocess.Popen(  # noqa: S603  (a list of words, looked through above)
                line,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._folder,
                env=self._environment(),
            )
        except (OSError, ValueError) as error:
            raw = getattr(error, "strerror", None) or str(error)
            raise TutorError("kubectl-failed", ExitCode.CLUSTER, raw=raw) from None
        take_back = cancel.tell(process.kill)
        timer = threading.Timer(PATIENCE, process.kill)
        timer.daemon = True
        timer.start()
        try:
            out, error_text = self._listen(process, hear or (lambda _: None))
            code = process.wait()
        finally:
            timer.cancel()
            take_back()
            if process.poll() is None:
                process.kill()
                process.wait()
        if cancel.is_set():
            raise cancelled()
        return Output(out, error_text, code)

    def _listen(
        self, process: subprocess.Popen[bytes], hear: Callable[[str], None]
    ) -> tuple[str, str]:
        """Both outputs, told as they come: ``hear`` is called in this thread."""
        import queue

        news: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
        told: list[list[str]] = [[], []]
        sizes = [0, 0]

        def pump(which: int) -> None:
            stream = (process.stdout, process.stderr)[which]
            if stream is not None:
                with stream:
                    while piece := stream.read1(65536):  # type: ignore[attr-defined]
                        news.put((which, piece))
            news.put((which, b""))

        for which in (0, 1):
            threading.Thread(
                target=pump, args=(which,), name="sts-tutor-kubectl", daemon=True
            ).start()
        open_ends = 2
        while open_ends:
            which, piece = news.get()
            if not piece:
                open_ends -= 1
                continue
            text = plain(piece.decode("utf-8", "replace"))
            hear(text)
            if sizes[which] < LARGEST:
                told[which].append(text[: LARGEST - sizes[which]])
                sizes[which] += len(text)
        return "".join(told[0]), "".join(told[1])

    def _environment(self) -> dict[str, str]:
        kept = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
        found = {name: self._environ[name] for name in kept if name in self._environ}
        if not self._target.local:  # a cluster elsewhere may be behind the user's proxy
            for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
                if name in self._environ:
                    found[name] = self._environ[name]
        home = str(self._folder)
        return {
            **found,
            "HOME": home,
            "USERPROFILE": home,
            "KUBECONFIG": os.fspath(self._kubeconfig),
            "KUBECTL_KUBERC": "false",
        }


def plain(text: str) -> str:
    """Text without control sequences; line ends and tabs stay."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n"))
