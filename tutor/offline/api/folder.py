"""What a running cluster leaves on the disk for its clients: a kubeconfig, and a note of itself.

Both are readable to their owner only: they hold the token.
"""

import base64
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from tutor.offline.api.lock import Lock, held, signed

NAME = "sts-tutor"


@dataclass(frozen=True, slots=True)
class Note:
    """How to reach a cluster that runs.

    Attributes:
        pid: Of its process.
        port: On the loopback.
        token: Of its only user.
        authority: The certificate to trust, PEM.
    """

    pid: int
    port: int
    token: str
    authority: str

    @property
    def server(self) -> str:
        """Its address."""
        return f"https://127.0.0.1:{self.port}"


class Folder:
    """The folder of a cluster.

    Args:
        path: The folder; made with the first file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig file of the cluster that runs, or ran last."""
        return self.path / "kubeconfig"

    @property
    def _lock(self) -> Path:
        return self.path / "lock"

    def hold(self) -> Lock:
        """Make this process the one that may run a cluster here.

        Raises:
            InUse: Another process does.
            OSError: The folder cannot be written.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = Lock(self._lock)
        lock.sign()
        return lock

    @property
    def held(self) -> bool:
        """Whether a process runs a cluster here, or is about to, or is ending."""
        return held(self._lock)

    @property
    def holder(self) -> int | None:
        """The process that said last that it holds the folder."""
        return signed(self._lock)

    @property
    def log(self) -> Path:
        """What the last cluster in the background had to say."""
        return self.path / "cluster.log"

    @property
    def _note(self) -> Path:
        return self.path / "running.json"

    def write(self, note: Note) -> None:
        """Leave the kubeconfig and the note."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.kubeconfig, kubeconfig(note))
        _write(self.path / "port", str(note.port))
        _write(self._note, json.dumps(asdict(note)))

    def note(self) -> Note | None:
        """The note of a cluster that runs, or ran."""
        try:
            found = json.loads(self._note.read_text("utf-8"))
            return Note(
                int(found["pid"]), int(found["port"]), str(found["token"]), str(found["authority"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @property
    def last_port(self) -> int:
        """Where the last cluster answered; 0 where there was none."""
        try:
            return int((self.path / "port").read_text("utf-8"))
        except (OSError, ValueError):
            return 0

    def forget(self, note: Note) -> None:
        """Take the note away, if it is still this one."""
        if self.note() == note:
            self._note.unlink(missing_ok=True)


def kubeconfig(note: Note) -> str:
    """A kubeconfig for one cluster."""
    data = base64.b64encode(note.authority.encode()).decode()
    return (
        "apiVersion: v1\n"
        "kind: Config\n"
        "clusters:\n"
        "- cluster:\n"
        f"    certificate-authority-data: {data}\n"
        f"    server: {note.server}\n"
        f"  name: {NAME}\n"
        "contexts:\n"
        "- context:\n"
        f"    cluster: {NAME}\n"
        f"    user: {NAME}\n"
        f"  name: {NAME}\n"
        f"current-context: {NAME}\n"
        "users:\n"
        f"- name: {NAME}\n"
        "  user:\n"
        f"    token: {note.token}\n"
    )


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner may read, in one step."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)
