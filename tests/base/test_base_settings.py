"""Settings of JAX in a new process, in whatever order the packages are imported."""

import os
import subprocess
import sys

import pytest

READ = 'print(jax.config.read("jax_enable_x64"), jax.config.read("jax_cpu_enable_async_dispatch"))'


def settings(imports, **environment):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("JAX_")}
    return said(f"{imports}\nimport jax\n{READ}", {**kept, **environment})


def said(code, environment=None):
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    "imports", ["from spec_lab import Infer", "import jax, spec_lab\nfrom spec_lab.fit import Problem"]
)
def test_double_precision_in_the_calling_thread(imports):
    """Handed to another thread, one statistic takes 70 microseconds instead of 30."""
    assert settings(imports) == ["True", "False"]


def test_what_the_environment_wishes_is_done():
    wishes = {"JAX_ENABLE_X64": "0", "JAX_CPU_ENABLE_ASYNC_DISPATCH": "1"}
    assert settings("from spec_lab import Infer", **wishes) == ["False", "True"]


def test_the_package_itself_imports_no_jax():
    assert said("import sys, spec_lab; print('jax' in sys.modules)") == ["False"]
