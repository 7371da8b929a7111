"""The real kubectl as an oracle: what it makes of a manifest, without any cluster.

``kubectl label --local --dry-run=client`` on a made-up kind decodes the text and prints it as JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_INT64 = 1 << 63


@cache
def _kubectl() -> str:
    return str(Path(sys.executable).parent / "kubectl")


def _integer(digits: str) -> int | float:
    value = int(digits)
    return value if -_INT64 <= value < _INT64 else float(digits)


@pytest.fixture(scope="session")
def kubectl() -> Callable[[str | bytes], tuple[list[Any], str]]:
    """See :func:`kubectl_reads`."""
    return kubectl_reads


def kubectl_reads(source: str | bytes) -> tuple[list[Any], str]:
    """The objects kubectl decodes, and what it says on stderr (empty when it is content)."""
    done = subprocess.run(
        [
            _kubectl(),
            "label",
            "--local",
            "--dry-run=client",
            "-f",
            "-",
            "tutor=oracle",
            "-o",
            "json",
        ],
        input=source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source,
        capture_output=True,
        env={**os.environ, "KUBECONFIG": os.devnull},
        check=False,
        timeout=60,
    )
    decoder = json.JSONDecoder(parse_int=_integer)
    text, at, objects = done.stdout.decode("utf-8"), 0, []
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        found, at = decoder.raw_decode(text, at)
        labels = found["metadata"]["labels"]
        del labels["tutor"]
        if not labels:
            del found["metadata"]["labels"]
        objects.append(found)
    return objects, done.stderr.decode("utf-8", "replace").strip()
