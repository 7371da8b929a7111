"""The contract of a lesson: the sample holds to it, and every breach of it is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.course.played import SCENARIO, add_plays
from tutor.authoring.lint import lint
from tutor.authoring.pairing import counterpart, stamped
from tutor.authoring.stages import Stage, stage_of
from tutor.authoring.wording import MESSAGES, NEEDED, STAGES, place, sentence
from tutor.course.loader import locate
from tutor.course.problems import Problem
from tutor.course.words import digest
from tutor.i18n.translator import translator
from tutor.model.course import LANGUAGES

F = "fixtures/start/first"
LESSON, STARTER = f"{F}/lesson.yaml", f"{F}/starter.yaml"
BELOW, FLOW = f"{F}/solutions/01-below.yaml", f"{F}/solutions/03-flow.yaml"
EN, JA = "lessons/en/start/first.md", "lessons/ja/start/first.md"

Change = Callable[[Path], object]


def swap(name: str, old: str, new: str) -> Change:
    def change(root: Path) -> None:
        file = root / name
        text = file.read_text("utf-8")
        assert old in text, f"{name} has no {old!r}"
        file.write_text(text.replace(old, new, 1), "utf-8")

    return change


def put(name: str, text: str) -> Change:
    def change(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")

    return change


def drop(name: str) -> Change:
    return lambda root: (root / name).unlink()


def move(name: str, new: str) -> Change:
    return lambda root: (root / name).rename(root / new)


def same_as(name: str, other: str, old: str = "", new: str = "") -> Change:
    """One file made from another."""
    return lambda root: (root / name).write_text(
        (root / other).read_text("utf-8").replace(old, new), "utf-8"
    )


def both(*changes: Change) -> Change:
    return lambda root: [change(root) for change in changes]


def loosen(root: Path) -> None:
    """No check and no rule asks for the ConfigMap that everything has."""
    extra = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n"
    other = extra.replace("one", "two")
    for file in [root / STARTER, *(root / F / "solutions").iterdir()]:
        file.write_text(file.read_text("utf-8").rstrip("\n") + "\n" + extra + other, "utf-8")


def silence(root: Path) -> None:
    """A scenario that expects nothing."""
    file = root / SCENARIO
    before, _, after = file.read_text("utf-8").partition("  expect:\n")
    file.write_text(before + after[after.index("kill:") :], "utf-8")


def too_early(root: Path) -> None:
    """The answer is applied before it is written."""
    file = root / LESSON
    text = file.read_text("utf-8")
    task = "  - apply: try-it\n    scenario: up\n"
    file.write_text(text.replace(task, "").replace("  - write: fix\n", task + "  - write: fix\n"))


def never_at_rest(root: Path) -> None:
    """Pods that end as soon as they run, and are made again without end."""
    failing = "      annotations: {sts-tutor.dev/phase: Failed}\n    spec:\n"
    swap(BELOW, "    spec:\n      containers", failing + "      containers")(root)


RELEASE = "    - annotate: {of: Pod/web-1, set: {sts-tutor.dev/release: now}}"
DOWN = "    - node: {down: web-1}"
IDLE = "other:\n  steps:\n    - restart: {of: StatefulSet/web}\n"
TASK_READ = "  - read: why\n"
PREDICT = """\
  - predict: order
    form: order
    choices: [two, zero, one]
    answer: [zero, one, two]
"""
QUIZ = """\
  - quiz: which
    form: many
    choices: [name, ip, claim]
    answer: [name, claim]
"""
FENCE = "```text\nweb-0 ──→ web-1\n```"


def played(file: str, old: str, new: str) -> Change:
    """A breach of the lesson with things to play."""
    return both(add_plays, swap(file, old, new))


BREACHES: list[tuple[str, str, Change]] = [
    # Reading
    ("yaml", LESSON, swap(LESSON, "tasks:", "tasks: [")),
    ("not-one-document", LESSON, put(LESSON, "# nothing\n")),
    ("field-missing", LESSON, swap(LESSON, "minutes: 5\n", "")),
    ("field-wrong", LESSON, swap(LESSON, "minutes: 5", "minutes: five")),
    ("field-twice", LESSON, swap(LESSON, "requires: []", "requires: [a/b, a/b]")),
    ("field-unknown", EN, swap(EN, "goal:", "gaol:")),
    ("id-twice", LESSON, swap(LESSON, "id: headless", "id: three")),
    # Truth
    ("id-not-folder", LESSON, swap(LESSON, "id: start/first", "id: start/second")),
    ("task-kind", LESSON, swap(LESSON, "- read:", "- reed:")),
    ("task-needed", LESSON, swap(LESSON, PREDICT, "")),
    ("task-needed", LESSON, swap(LESSON, TASK_READ, "")),
    (
        "quiz-many",
        LESSON,
        swap(LESSON, QUIZ, QUIZ + "".join(QUIZ.replace("which", x) for x in "ab")),
    ),
    ("second-write", LESSON, swap(LESSON, QUIZ, "  - write: again\n" + QUIZ)),
    ("file-missing", LESSON, drop(f"{F}/mistakes/broken.yaml")),
    ("mistake-undeclared", LESSON, put(f"{F}/mistakes/new.yaml", "a: 1\n")),
    ("one-operator", LESSON, swap(LESSON, ", equals: None", "")),
    ("order-taken", "fixtures/volumes/second/lesson.yaml", swap(LESSON, "order: 10", "order: 80")),
    ("requires-unknown", LESSON, swap(LESSON, "requires: []", "requires: [start/zero]")),
    ("requires-later", LESSON, swap(LESSON, "requires: []", "requires: [volumes/second]")),
    ("rule-unknown", LESSON, swap(LESSON, "STS301]", "STS399]")),
    (
        "scenario-unknown",
        LESSON,
        played(LESSON, "try-it\n    scenario: up", "try-it\n    scenario: x"),
    ),
    ("scenario-unplayed", SCENARIO, both(add_plays, put(SCENARIO, IDLE))),
    ("scenario-steps", LESSON, played(SCENARIO, "  steps:\n    - delete: {of: Pod/web-1}\n", "")),
    ("scenario-apply-first", LESSON, played(SCENARIO, "- apply: answer", "- wait: 1")),
    ("scenario-expect", LESSON, both(add_plays, silence)),
    ("step-kind", SCENARIO, played(SCENARIO, "- delete:", "- remove:")),
    ("condition-kind", SCENARIO, played(SCENARIO, "never: Pod/web-0 gone", "nver: x")),
    ("offline-only", SCENARIO, played(SCENARIO, "of: Pod/web-1}", f"of: Pod/web-1}}\n{RELEASE}")),
    ("offline-only", SCENARIO, played(SCENARIO, "of: Pod/web-1}", "of: Pod/web-1}\n" + DOWN)),
    ("answer-unwritten", LESSON, both(add_plays, too_early)),
    ("file-missing", SCENARIO, played(SCENARIO, "[solutions/01-below.yaml]", "[no.yaml]")),
    ("stray-file", f"{F}/notes.txt", put(f"{F}/notes.txt", "x")),
    ("stray-file", f"{F}/solutions/a.yml", put(f"{F}/solutions/a.yml", "x")),
    ("stray-file", "lessons/en/start/other.md", put("lessons/en/start/other.md", "x")),
    ("stray-file", "lessons/en/start/first.txt", put("lessons/en/start/first.txt", "x")),
    ("stray-file", "lessons/en/loose.md", put("lessons/en/loose.md", "x")),
    ("stray-file", "lessons/fr", put("lessons/fr/start/first.md", "x")),
    ("stray-file", "fixtures/start/empty", put("fixtures/start/empty/starter.yaml", "x")),
    # Answers
    ("starter-passes", STARTER, same_as(STARTER, BELOW)),
    ("solutions-few", LESSON, drop(BELOW)),
    ("solution-fails", BELOW, swap(BELOW, "replicas: 3", "replicas: 2")),
    (
        "solution-warns",
        BELOW,
        swap(
            BELOW, "      containers:", "      terminationGracePeriodSeconds: 0\n      containers:"
        ),
    ),
    ("solutions-alike", FLOW, same_as(FLOW, BELOW, "name: web\n", "name:   'web' # me\n")),
    (
        "mistakes-few",
        LESSON,
        both(drop(f"{F}/mistakes/broken.yaml"), swap(LESSON, "      broken: [YAML137]\n", "")),
    ),
    (
        "mistake-codes",
        f"{F}/mistakes/two-replicas.yaml",
        swap(LESSON, '"check:three"]', '"check:three", STS301]'),
    ),
    (
        "mistakes-alike",
        f"{F}/mistakes/two-replicas.yaml",
        same_as(f"{F}/mistakes/two-replicas.yaml", f"{F}/mistakes/no-service.yaml"),
    ),
    ("check-untested", LESSON, swap(LESSON, 'two-replicas: ["check:three"]', "two-replicas: [x]")),
    ("removal-passes", BELOW, loosen),
    ("play-refused", SCENARIO, played(SCENARIO, "of: Pod/web-1", "of: Pod/web-9")),
    ("play-restless", SCENARIO, both(add_plays, never_at_rest)),
    (
        "expectation-open",
        SCENARIO,
        played(SCENARIO, "again: Pod/web-1", "again: Pod/web-2"),
    ),
    ("expectation-open", SCENARIO, played(SCENARIO, "count: 3", "count: 4")),
    ("expectation-broken", SCENARIO, played(SCENARIO, "never: Pod/web-0", "never: Pod/web-1")),
    ("expectation-broken", SCENARIO, played(SCENARIO, "kept: Pers", "kept: Pod/web-1} #")),
    (
        "expectation-broken",
        SCENARIO,
        played(
            SCENARIO, "[Pod/web-0 ready, Pod/web-1 created]", "[Pod/web-1 ready, Pod/web-0 ready]"
        ),
    ),
    ("expectation-early", SCENARIO, played(SCENARIO, "    - {id: again, again: Pod/web-1}\n", "")),
    (
        "prediction-differs",
        LESSON,
        played(LESSON, "[first, last]\n    scen", "[last, first]\n    scen"),
    ),
    ("prediction-differs", LESSON, played(LESSON, "answer: [claim]", "answer: [pod]")),
    # Words
    ("words-missing", JA, drop(JA)),
    ("no-front-matter", JA, swap(JA, "---\n", "")),
    ("prose-without-section", EN, swap(EN, "<!-- why -->", "Before.\n\n<!-- why -->")),
    ("section-unknown", EN, swap(EN, "<!-- why -->", "<!-- how -->")),
    ("section-empty", EN, swap(EN, "<!-- why -->", "<!-- why -->\n<!-- why -->")),
    ("section-missing", EN, swap(EN, "<!-- why -->\n", "")),
    # Style
    ("style-control", EN, swap(EN, "all alike", "all\u200balike")),
    ("style-term", JA, swap(JA, "どれも同じです。", "どれも同じポッドです。")),
    ("style-leave-out", JA, swap(JA, "何も待ちません。", "あなたは待ちません。")),
    ("style-width", JA, swap(JA, "何も待ちません。", "何も（すぐに）待ちません。")),
    ("style-space", JA, swap(JA, "Podごとに名前が", "Pod ごとに名前が")),
    ("style-parenthesis", JA, swap(JA, "何も待ちません。", "(何も待ちません。)")),
    ("title-wide", EN, swap(EN, "title: The first lesson", f"title: {'wide ' * 12}")),
    ("fence-language", EN, swap(EN, "```text", "```sh")),
    ("fence-broken", EN, swap(EN, FENCE, "```yaml\napiVersion: v1\nkind: [Pod\n```")),
    ("block-wide", EN, swap(EN, "web-0 ──→", f"web-0 {'─' * 80}→")),
    ("drawing-character", EN, swap(EN, "web-0 ──→", "web-0 ──➜")),
    ("drawing-loose", EN, swap(EN, "web-0 ──→ web-1", "web-0 ──┐\n          └→ web-1")),
    # Pair
    ("fences-differ", EN, swap(JA, FENCE, "図はありません。")),
    ("placeholders-differ", EN, swap(JA, "名前を持つPodを3つ", "{name}を3つ")),
    ("stale", JA, swap(EN, "all alike", "all the same")),
]


def found(root: Path) -> list[Problem]:
    return list(lint(root / "lessons", root / "fixtures"))


def test_the_sample_holds_to_the_contract(copy: Path) -> None:
    assert found(copy) == []


def test_a_lesson_with_things_to_play_holds_to_the_contract(copy: Path) -> None:
    add_plays(copy)
    assert found(copy) == []


@pytest.mark.parametrize(
    ("code", "file", "change"),
    BREACHES,
    ids=[f"{number}-{breach[0]}" for number, breach in enumerate(BREACHES)],
)
def test_a_breach_is_named(copy: Path, code: str, file: str, change: Change) -> None:
    change(copy)
    problems = found(copy)
    assert (code, file) in [(problem.code, problem.file) for problem in problems], problems
    for problem in problems:
        for language in LANGUAGES:
            said = sentence(problem, translator(language))
            assert said
            assert "{" not in said.replace("{name}", "")
        assert place(problem).startswith(problem.file)


def test_a_topic_must_exist_too() -> None:
    """The loader walks the topics there are, so only a direct reading meets another."""
    from tutor.course.heads import read_head

    problems: list[Problem] = []
    text = "id: other/x\norder: 1\nminutes: 1\n"
    assert read_head(text, "lesson.yaml", "other/x", problems) is None
    assert [problem.code for problem in problems] == ["topic-unknown"]
    assert "other" in sentence(problems[0], translator("en"))


def test_every_problem_has_words_a_stage_and_a_breach_here() -> None:
    provoked = {code for code, _, _ in BREACHES} | {"topic-unknown"}
    assert provoked == set(MESSAGES)
    assert set(STAGES) == set(Stage)


def test_what_a_field_needs_is_worded() -> None:
    import tutor.course

    folder = Path(next(iter(tutor.course.__path__)))
    sources = "".join(file.read_text("utf-8") for file in folder.glob("*.py"))
    for name in NEEDED:
        assert f'"{name}"' in sources or name.startswith("operand-"), f"{name} is never needed"


def test_problems_come_in_the_order_of_the_work(copy: Path) -> None:
    swap(JA, "何も待ちません。", "何も（すぐに）待ちません。")(copy)
    swap(EN, "    debrief: Ordinals count up.\n", "    depart: x\n")(copy)
    swap(BELOW, "replicas: 3", "replicas: 2")(copy)
    swap(LESSON, "order: 10", "order: 80")(copy)
    stages = [stage_of(problem.code, problem.file) for problem in found(copy)]
    first = stages[: stages.index(Stage.STYLE) + 1]
    assert first == sorted(first)
    assert set(first) == {Stage.ANSWERS, Stage.WORDS, Stage.STYLE}


def test_some_lessons_can_be_asked_about_alone(copy: Path) -> None:
    swap(JA, "何も待ちません。", "何も（すぐに）待ちません。")(copy)
    put("lessons/en/loose.md", "x")(copy)
    where = copy / "lessons", copy / "fixtures"
    assert lint(*where, ["volumes/second"]) == ()
    assert {problem.file for problem in lint(*where, ["start/first"])} == {JA, EN}
    assert len(lint(*where)) > 2


def test_a_problem_is_told_once(copy: Path) -> None:
    swap(LESSON, "id: start/first", "id: [")(copy)
    problems = found(copy)
    assert len(problems) == len(set(map(repr, problems)))


def test_a_stamp_makes_a_pair_fresh_until_a_word_changes(copy: Path) -> None:
    swap(EN, "all alike", "all the same")(copy)
    assert [problem.code for problem in found(copy)] == ["stale"]
    texts = {language: (copy / f"lessons/{language}/start/first.md") for language in LANGUAGES}
    for language, file in texts.items():
        other = texts[counterpart(language)].read_text("utf-8")
        file.write_text(stamped(file.read_text("utf-8"), digest(other)), "utf-8")
    assert found(copy) == []
    swap(JA, "どれも同じです", "みな同じです")(copy)
    assert [(problem.code, problem.file) for problem in found(copy)] == [("stale", EN)]


def test_a_stamp_is_put_in_where_there_was_none() -> None:
    assert stamped("---\ntitle: a\ntasks:\n", "x") == '---\ntitle: a\ncounterpart: "x"\ntasks:\n'
    with pytest.raises(ValueError, match="front matter"):
        stamped("no front matter", "x")


def test_the_course_holds_to_the_contract() -> None:
    """Every lesson we ship: each solution and each mistake is tried, each word is looked at."""
    lessons, fixtures = locate()
    problems = lint(lessons, fixtures)
    t = translator("en")
    told = [f"{place(problem)}: {sentence(problem, t)}" for problem in problems]
    assert not told, "\n".join(told)
