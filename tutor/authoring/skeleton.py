"""The files of a new lesson: a frame to fill in, which the lint then explains step by step.

What has to be written is left empty, so that nothing made up can be forgotten in place.
"""

import re
from collections.abc import Iterable

from tutor.model.course import HINTS, LANGUAGES, Topic

STEP = 10
"""What lies between two lessons in the order, so that one can come between."""

_ID = re.compile(r"([a-z]+)/([a-z0-9]+(?:-[a-z0-9]+)*)\Z")

_LESSON = """\
id: {id}
order: {order}
minutes: 15
requires: [{requires}]
tasks:
  - read: why
  - predict: outcome
    form: one             # one | many | order
    choices: [first, second, third]
    answer: [second]
  - write: manifest
    checks:
      # equals | in | matches | same-as | quantity-at-least | count | absent | present
      - {{id: replicas, of: StatefulSet, path: spec.replicas, equals: 3}}
    rules: []             # codes that block this task though they are no errors
    mistakes:
      two-replicas: ["check:replicas"]
  - apply: try-it         # applies what was written, after its plan was seen
    scenario: first-apply
  - observe: delete-one   # runs the steps the scenario suggests, or others, and watches
    scenario: delete-one
  - quiz: remember
    form: one
    choices: [first, second, third]
    answer: [first]
"""

_SCENARIO = """\
# Played in the tests with every solution, and in the learner's cluster. 'lessons preview' shows
# what happens, as facts to expect.
first-apply:
  steps:
    # apply | scale | delete | patch | image | restart | undo | annotate | label | node | wait
    - apply: answer
  expect:
    # order | happened | never | again | kept | finally | waits
    - {id: in-order, order: [Pod/web-0 ready, Pod/web-1 created]}
    - {id: three, finally: {of: Pod, count: 3}}
delete-one:
  start: [solutions/01-as-asked.yaml]
  steps:
    - delete: {of: Pod/web-1}
  expect:
    - {id: again, again: Pod/web-1}
"""

_MANIFEST = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  serviceName: web
  replicas: {replicas}
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: web
        image: registry.k8s.io/nginx-slim:0.24
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  clusterIP: None
  selector:
    app: web
"""

_WORDS = """\
---
title:
goal:
counterpart: ""
tasks:
  why:
    title:
  outcome:
    title:
    prompt:
    choices: {{first: , second: , third: }}
    explanations: {{first: , second: , third: }}
    debrief:
  manifest:
    title:
    prompt:
    checks: {{replicas: }}
    hints:
{hints}
    debrief:
  try-it:
    title:
    prompt:
    expects: {{in-order: , three: }}
    debrief:
  delete-one:
    title:
    prompt:
    expects: {{again: }}
    debrief:
  remember:
    title:
    prompt:
    choices: {{first: , second: , third: }}
    explanations: {{first: , second: , third: }}
---
<!-- why -->
"""


def valid_id(lesson_id: str) -> bool:
    """Whether an id is ``<topic>/<slug>`` of a topic that exists."""
    match = _ID.match(lesson_id)
    return match is not None and match[1] in {topic.value for topic in Topic}


def skeleton(lesson_id: str, others: Iterable[tuple[str, int]]) -> dict[str, str]:
    """The files of a new lesson, by name (``fixtures/…`` and ``lessons/…``).

    Args:
        lesson_id: A valid id that no lesson has.
        others: Id and order of every lesson there is; the new one comes after the last of its
            topic.

    Raises:
        ValueError: The id is not valid.
    """
    if not valid_id(lesson_id):
        raise ValueError(lesson_id)
    topics = [topic.value for topic in Topic]
    place = topics.index(lesson_id.partition("/")[0])
    known = sorted(others, key=lambda other: other[1])
    before = [other for other in known if topics.index(other[0].partition("/")[0]) <= place]
    last, order = before[-1] if before else ("", 0)
    taken = {number for _, number in known}
    order = next(
        n
        for n in range(order + (STEP if order + STEP not in taken else 1), 10**6)
        if n not in taken
    )
    folder = f"fixtures/{lesson_id}"
    starter, solution = _MANIFEST.format(replicas=1), _MANIFEST.format(replicas=3)
    files = {
        f"{folder}/lesson.yaml": _LESSON.format(id=lesson_id, order=order, requires=last),
        f"{folder}/scenario.yaml": _SCENARIO,
        f"{folder}/starter.yaml": starter,
        f"{folder}/solutions/01-as-asked.yaml": solution,
        f"{folder}/mistakes/two-replicas.yaml": _MANIFEST.format(replicas=2),
    }
    for language in LANGUAGES:
        files[f"lessons/{language}/{lesson_id}.md"] = _WORDS.format(
            hints="\n".join(["    -"] * HINTS)
        )
    return files
