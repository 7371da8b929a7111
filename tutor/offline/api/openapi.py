"""The OpenAPI v3 documents, as ``tools/generate_openapi.py`` wrote them.

They are kept compressed and sent so to whoever takes it.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from tutor.offline.resources import SERVED

_FOLDER = Path(__file__).parent / "openapi"
PATHS = tuple(
    dict.fromkeys(
        f"apis/{one.group}/{one.version}" if one.group else f"api/{one.version}" for one in SERVED
    )
)

LEGACY_ASKED = (
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
)
"""What clients call a document of version 2 in protobuf."""
LEGACY_MEDIA = LEGACY_ASKED[1]
"""What the answer is called: ``@`` is not allowed in a media type, and newer clients hold to it.

Source: kube-openapi pkg/handler/handler.go.
"""
LEGACY = b"\n\x032.0\x12\x15\n\nKubernetes\x12\x07v1.36.2B\x00"
"""``/openapi/v2``: a document without paths and definitions.

kubectl asks it about kinds that version 3 does not know, and goes on where it knows them neither.
Swagger 2.0 as gnostic writes it: the version, a title, no path.
"""
LEGACY_JSON: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Kubernetes", "version": "v1.36.2"},
    "paths": {},
}
"""The same in JSON."""


@cache
def digest(path: str) -> str:
    """What tells one state of a document from another."""
    return hashlib.sha512(compressed(path)).hexdigest().upper()


def compressed(path: str) -> bytes:
    """The document of ``apis/apps/v1``, compressed with gzip.

    Raises:
        KeyError: There is no such document.
    """
    if path not in PATHS:
        raise KeyError(path)
    return (_FOLDER / f"{path.replace('/', '_')}.json.gz").read_bytes()


def document(path: str) -> bytes:
    """The document of ``apis/apps/v1``.

    Raises:
        KeyError: There is no such document.
    """
    return gzip.decompress(compressed(path))


def index() -> dict[str, Any]:
    """``/openapi/v3``."""
    return {
        "paths": {
            path: {"serverRelativeURL": f"/openapi/v3/{path}?hash={digest(path)}"} for path in PATHS
        }
    }
