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


LEFT = """
import warnings
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    import spec_lab.tree, jax
print(jax.config.jax_enable_x64, jax.config.jax_compilation_cache_dir, [str(w.message) for w in said])
"""


@pytest.mark.parametrize(("x64", "told"), [("0", True), ("1", False)])
def test_jax_is_left_alone_and_what_is_missing_is_said(x64, told):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("JAX_")}
    env = {**clean, "SPEC_LAB_JAX": "leave", "JAX_ENABLE_X64": x64}
    done = subprocess.run([sys.executable, "-c", LEFT], env=env, capture_output=True, text=True, check=True).stdout
    assert done.startswith(f"{x64 == '1'} None")
    assert ("jax_enable_x64 (statistics have 7 digits" in done) is told
    assert "jax_compilation_cache_dir (every session compiles anew)" in done


def test_another_word_is_refused():
    done = subprocess.run(
        [sys.executable, "-c", "import spec_lab"],
        env={**os.environ, "SPEC_LAB_JAX": "keep"},
        capture_output=True,
        text=True,
    )
    assert done.returncode and "allowed: leave" in done.stderr
