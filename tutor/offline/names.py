"""Names and uids made up by the server, from the randomness handed in.

Source: staging/src/k8s.io/apiserver/pkg/storage/names/generate.go, apimachinery/pkg/util/rand.
"""

from tutor.offline.requests import Random

# No vowels, and nothing that looks like another character.
SAFE = "bcdfghjklmnpqrstvwxz2456789"
_LONGEST = 63
_RANDOM = 5


def suffix(random: Random, length: int = _RANDOM) -> str:
    """Random characters that are safe in a name."""
    return "".join(SAFE[below(random, len(SAFE))] for _ in range(length))


def generated(random: Random, base: str) -> str:
    """A name for ``generateName``."""
    return base[: _LONGEST - _RANDOM] + suffix(random)


def below(random: Random, count: int) -> int:
    """A number from 0 to ``count`` - 1, each as likely.

    Raises:
        ValueError: There is no such number.
    """
    if count < 1:
        raise ValueError("nothing to choose from")
    bits = count.bit_length()
    while True:
        found = random.getrandbits(bits)
        if found < count:
            return found


def uuid(random: Random) -> str:
    """A random uid (UUID version 4)."""
    number = random.getrandbits(128)
    number = (number & ~(0xF << 76)) | (0x4 << 76)
    number = (number & ~(0x3 << 62)) | (0x2 << 62)
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
