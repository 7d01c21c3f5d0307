"""What an import costs and needs, measured in fresh interpreters."""

import json
import subprocess
import sys

import pytest

HEAVY = {"jax", "jaxlib", "pandas", "matplotlib", "numba", "astropy", "scipy", "numpyro", "equinox", "numpy"}


def fresh(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_spec_lab_is_light():
    loaded = json.loads(fresh("import spec_lab, sys, json; print(json.dumps(sorted(sys.modules)))"))
    assert HEAVY.intersection(loaded) == set()


def test_precision_is_double_and_may_be_chosen():
    assert fresh("import spec_lab, jax.numpy as jnp; print(jnp.ones(1).dtype)").strip() == "float64"
    chosen = (
        "import os; os.environ['JAX_ENABLE_X64'] = '0'\nimport spec_lab, jax.numpy as jnp; print(jnp.ones(1).dtype)"
    )
    assert fresh(chosen).strip() == "float32"


def test_public_names_exist():
    code = "import spec_lab\nfor name in spec_lab.__all__: getattr(spec_lab, name)\nprint(len(spec_lab.__all__))"
    assert int(fresh(code)) > 20


HIDE = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"ipywidgets", "anywidget", "traitlets", "IPython", "ipykernel", "spec_lab_widgets"}:
            raise ModuleNotFoundError(f"{name} is hidden", name=name)
sys.meta_path.insert(0, Hidden())
"""


def test_core_imports_without_any_user_interface():
    code = f"""{HIDE}
import importlib, pkgutil, spec_lab
for found in pkgutil.walk_packages(spec_lab.__path__, "spec_lab."):
    if not found.name.startswith(("spec_lab._launch", "spec_lab.__main__")):
        importlib.import_module(found.name)
print("ok")
"""
    assert fresh(code).strip() == "ok"


@pytest.mark.slow
def test_core_evaluates_without_any_user_interface():
    code = f"""{HIDE}
from spec_lab import BayesInfer, datasets
from spec_lab.models import cpl
print(BayesInfer([(datasets.load("burst"), cpl())]).stat)
"""
    assert float(fresh(code)) > 0
