"""The OpenAPI v3 documents, as ``tools/generate_openapi.py`` wrote them.

They are kept compressed and sent so to whoever takes it.
"""

import gzip
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tutor.offline.api import custom_openapi
from tutor.offline.resources import SERVED, Resource

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


def packed(path: str, custom: Sequence[Resource] = ()) -> tuple[bytes, str]:
    """A document, compressed, and its digest; of what definitions add too.

    Raises:
        KeyError: There is no such document.
    """
    if path in PATHS:
        return compressed(path), digest(path)
    made = custom_openapi.compressed(path, custom)
    return made, hashlib.sha512(made).hexdigest().upper()


def index(custom: Sequence[Resource] = ()) -> dict[str, Any]:
    """``/openapi/v3``."""
    added = dict.fromkeys(custom_openapi.path_of(one) for one in custom)
    return {
        "paths": {
            path: {"serverRelativeURL": f"/openapi/v3/{path}?hash={packed(path, custom)[1]}"}
            for path in dict.fromkeys((*PATHS, *added))
        }
    }
