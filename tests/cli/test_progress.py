import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.clusters import posix
from tests.cli.conftest import Run
from tutor.model.progress import Did, Event
from tutor.store.database import open_store
from tutor.store.exchange import Export, encode

FIRST = "start/what-is-a-statefulset"


def learned(home: Path, *events: Event) -> None:
    store = open_store(home / "progress.sqlite3")
    store.record_all(events)
    store.close()


def stuck(name: str, code: str = "STS101", times: int = 4) -> str:
    events = [Event(1.0, Did.OPENED, FIRST, "repair")]
    events += [Event(2.0 + n, Did.CHECKED, FIRST, "repair", (code,)) for n in range(times)]
    return encode(Export(name, 100.0, tuple(events)))


def test_export_import_and_reset_bring_everything_back(tutor: Run, home: Path) -> None:
    learned(home, Event(1.0, Did.DRAFTED, FIRST, "repair", text="a: 日本\n"))
    assert tutor("progress", "export", "--name", "花子").returncode == 0
    reset = tutor("progress", "reset", "--yes")
    assert reset.returncode == 0
    assert "0 of" in tutor("progress").stdout
    backup = reset.stdout.split("import ")[-1].strip()
    assert tutor("progress", "import", backup).returncode == 0
    store = open_store(home / "progress.sqlite3")
    assert store.load().lessons[FIRST].tasks["repair"].draft == "a: 日本\n"
    store.close()


def test_export_leaves_out_drafts_when_asked_and_never_overwrites(
    tutor: Run, home: Path, tmp_path: Path
) -> None:
    learned(home, Event(1.0, Did.DRAFTED, FIRST, "repair", text="secret"))
    assert tutor("progress", "export", "--no-drafts", "--name", "x").returncode == 0
    written = (tmp_path / "progress-x.json").read_text("utf-8")
    assert "secret" not in written
    again = tutor("progress", "export", "--name", "x")
    assert again.returncode == 3
    assert (tmp_path / "progress-x.json").read_text("utf-8") == written


@posix
def test_nobody_else_may_read_what_tells_of_a_person(
    tutor: Run, home: Path, tmp_path: Path
) -> None:
    learned(home, Event(1.0, Did.DRAFTED, FIRST, "repair", text="secret"))
    assert tutor("progress", "export", "--name", "x").returncode == 0
    report = ("workshop", "report", "progress-x.json", "--html", "room.html")
    assert tutor(*report).returncode == 0
    backup = tutor("progress", "reset", "--yes").stdout.split("import ")[-1].strip()
    private = [tmp_path / "progress-x.json", tmp_path / "room.html", Path(backup)]
    assert [path.stat().st_mode & 0o777 for path in private] == [0o600] * 3
    assert not list(tmp_path.glob(".*.part"))


def test_a_name_is_never_a_path(tutor: Run, tmp_path: Path) -> None:
    assert tutor("progress", "export", "--name", "../../etc/x").returncode == 0
    assert [path.name for path in tmp_path.glob("*.json")] == ["progress-etc-x.json"]


def test_reset_asks_and_without_a_terminal_refuses(tutor: Run, home: Path) -> None:
    learned(home, Event(1.0, Did.OPENED, FIRST, "repair"))
    done = tutor("progress", "reset", stdin="reset\n")
    assert done.returncode == 2
    assert "--yes" in done.stderr


def test_an_unknown_lesson_names_the_nearest(tutor: Run) -> None:
    done = tutor("progress", "reset", "start/what-is-a-statefullset", "--yes")
    assert done.returncode == 2
    assert FIRST in done.stderr


def test_a_damaged_database_is_named_and_left_alone(tutor: Run, home: Path) -> None:
    home.mkdir()
    path = home / "progress.sqlite3"
    path.write_bytes(b"garbage" * 1000)
    done = tutor("progress")
    assert done.returncode == 4
    assert str(path) in done.stderr
    assert path.read_bytes() == b"garbage" * 1000
    connection = sqlite3.connect(home / "other.sqlite3")
    connection.close()


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_report_says_who_is_stuck_on_what(tutor: Run, tmp_path: Path, lang: str) -> None:
    (tmp_path / "a.json").write_text(stuck("Aiko"), "utf-8")
    (tmp_path / "b.json").write_text(stuck("Ben", times=6), "utf-8")
    (tmp_path / "c.json").write_text(encode(Export("Chika", 1.0, ())), "utf-8")
    done = tutor("workshop", "report", "a.json", "b.json", "c.json", lang=lang)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.index("Ben") < done.stdout.index("Aiko") < done.stdout.index("Chika")
    assert "STS101" in done.stdout
    assert "×6" in done.stdout


def test_one_bad_file_is_named_and_the_others_count(tutor: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(stuck("Aiko"), "utf-8")
    (tmp_path / "bad.json").write_text("{}", "utf-8")
    done = tutor("workshop", "report", "a.json", "bad.json", "missing.json")
    assert done.returncode == 3
    assert "bad.json" in done.stderr
    assert "missing.json" in done.stderr
    assert "Aiko" in done.stdout


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_page_holds_what_people_typed_as_text(tutor: Run, tmp_path: Path, lang: str) -> None:
    name = "<script>alert(1)</script>"
    hostile = stuck(name, code="<img src=x onerror=alert(1)>\x1b[31m")
    (tmp_path / "a.json").write_text(hostile, "utf-8")
    done = tutor("workshop", "report", "a.json", "--html", "r.html", lang=lang)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert f'<html lang="{lang}">' in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_page_shows_a_code_span_as_one(tutor: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(stuck("Aiko", code="STS107"), "utf-8")
    assert tutor("workshop", "report", "a.json", "--html", "r.html").returncode == 0
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "STS107: <code>clusterIP</code> is not spelt <code>None</code>" in page
    assert "`" not in page


def test_a_name_that_no_file_can_hold_is_written_in_words(tutor: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({**json.loads(stuck("A")), "name": "x\ud800"}))
    assert tutor("workshop", "report", "a.json", "--html", "r.html").returncode == 0
    assert "x\\xd800" in (tmp_path / "r.html").read_text("utf-8")


def test_of_two_files_of_one_name_the_newest_counts(tutor: Run, tmp_path: Path) -> None:
    old = json.loads(stuck("Aiko"))
    new = {**old, "at": 200.0, "events": []}
    (tmp_path / "1.json").write_text(json.dumps(new), "utf-8")
    (tmp_path / "2.json").write_text(json.dumps(old), "utf-8")
    done = tutor("workshop", "report", "1.json", "2.json")
    assert "1 person" in done.stdout
    assert "STS101" not in done.stdout


DAMAGE: list[dict[str, object]] = [
    {"at": 10**400},
    {"events": [{"at": 10**400, "did": "opened", "lesson": FIRST}]},
    {"events": [{"at": 1.0, "did": ["opened"], "lesson": FIRST}]},
    {"events": [{"at": 1.0, "did": "opened", "lesson": "\udcff"}]},
    {"events": [{"at": 1e300, "did": "opened", "lesson": FIRST}]},
    {"name": {"first": "a"}},
]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_no_file_of_one_person_ends_a_report(tutor: Run, tmp_path: Path, lang: str) -> None:
    (tmp_path / "good.json").write_text(stuck("Aiko"), "utf-8")
    for number, damage in enumerate(DAMAGE):
        broken = json.dumps({**json.loads(stuck("B")), **damage})
        (tmp_path / f"bad{number}.json").write_text(broken, "utf-8")
    files = sorted(path.name for path in tmp_path.glob("*.json"))
    done = tutor("workshop", "report", *files, "--html", "r.html", lang=lang)
    assert done.returncode == 3
    assert "Aiko" in done.stdout
    assert len(done.stderr.splitlines()) == len(DAMAGE)
    assert all(f"bad{number}.json" in done.stderr for number in range(len(DAMAGE)))
    assert "Aiko" in (tmp_path / "r.html").read_text("utf-8")


def test_what_cannot_be_kept_is_not_imported(tutor: Run, home: Path, tmp_path: Path) -> None:
    for number, damage in enumerate(DAMAGE):
        broken = json.dumps({**json.loads(stuck("B")), **damage})
        (tmp_path / f"bad{number}.json").write_text(broken, "utf-8")
        done = tutor("progress", "import", f"bad{number}.json")
        assert done.returncode == 3
        assert f"bad{number}.json: damaged at" in done.stderr
    assert "0 of" in tutor("progress").stdout
