"""The sample course's first lesson with things to play: an apply, an observe and a prediction."""

from pathlib import Path

from tutor.authoring.pairing import counterpart, stamped
from tutor.course.words import digest

FOLDER = "fixtures/start/first"
LESSON, SCENARIO = f"{FOLDER}/lesson.yaml", f"{FOLDER}/scenario.yaml"
WORDS = {language: f"lessons/{language}/start/first.md" for language in ("en", "ja")}

TASKS = """\
  - predict: which-first
    form: order
    choices: [last, first]
    answer: [first, last]
    scenario: up
    means: {first: Pod/web-0 ready, last: Pod/web-2 created}
  - apply: try-it
    scenario: up
  - predict: what-stays
    form: many
    choices: [pod, claim]
    answer: [claim]
    scenario: kill
    means:
      pod: {kept: Pod/web-1}
      claim: {kept: PersistentVolumeClaim/data-web-1}
  - observe: kill-one
    scenario: kill
"""
SCENARIOS = """\
up:
  steps:
    - apply: answer
  expect:
    - {id: in-order, order: [Pod/web-0 ready, Pod/web-1 created]}
    - {id: three, finally: {of: Pod, count: 3}}
kill:
  start: [solutions/01-below.yaml]
  steps:
    - delete: {of: Pod/web-1}
  expect:
    - {id: again, again: Pod/web-1}
    - {id: kept, kept: PersistentVolumeClaim/data-web-1}
    - {id: never, never: Pod/web-0 gone}
"""
_TEXTS = {
    "en": """\
  which-first:
    title: Which comes first
    prompt: Put them in order.
    choices: {last: web-2 is made, first: web-0 is Ready}
    explanations: {last: It waits., first: It waits for nothing.}
  try-it:
    title: Try it
    prompt: Apply what you wrote.
    expects: {in-order: Each Pod waits for the one before it., three: Three Pods run.}
    debrief: Each Pod waited.
  what-stays:
    title: What stays
    prompt: web-1 is deleted. What stays?
    choices: {pod: The Pod, claim: The claim}
    explanations: {pod: A new one is made., claim: It belongs to the ordinal.}
  kill-one:
    title: Delete one
    prompt: Delete web-1.
    expects: {again: web-1 is back., kept: Its claim is the same., never: web-0 stays.}
    debrief: The name came back.
""",
    "ja": """\
  which-first:
    title: どちらが先か
    prompt: 順番に並べてください。
    choices: {last: web-2の作成, first: web-0のReady}
    explanations: {last: 待ちます。, first: 何も待ちません。}
  try-it:
    title: 試す
    prompt: 書いたものを適用してください。
    expects: {in-order: Podは前のPodを待ちます。, three: Podが3つ動きます。}
    debrief: 順番に待ちました。
  what-stays:
    title: 残るもの
    prompt: web-1を削除します。何が残りますか。
    choices: {pod: Pod, claim: PVC}
    explanations: {pod: 新しく作られます。, claim: 序数のものです。}
  kill-one:
    title: 1つ削除する
    prompt: web-1を削除してください。
    expects: {again: web-1が戻ります。, kept: PVCは同じです。, never: web-0は残ります。}
    debrief: 名前が戻りました。
""",
}


def add_plays(root: Path) -> None:
    """Add them to a copy of the sample course."""
    lesson = root / LESSON
    text = lesson.read_text("utf-8")
    lesson.write_text(text.replace("  - quiz: which\n", TASKS + "  - quiz: which\n"), "utf-8")
    (root / SCENARIO).write_text(SCENARIOS, "utf-8")
    for language, file in WORDS.items():
        old = (root / file).read_text("utf-8")
        (root / file).write_text(
            old.replace("  which:\n", _TEXTS[language] + "  which:\n"), "utf-8"
        )
    for language, file in WORDS.items():
        other = root / WORDS[counterpart(language)]
        old = (root / file).read_text("utf-8")
        (root / file).write_text(stamped(old, digest(other.read_text("utf-8"))), "utf-8")
