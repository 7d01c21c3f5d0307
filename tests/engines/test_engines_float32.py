"""Single precision, `JAX_ENABLE_X64=0`: statistics, curves, a fit and a preview agree with double precision to 7 digits or so.

The numbers are made twice by `single_precision`: here in double precision, and in a fresh interpreter in single precision.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import single_precision


@pytest.fixture(scope="module")
def single():
    script = Path(single_precision.__file__)
    environment = {**os.environ, "JAX_ENABLE_X64": "0"}
    environment["PYTHONPATH"] = os.pathsep.join([str(script.parents[1]), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, timeout=300, check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def double():
    return single_precision.numbers()


def test_the_precision_is_what_was_asked_for(single, double):
    assert (single["precision"], double["precision"]) == ("float32", "float64")


def test_statistics(single, double):
    np.testing.assert_allclose(single["statistics"], double["statistics"], rtol=1e-4, atol=1e-6)


def test_curves(single, double):
    np.testing.assert_allclose(single["curves"], double["curves"], rtol=1e-4, atol=1e-38)


def test_a_fit_finds_the_same_place(single, double):
    assert single["stat"] == pytest.approx(double["stat"], abs=1e-2)
    np.testing.assert_allclose(single["best"], double["best"], rtol=1e-3)


def test_the_minimisers_converge_to_the_same_errors(single, double):
    assert single["states"] == double["states"] == ["converged"] * 3
    np.testing.assert_allclose(single["stats"], double["stats"], atol=1e-2)
    np.testing.assert_allclose(single["errors"][:2], double["errors"][:2], rtol=1e-2)
    np.testing.assert_allclose(single["errors"][2], double["errors"][2], rtol=3e-2)


def test_a_value_is_the_one_that_was_written(single, double):
    assert single["written"] == double["written"] == -1.1


def test_a_preview_gives_the_same_evidence(single, double):
    assert single["lnZ"] == pytest.approx(double["lnZ"], abs=1e-2)
