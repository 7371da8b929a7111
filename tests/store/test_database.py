import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.model.errors import ExitCode, TutorError
from tutor.model.progress import (
    Did,
    Event,
    LessonProgress,
    Progress,
    Status,
    apply,
    replay,
)
from tutor.store.database import Store, open_memory, open_store
from tutor.store.journal import Journal

LESSON, TASK = "identity/headless-service", "fix"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "progress.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = open_store(path)
    yield store
    store.close()


def drafted(text: str, at: float = 1.0) -> Event:
    return Event(at, Did.DRAFTED, LESSON, TASK, text=text)


def test_progress_is_the_same_after_closing_and_opening(path: Path) -> None:
    events = [
        Event(1.0, Did.OPENED, LESSON, TASK),
        drafted("a: 1\n", 2.0),
        Event(3.0, Did.CHECKED, LESSON, TASK, ("STS101", "STS101", "check:headless")),
        Event(4.0, Did.HINTED, LESSON, TASK),
        drafted("日本語: １\n", 5.0),
        Event(6.0, Did.SOLVED, LESSON, TASK),
    ]
    live = Progress()
    first = open_store(path)
    for event in events:
        first.record(event)
        live = apply(live, event)
    first.close()
    second = open_store(path)
    loaded = second.load()
    second.close()
    task = loaded.lessons[LESSON].tasks[TASK]
    assert task == live.lessons[LESSON].tasks[TASK]
    assert task.status is Status.SOLVED
    assert task.stuck_on == {"STS101": 2, "check:headless": 1}
    assert loaded.at_lesson == LESSON


def test_two_events_at_the_same_moment_both_count(store: Store) -> None:
    for _ in range(2):
        store.record(Event(1.0, Did.HINTED, LESSON, TASK))
    assert store.load().lessons[LESSON].tasks[TASK].hints == 2


def test_a_draft_counts_even_if_the_clock_went_back(store: Store) -> None:
    store.record(drafted("first", 100.0))
    store.record(drafted("second", 50.0))
    assert store.load().lessons[LESSON].tasks[TASK].draft == "second"


def test_merging_twice_changes_nothing_and_keeps_newer_drafts(store: Store) -> None:
    store.record(drafted("mine", 10.0))
    theirs = [Event(1.0, Did.SOLVED, LESSON, TASK), drafted("older", 5.0)]
    assert store.merge(theirs) == 2
    assert store.merge(theirs) == 0
    task = store.load().lessons[LESSON].tasks[TASK]
    assert (task.status, task.draft) == (Status.SOLVED, "mine")


def test_typing_does_not_fill_the_log(store: Store) -> None:
    for n in range(100):
        store.record(drafted(f"text {n}", float(n)))
    assert [event.text for event in store.events()] == ["text 99"]


EVENTS = st.lists(
    st.builds(
        Event,
        at=st.sampled_from([1.0, 2.0, 3.0, 4.0]),
        did=st.sampled_from(Did),
        lesson=st.sampled_from(["a", "b"]),
        task=st.sampled_from(["", "x", "y"]),
        codes=st.sampled_from([(), ("STS101",), ("a", "b")]),
        right=st.booleans(),
        text=st.sampled_from(["", "one", "two"]),
    ),
    max_size=25,
)


@given(EVENTS)
def test_what_is_loaded_is_what_happened(events: list[Event]) -> None:
    store = open_memory()
    for event in events:
        store.record(event)
    loaded, live = store.load(), replay(events)
    store.close()
    assert loaded.at_lesson == live.at_lesson
    assert {k: _timeless(v) for k, v in loaded.lessons.items()} == {
        k: _timeless(v) for k, v in live.lessons.items()
    }


def _timeless(lesson: LessonProgress) -> object:
    """A lesson's progress but for moments, which a store may move by a tick."""
    tasks = {
        name: (replace(task, recalls=()), [recall.right for recall in task.recalls])
        for name, task in lesson.tasks.items()
    }
    return tasks, lesson.at_task, lesson.status


def test_forgetting_one_lesson_leaves_the_others_and_the_settings(store: Store) -> None:
    store.set("language", "ja")
    store.record(Event(1.0, Did.OPENED, LESSON, TASK))
    store.record(Event(1.0, Did.OPENED, "start/x", "y"))
    store.forget(LESSON)
    assert list(store.load().lessons) == ["start/x"]
    store.forget()
    assert store.load() == Progress()
    assert store.settings() == {"language": "ja"}


@given(text=st.text(), lesson=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str, lesson: str) -> None:
    store = open_memory()
    store.record(Event(1.0, Did.DRAFTED, lesson, TASK, text=text))
    expected = text.encode("utf-8", "replace").decode("utf-8")
    assert store.load().lessons[lesson].tasks[TASK].draft == expected
    store.close()


def test_names_are_data_in_sql(store: Store) -> None:
    hostile = "x'); DROP TABLE event; --"
    store.record(Event(1.0, Did.OPENED, hostile, hostile, (hostile,)))
    store.forget(hostile)
    store.record(Event(1.0, Did.OPENED, LESSON, TASK))
    assert list(store.load().lessons) == [LESSON]


def _refused(path: Path) -> TutorError:
    before = path.read_bytes()
    with pytest.raises(TutorError) as caught:
        open_store(path)
    assert path.read_bytes() == before, "a file that cannot be used must stay as it was"
    assert caught.value.exit_code is ExitCode.STORE
    return caught.value


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "p.sqlite3"
    path.write_bytes(b"this is not a database" * 100)
    assert _refused(path).code == "store-corrupt"


def test_a_damaged_page(path: Path) -> None:
    store = open_store(path)
    store.record_all(Event(float(n), Did.OPENED, LESSON, f"task-{n}") for n in range(2000))
    store.close()
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)
    assert _refused(path).code == "store-corrupt"


def test_another_programs_database(tmp_path: Path) -> None:
    path = tmp_path / "p.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE photos (name TEXT)")
    connection.commit()
    connection.close()
    assert _refused(path).code == "store-foreign"


def test_a_newer_version(path: Path) -> None:
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    error = _refused(path)
    assert (error.code, error.params["found"]) == ("store-newer", 99)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(TutorError) as caught:
        open_store(blocker / "progress.sqlite3")
    assert caught.value.code == "store-directory"


def test_a_read_only_database(store: Store) -> None:
    store.record(drafted("kept"))
    store._connection.execute("PRAGMA query_only = 1")
    with pytest.raises(TutorError) as caught:
        store.record(drafted("lost"))
    assert caught.value.code == "store-read-only"
    assert store.load().lessons[LESSON].tasks[TASK].draft == "kept"


def _limit_pages(store: Store, pages: int) -> None:
    store._connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_loses_nothing_once_there_is_room(store: Store, path: Path) -> None:
    told: list[TutorError] = []
    journal = Journal(store, told.append)
    journal.record(drafted("small", 1.0))
    _limit_pages(store, 8)
    journal.record(drafted("x" * 100_000, 2.0))
    journal.record(Event(3.0, Did.HINTED, LESSON, TASK))
    assert [error.code for error in told] == ["store-full"]
    assert journal.waiting == 2
    assert store.load().lessons[LESSON].tasks[TASK].draft == "small"
    _limit_pages(store, 100_000)
    assert journal.flush()
    again = open_store(path)
    task = again.load().lessons[LESSON].tasks[TASK]
    again.close()
    assert (task.draft, task.hints) == ("x" * 100_000, 1)


_WRITER = """
import sys
from pathlib import Path
from tutor.model.progress import Did, Event
from tutor.store.database import open_store
store = open_store(Path(sys.argv[1]))
for n in range(1_000_000):
    store.record(Event(float(n), Did.DRAFTED, "start/x", "t", text=str(n)))
    store.record(Event(float(n), Did.HINTED, "start/x", f"t{n}"))
    print(n, flush=True)
"""


def test_kill_loses_nothing_that_was_recorded(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(50):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        said = process.stdout.read()
    last = int(said.split()[-1]) if said.split() else 49
    store = open_store(path)
    tasks = store.load().lessons["start/x"].tasks
    assert int(tasks["t"].draft or -1) >= last
    assert all(f"t{n}" in tasks for n in range(last + 1))
    store.close()


def _write_many(path: str, who: str) -> None:
    store = open_store(Path(path))
    for n in range(100):
        store.record(Event(time.time(), Did.HINTED, who, f"t{n}"))
    store.close()


def test_two_instances_at_once_keep_both_histories(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write_many, args=(str(path), who)) for who in ("a", "b")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    store = open_store(path)
    progress = store.load()
    store.close()
    assert {who: len(progress.lessons[who].tasks) for who in "ab"} == {"a": 100, "b": 100}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_progress_is_its_learners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "progress.sqlite3"
    before = os.umask(0)
    try:
        store = open_store(path)
        store.set("language", "ja")
        modes = {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert set(modes.values()) == {0o600}, modes
    path.chmod(0o644)  # as earlier versions made it
    open_store(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
