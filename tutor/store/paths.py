"""Where the tutor keeps its files."""

from collections.abc import Mapping
from pathlib import Path

DATABASE = "progress.sqlite3"


def data_directory(environ: Mapping[str, str]) -> Path:
    """The user's data directory of the tutor: ``STS_TUTOR_HOME``, or the platform's place."""
    home = environ.get("STS_TUTOR_HOME")
    if home:
        return Path(home)
    from platformdirs import user_data_path

    return user_data_path("statefulset-tutor", appauthor=False)
