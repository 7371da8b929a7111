import math
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import until
from tutor.cluster import api, settling, transport, watching
from tutor.offline.api.embedded import Embedded
from tutor.offline.api.house import Settings


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """All limits in tenths of seconds: what is waited for here never comes."""
    for name in (
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(transport, "CONNECT", 1.0)
    monkeypatch.setattr(transport, "READ", 1.0)
    monkeypatch.setattr(transport, "WHOLE", 1.5)
    monkeypatch.setattr(
        transport.Request.__init__, "__defaults__", ((), None, "application/json", 1.0)
    )
    monkeypatch.setattr(api, "PATIENCE", 3.0)
    monkeypatch.setattr(api, "_PAUSE", 0.05)
    monkeypatch.setattr(watching, "SILENCE", 1.0)
    monkeypatch.setattr(watching, "_LONGEST_PAUSE", 0.2)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settle in tenths of seconds."""
    monkeypatch.setattr(settling, "QUIET", 0.3)
    monkeypatch.setattr(settling, "STUCK", 1.5)


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[Embedded]:
    """An offline cluster at full speed, in a thread of this process."""
    with Embedded(tmp_path / "cluster", Settings(speed=math.inf, seed=1)) as made:
        yield made


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    yield
    until(lambda: not ours(), ours)


def ours() -> list[str]:
    """The threads of the tutor's that run."""
    return [one.name for one in threading.enumerate() if one.name.startswith("sts-tutor")]
