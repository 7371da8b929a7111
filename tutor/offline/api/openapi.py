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
