"""Build hook: compile every message catalog (.po) into the .mo file that gettext reads."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles ``tutor/i18n/locales/<lang>/LC_MESSAGES/tutor.po`` beside itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write one .mo per .po before the files of the wheel are collected."""
        del version, build_data
        for po in Path(self.root, "tutor", "i18n", "locales").glob("*/LC_MESSAGES/*.po"):
            with po.open("rb") as source:
                catalog = read_po(source, locale=po.parent.parent.name)
            with po.with_suffix(".mo").open("wb") as target:
                write_mo(target, catalog)
