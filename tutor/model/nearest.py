"""The known name a mistyped one was most likely meant to be."""

from collections.abc import Iterable


def distance(one: str, other: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap neighbours) between two words, at most ``limit + 1``."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, row, older = row, [i], before
        for j, b in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before = above
    return min(row[-1], limit + 1)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word within a few slips of the keyboard, the first of the nearest; else empty.

    Case never counts, so ``Nginx`` is near ``nginx``. Short words allow one edit, longer ones a
    third of their length, three at most.
    """
    if len(word) > 253:
        return ""
    best, best_distance = "", min(3, max(1, len(word) // 3)) + 1
    lowered = word.lower()
    for candidate in known:
        found = distance(lowered, candidate.lower(), best_distance - 1)
        if found < best_distance:
            best, best_distance = candidate, found
    return best
