"""A store that never stops the learner: what cannot be written now is tried again later."""

from collections import deque
from collections.abc import Callable

from tutor.model.errors import TutorError
from tutor.model.progress import Event, Progress
from tutor.store.database import Store


class Journal:
    """Records events through a :class:`Store`; a refusal is told once and the events are kept.

    They are tried again with every later event, in order, so a disk that was full for a while
    costs nothing.
    """

    def __init__(self, store: Store, on_trouble: Callable[[TutorError], None]) -> None:
        self._store = store
        self._on_trouble = on_trouble
        self._waiting: deque[Event] = deque()
        self._told = ""

    @property
    def waiting(self) -> int:
        """How many events are not on disk."""
        return len(self._waiting)

    def load(self) -> Progress:
        """All progress so far, from the store."""
        return self._store.load()

    def record(self, event: Event) -> None:
        """Keep one event, on disk if that is possible now."""
        self._waiting.append(event)
        self.flush()

    def flush(self) -> bool:
        """Try to write what is waiting; whether all of it is on disk now."""
        try:
            self._store.record_all(self._waiting)
        except TutorError as error:
            if error.code != self._told:
                self._told = error.code
                self._on_trouble(error)
            return False
        self._waiting.clear()
        self._told = ""
        return True
