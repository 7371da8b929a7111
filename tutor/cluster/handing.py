"""A kubeconfig of one context, for kubectl: what was judged is what it gets, and nothing else."""

import base64
import json
from pathlib import Path
from typing import Any

from tutor.cluster.guard import Target
from tutor.cluster.signing import Signed

_NAME = "sts-tutor"


def kubeconfig(target: Target, signed: Signed) -> str:
    """The text of the file: JSON, which is YAML as well."""
    server = target.context.server
    if server is None:
        raise ValueError("a target has a server")
    cluster: dict[str, Any] = {"server": server.url + server.path}
    if signed.insecure:
        cluster["insecure-skip-tls-verify"] = True
    elif signed.authority:
        cluster["certificate-authority-data"] = _data(signed.authority)
    if signed.server_name:
        cluster["tls-server-name"] = signed.server_name
    if signed.proxy and not target.local:
        cluster["proxy-url"] = signed.proxy
    user: dict[str, Any] = {}
    scheme, _, secret = signed.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer":
        user["token"] = secret
    elif scheme == "Basic":
        name, _, password = base64.b64decode(secret).decode().partition(":")
        user.update(username=name, password=password)
    if signed.certificate:
        user["client-certificate-data"] = _data(signed.certificate)
        user["client-key-data"] = _data(signed.key)
    if signed.headers.get("Impersonate-User"):
        user["as"] = signed.headers["Impersonate-User"]
    context = {"cluster": _NAME, "user": _NAME, "namespace": target.namespace}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": _NAME,
            "clusters": [{"name": _NAME, "cluster": cluster}],
            "users": [{"name": _NAME, "user": user}],
            "contexts": [{"name": _NAME, "context": context}],
        },
        indent=1,
    )


def write(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    path.touch(0o600)
    path.chmod(0o600)
    path.write_text(text, "utf-8")


def _data(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
