"""The words of an author's problems: what was found, what is needed, what to do."""

from tutor.authoring.stages import Stage
from tutor.course.problems import Problem
from tutor.i18n.text import join
from tutor.i18n.translator import N_, Translator
from tutor.model.verdicts import Why

STAGES = {
    Stage.TRUTH: N_("1. The truth: lesson.yaml and the files beside it"),
    Stage.ANSWERS: N_("2. The answers: starter, solutions and mistakes, tried one by one"),
    Stage.WORDS: N_("3. The words: everything in both languages"),
    Stage.STYLE: N_("4. The style: terms, punctuation, drawings"),
    Stage.PAIR: N_("5. The pair: each language checked against the other"),
}
"""A heading for each stage."""

NEEDED = {
    "text": N_("a text that is not empty"),
    "number": N_("a whole number above 0"),
    "list": N_("a list with something in it"),
    "mapping": N_("a mapping"),
    "lesson-id": N_("lesson ids such as start/what-is-a-statefulset"),
    "task-id": N_("an id of a-z, 0-9 and hyphens"),
    "form": N_("one of one, many and order"),
    "choices": N_("ids that stand in choices"),
    "answer-count": N_("one id for the form one, at least two for order"),
    "two-choices": N_("at least two ids"),
    "path": N_("a path such as spec.template.spec.containers[name=web].image"),
    "three-hints": N_("three hints: observe, concept, near-solution"),
    "operand-equals": N_("a value that is not null; absent: true asks for nothing"),
    "operand-in": N_("a list of values"),
    "operand-matches": N_("a regular expression"),
    "operand-quantity-at-least": N_("a quantity such as 1Gi"),
    "operand-count": N_("a whole number"),
    "operand-absent": N_("the value true"),
    "operand-present": N_("the value true"),
    "flag": N_("true or false"),
    "target": N_("an object such as Pod/web-0, of a kind the offline cluster has"),
    "fact": N_("a fact such as Pod/web-0 ready or Pod/web-0 trouble ImagePullBackOff"),
    "two-facts": N_("at least two facts"),
    "facts": N_("a fact for each choice, not a condition: the answer is an order"),
    "wait": N_("settled, or a number of seconds"),
    "cascade": N_("one of background, foreground and orphan"),
    "down-or-up": N_("either down or up, with the Pod on that node"),
}
"""Names of what a field needs."""

MESSAGES = {
    # Reading
    "yaml": N_("Not YAML ({found}). {raw}"),
    "not-one-document": N_("Documents: {count}. One mapping is needed."),
    "field-missing": N_("'{field}' is missing or empty."),
    "field-wrong": N_("'{field}': found '{found}', needed {needed}."),
    "field-twice": N_("'{field}' names '{found}' twice."),
    "field-unknown": N_("'{field}' is not known here. Known: {known}."),
    "id-twice": N_("The id '{found}' is there twice."),
    # Truth
    "id-not-folder": N_("id '{found}', but the folder is '{needed}'. They must be equal."),
    "topic-unknown": N_("'{found}' is no topic. Topics: {known}."),
    "task-kind": N_("A task begins with one of {known}, not with '{found}'."),
    "task-needed": N_("The lesson has no task of the kind '{found}'."),
    "quiz-many": N_("Quiz questions: {found}, at most {needed}."),
    "second-write": N_("A second task to write, '{found}'. A lesson has one."),
    "file-missing": N_("{found} is not there."),
    "mistake-undeclared": N_(
        "mistakes/{found}.yaml is there, but 'mistakes' does not say which codes it must give."
    ),
    "one-operator": N_("The check '{found}' needs exactly one of {known}."),
    "order-taken": N_("order {found} is taken by {other}."),
    "requires-unknown": N_("It requires '{found}', which does not exist."),
    "requires-later": N_("It requires '{found}', which comes later in the course."),
    "scenario-unknown": N_("scenario.yaml has no scenario '{found}'. It has: {known}."),
    "scenario-unplayed": N_("No task plays the scenario '{found}'."),
    "scenario-steps": N_("The scenario '{found}' has no steps for the learner to take."),
    "scenario-apply-first": N_(
        "A task 'apply' needs a scenario that begins with a step 'apply'; '{found}' does not."
    ),
    "scenario-expect": N_("The scenario '{found}' expects nothing, so its task is never done."),
    "step-kind": N_("A step is exactly one of {known}, not '{found}'."),
    "condition-kind": N_("'{found}' needs exactly one of {known}."),
    "answer-unwritten": N_(
        "The task '{found}' applies the learner's answer before anything was written."
    ),
    "offline-only": N_(
        "The scenario '{found}' needs what only the offline cluster has: say 'offline-only: true'."
    ),
    "rule-unknown": N_("'rules' names {found}, which is no rule of the catalogue."),
    "stray-file": N_("The file belongs to no lesson. Remove it, or name it in lesson.yaml."),
    # Answers
    "starter-passes": N_("The starter passes: there is nothing left to do."),
    "solutions-few": N_("Solutions: {found}. At least {needed} that differ in form are needed."),
    "solution-fails": N_("The solution is refused with {found}."),
    "solution-warns": N_("The solution works but gives the warning {found}."),
    "solutions-alike": N_(
        "It differs from {found} only in white space, comments and quotes. Change its form: the "
        "order of keys or documents, flow style, explicit defaults."
    ),
    "mistakes-few": N_("Mistakes: {found}. At least {needed} are needed."),
    "mistake-codes": N_("Found as {found}, but lesson.yaml says {needed}."),
    "mistakes-alike": N_("It differs from {found} only in white space, comments and quotes."),
    "check-untested": N_(
        "No mistake fails the check '{found}'. Add one, or the check could be wrong unseen."
    ),
    "play-refused": N_(
        "Played with {answer}, the scenario '{scenario}' is refused at {object}: {raw}"
    ),
    "play-restless": N_(
        "Played with {answer}, the scenario '{scenario}' does not come to rest within an hour."
    ),
    "expectation-open": N_(
        "Played with {answer}, '{found}' of the scenario '{scenario}' does not come about. {raw}"
    ),
    "expectation-broken": N_(
        "Played with {answer}, '{found}' of the scenario '{scenario}' is broken. {raw}"
    ),
    "expectation-early": N_(
        "Everything that the scenario '{scenario}' expects holds before the learner has done "
        "anything."
    ),
    "prediction-differs": N_(
        "The answer of '{task}' is {needed}, but what is played comes to {found}."
    ),
    "removal-passes": N_("Without {found} the solution still passes. A check must ask for it."),
    # Words
    "words-missing": N_("The file is not there."),
    "no-front-matter": N_("The file does not begin with front matter between two lines '---'."),
    "prose-without-section": N_("Prose before the first '<!-- task -->'."),
    "section-unknown": N_("'<!-- {found} -->' is no task to read. Such tasks: {known}."),
    "section-empty": N_("The section '{found}' is empty."),
    "section-missing": N_("The task '{found}' has no section '<!-- {found} -->'."),
    # Style
    "style-control": N_("The invisible character {found}."),
    "style-term": N_("'{found}': write {needed}."),
    "style-leave-out": N_("'{found}': leave it out."),
    "style-width": N_("'{found}' is full width; only ！ and ？ are."),
    "style-space": N_("A space between Latin and Japanese letters: '{found}'."),
    "style-parenthesis": N_("'{found}': write '{needed}', the full stop after the parenthesis."),
    "title-wide": N_("The title is {found} cells wide, at most {needed} fit: '{title}'."),
    "fence-language": N_("A block of '{found}'. Known: {known}."),
    "fence-broken": N_("A whole manifest that is not YAML ({found})."),
    "block-wide": N_("The line is {found} cells wide; {needed} fit."),
    "drawing-character": N_("'{found}' is not among the characters of drawings."),
    "drawing-loose": N_("'{found}' meets nothing in the line it points to: the drawing is askew."),
    # Pair
    "fences-differ": N_(
        "Task '{task}': the blocks differ between the languages: '{found}' here, '{needed}' there."
    ),
    "placeholders-differ": N_("Task '{task}': placeholders '{found}' here, '{needed}' there."),
    "stale": N_(
        "{other} has changed since this file was checked against it. Compare them, then run "
        "'sts-tutor lessons lint --stamp'."
    ),
}
"""Problem code to its words."""

WHYS = {
    Why.TO_COME: N_("'{fact}' does not happen."),
    Why.TOO_EARLY: N_("'{fact}' happens before '{first}'."),
    Why.SEEN: N_("'{fact}' happens."),
    Why.NOT_AGAIN: N_("{object} is not made anew."),
    Why.ANOTHER: N_("{object} is there anew, it is not the same object."),
    Why.GONE: N_("{object} is gone."),
    Why.ABSENT: N_("{object} is never there."),
    Why.VALUE: N_("{object}: found '{value}', needed '{needed}'."),
    Why.WAITING: N_("{object} waits for {value}."),
    Why.NOT_WAITING: N_("{object} waits for nothing."),
}
"""Why what a scenario expects does not hold."""


def sentence(problem: Problem, t: Translator) -> str:
    """What a problem says, without its place."""
    params = {
        name: join(value, t.language) if isinstance(value, tuple) else value
        for name, value in problem.params.items()
    }
    if problem.code == "field-wrong":
        params["needed"] = t(NEEDED[str(params["needed"])])
    if "why" in params:
        params["raw"] = t(WHYS[Why(str(params["why"]))], **params)
    return t(MESSAGES[problem.code], **params)


def place(problem: Problem) -> str:
    """Where a problem is: ``lessons/ja/start/x.md:12:3``, as editors jump to it."""
    numbers = [str(n) for n in (problem.line, problem.column) if n]
    return ":".join([problem.file, *numbers])
