"""The models lie beside the package in the repository and inside it in a wheel; all else stands in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

MODELS = Path(__file__).parent / "models"


class WithModels(build_py):
    """build_py that takes the models along."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for config in MODELS.glob("*/config.json"):
                target = Path(self.build_lib) / "extractor" / "models" / config.parent.name
                shutil.copytree(config.parent, target, dirs_exist_ok=True)


setup(cmdclass={"build_py": WithModels})
