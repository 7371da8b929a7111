"""What a learner does, as a state machine: no I/O, no UI, no clock of its own.

- :mod:`tutor.session.ports` what is needed from outside: a store of progress.
- :mod:`tutor.session.home` the course as a map: where each lesson stands, where to go on.
- :mod:`tutor.session.run` one lesson being done: frozen state, and pure functions from a state to
  the next state and the events that led there.
- :mod:`tutor.session.session` the two together with a store and a clock: what a UI holds.
- :mod:`tutor.session.quizzing` a quiz, with the same store and clock.
- :mod:`tutor.session.api` all of it that a UI imports.
"""
