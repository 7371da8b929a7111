"""What several tables share: ages, access modes, the words for nothing.

Source: apimachinery pkg/util/duration, HumanDuration; pkg/apis/core/v1/helper.
"""

from collections.abc import Iterable

from tutor.offline.clock import seconds_of

NONE = "<none>"
UNSET = "<unset>"
_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


def age(stamp: str | None, now: float) -> str:
    """How long ago a moment was, as tables show it."""
    if not stamp:
        return "<unknown>"
    try:
        return duration(now - seconds_of(stamp))
    except ValueError:
        return "<unknown>"


def duration(seconds: float) -> str:
    """A duration in two units at most, shorter the longer it is."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 0:
        return "0s"
    if whole < 120:
        return f"{whole}s"
    minutes, hours = whole // 60, whole // 3600
    if minutes < 10:
        return _two(minutes, "m", whole % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    days = hours // 24
    if hours < 192:
        return _two(days, "d", hours % 24, "h")
    if hours < 24 * 365 * 2:
        return f"{days}d"
    if hours < 24 * 365 * 8:
        return _two(days // 365, "y", days % 365, "d")
    return f"{days // 365}y"


def _two(large: int, unit: str, small: int, lesser: str) -> str:
    return f"{large}{unit}{small}{lesser}" if small else f"{large}{unit}"


def access_modes(modes: Iterable[str] | None) -> str:
    """Access modes in their short form, each once, in the server's order."""
    found = set(modes or ())
    return ",".join(short for mode, short in _MODES.items() if mode in found)
