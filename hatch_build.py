"""Build hook: what a wheel holds besides the sources as they are.

Every message catalog (.po) is compiled into the .mo file that gettext reads, and the fixtures of
every topic travel with the lessons. ``fixtures/clusters`` stays behind: recordings for tests alone.
"""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles ``tutor/i18n/locales/<lang>/LC_MESSAGES/tutor.po`` beside itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write one .mo per .po before the files of the wheel are collected; name the fixtures."""
        if self.target_name == "wheel" and version == "standard":
            for topic in Path(self.root, "fixtures").iterdir():
                if topic.is_dir() and topic.name != "clusters":
                    build_data["force_include"][str(topic)] = f"tutor/_data/fixtures/{topic.name}"
        for po in Path(self.root, "tutor", "i18n", "locales").glob("*/LC_MESSAGES/*.po"):
            with po.open("rb") as source:
                catalog = read_po(source, locale=po.parent.parent.name)
            with po.with_suffix(".mo").open("wb") as target:
                write_mo(target, catalog)
