"""The secret by which an installation knows what it has made."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tutor.model.errors import TutorError
from tutor.store.installation import FILE, installation_key


def home(folder: Path) -> dict[str, str]:
    return {"STS_TUTOR_HOME": str(folder / "home")}


def test_it_is_made_once_and_differs_elsewhere(tmp_path: Path) -> None:
    first = installation_key(home(tmp_path))
    assert len(first) == 32
    assert installation_key(home(tmp_path)) == first
    assert installation_key(home(tmp_path / "other")) != first


def test_whoever_comes_at_the_same_time_gets_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: installation_key(home(tmp_path)), range(64)))
    assert len(found) == 1
    assert [one.name for one in (tmp_path / "home").iterdir()] == [FILE], "nothing is left over"


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_its_owner_alone_may_read_it(tmp_path: Path) -> None:
    installation_key(home(tmp_path))
    path = tmp_path / "home" / FILE
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    installation_key(home(tmp_path))
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content", [b"", b"zz\n", b"00" * 31, b"00" * 33, b"\xff" * 64, b"0" * 10**6]
)
def test_a_damaged_one_is_told_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "home" / FILE
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(TutorError) as caught:
        installation_key(home(tmp_path))
    assert caught.value.code == "installation-key"
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(TutorError) as caught:
        installation_key(home(tmp_path))
    assert caught.value.code == "installation-key"
    assert os.listdir(tmp_path) == ["home"]  # noqa: PTH208
