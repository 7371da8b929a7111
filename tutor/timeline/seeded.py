"""A source of numbers for clusters that are played and thrown away: the same for the same seed."""

_MASK = 2**64 - 1


class Seeded:
    """Numbers that look random (splitmix64); for uids and the like, and no secret.

    Args:
        seed: Where to begin.
    """

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def getrandbits(self, k: int, /) -> int:
        """A number of so many bits."""
        found = 0
        for _ in range(0, k, 64):
            found = found << 64 | self._next()
        return found & ((1 << k) - 1)

    def _next(self) -> int:
        """The next 64 bits. Source: Steele, Lea and Flood, Fast Splittable PRNGs (2014)."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
        return mixed ^ mixed >> 31
