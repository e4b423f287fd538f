"""Part of building the package: compile the Finnish and Swedish texts, so that a wheel holds them."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueBuildHook(BuildHookInterface[Any]):
    """Compiles the message catalogues before anything is packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling once for each thing it builds."""
        root = Path(self.root)
        sys.path.insert(0, str(root / "packaging"))
        try:
            from messages import compile_catalogues
        finally:
            sys.path.remove(str(root / "packaging"))
        compile_catalogues(root)
