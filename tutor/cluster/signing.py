"""How a context signs in: what its kubeconfig entry comes to, as data for a client.

A program that signs in (an ``exec`` plugin) is run only for a context that the user named and
typed: no other one with a program can become a target. It is run without a shell, without a
terminal, and not for long.

Source: staging/src/k8s.io/client-go/tools/clientcmd/client_config.go (what takes precedence).
"""

import base64
import binascii
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutor.cluster.guard import Target
from tutor.cluster.kubeconfig import Entry
from tutor.model.errors import ExitCode, TutorError

PATIENCE = 30.0
"""Seconds for a program to sign in."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a client needs to be let in.

    Attributes:
        authority: Certificates to trust, PEM; empty for those of the system.
        insecure: The server's certificate is not checked.
        server_name: What its certificate is for, where not for its address.
        proxy: Where requests go through; empty for straight.
        headers: That are sent along.
        certificate, key: Of the client, PEM; empty without.
    """

    authority: str = ""
    insecure: bool = False
    server_name: str = ""
    proxy: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)


def sign(target: Target) -> Signed:
    """Read, or ask a program for, what lets a client in.

    Raises:
        TutorError: A file is missing, a value is broken, the program fails, or it is a way to sign
            in that is not known.
    """
    context = target.context
    cluster, user = context.cluster, context.user
    if cluster is None:
        raise TutorError("context-no-cluster", ExitCode.CLUSTER, context=context.name, cluster="")
    found = dict(_of_user(user, target)) if user is not None else {}
    headers: dict[str, str] = found.pop("headers", {})
    return Signed(
        _pem(cluster, "certificate-authority"),
        cluster.flag("insecure-skip-tls-verify"),
        cluster.text("tls-server-name"),
        cluster.text("proxy-url"),
        headers,
        **found,
    )


def _of_user(user: Entry, target: Target) -> dict[str, Any]:
    if user.mapping("auth-provider") is not None:
        raise TutorError("context-provider", ExitCode.CLUSTER, context=target.context.name)
    certificate, key = _pem(user, "client-certificate"), _pem(user, "client-key")
    token = user.text("token")
    if not token and user.text("tokenFile"):
        token = _read(user, user.path("tokenFile")).strip()
    plugin = user.mapping("exec")
    if plugin is not None and not token and not certificate:
        token, certificate, key = _run(plugin, target)
    headers: dict[str, str] = {}
    name = user.text("username")
    if token:
        headers["Authorization"] = f"Bearer {token}"
    elif name:
        pair = base64.b64encode(f"{name}:{user.text('password')}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    acting = user.text("as")
    if acting:
        headers["Impersonate-User"] = acting
    for value in headers.values():
        if not value.isprintable() or not value.isascii():
            raise _wrong(user, "token")
    if bool(certificate) != bool(key):
        raise _wrong(user, "client-key" if certificate else "client-certificate")
    return {"headers": headers, "certificate": certificate, "key": key}


def _pem(entry: Entry, key: str) -> str:
    data = entry.text(f"{key}-data")
    if data:
        try:
            return base64.b64decode(data, validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            raise _wrong(entry, f"{key}-data") from None
    path = entry.path(key)
    return _read(entry, path) if path else ""


def _read(entry: Entry, path: str) -> str:
    try:
        return Path(path).read_text("ascii")
    except (OSError, ValueError) as error:
        raw = getattr(error, "strerror", None) or str(error)
        raise TutorError(
            "kubeconfig-file", ExitCode.CLUSTER, file=entry.file, path=path, raw=raw
        ) from None


def _wrong(entry: Entry, key: str) -> TutorError:
    return TutorError(
        "kubeconfig-field", ExitCode.CLUSTER, file=entry.file, name=entry.name, field=key
    )


def _run(plugin: Entry, target: Target) -> tuple[str, str, str]:
    """Token, certificate and key, as a program gives them."""
    words = list(target.context.program)
    if target.local or not words:  # a program makes a context one to be named; held here too
        raise TutorError("context-not-typed", ExitCode.CLUSTER, context=target.context.name)
    folder = Path(plugin.file).parent
    if "/" in words[0] or os.sep in words[0]:  # from the file's folder, as kubectl has it
        words[0] = str(folder / words[0])
    version = plugin.text("apiVersion")
    info = {
        "apiVersion": version,
        "kind": "ExecCredential",
        "spec": {"interactive": False},
    }
    environ = {**os.environ, **_environ(plugin), "KUBERNETES_EXEC_INFO": json.dumps(info)}
    failed = f"{words[0]}: "
    try:
        done = subprocess.run(  # noqa: S603  (the user named this context, and typed its name)
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            env=environ,
            check=False,
        )
    except (OSError, ValueError) as error:
        raise _failed(target, failed + (getattr(error, "strerror", None) or str(error))) from None
    except subprocess.TimeoutExpired:
        raise _failed(target, failed + "timeout") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise _failed(target, failed + "".join(said or [str(done.returncode)]))
    try:
        status = json.loads(done.stdout)["status"]
        values = [
            status.get(name) or "" for name in ("token", "clientCertificateData", "clientKeyData")
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        values = []
    if not any(values) or not all(isinstance(one, str) for one in values):
        raise _failed(target, failed + "ExecCredential?")
    return values[0], values[1], values[2]


def _environ(plugin: Entry) -> dict[str, str]:
    rows = plugin.values.get("env")
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return {}
    return {
        str(row["name"]): str(row["value"])
        for row in rows
        if isinstance(row, Mapping) and "name" in row and "value" in row
    }


def _failed(target: Target, raw: str) -> TutorError:
    return TutorError("context-program", ExitCode.CLUSTER, context=target.context.name, raw=raw)
