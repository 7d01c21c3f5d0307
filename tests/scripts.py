"""The scripts that make data, which lie beside the notebooks and are no package, as modules for the tests."""

import importlib.util
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"


def load_script(name: str) -> ModuleType:
    """The script `notebooks/NAME.py` as a module; its `main` is not run."""
    found = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
