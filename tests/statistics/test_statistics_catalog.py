"""What the tags mean, with and without a background, and what they print."""

import html
import subprocess
import sys

import numpy as np
import pytest

from spec_lab._base import StatisticError
from spec_lab.statistics import BinStatistic, BinStatisticJX, BinStatisticNB, resolve, statistic_names

DOCUMENTED = ["gstat", "chi2", "pstat", "pstat_nobkg", "ppstat", "cstat", "wstat", "lstat", "pgstat", "pgstat_xspec"]
ONE = dict(S=np.array([5.0]), B=np.array([3.0]), m=np.array([0.2]), ts=10.0, tb=20.0, sigma_S=2.0, sigma_B=1.5)


def test_every_documented_tag_is_there():
    assert set(statistic_names()) == {*DOCUMENTED, "ULppstat", "ULpgstat"}


@pytest.mark.parametrize("tag", [*DOCUMENTED, "ULppstat", "ULpgstat"])
def test_a_kind_is_a_value_with_three_texts(tag):
    kind = resolve(tag, has_background=True)
    assert kind == resolve(tag, has_background=True) and hash(kind) == hash(resolve(tag, has_background=True))
    values = [np.asarray(text(**ONE)[0]) for text in (kind.numpy, kind.numba, kind.jax)]
    np.testing.assert_allclose(values[1], values[0], rtol=1e-12)
    np.testing.assert_allclose(values[2], values[0], rtol=1e-12)
    assert kind.summed == tag.startswith("UL")
    assert kind.poisson == (tag not in ("gstat", "chi2"))
    assert kind.formula in repr(kind) and kind.name in repr(kind)
    assert html.escape(kind.formula) in kind._repr_html_()


@pytest.mark.parametrize("tag", DOCUMENTED)
def test_without_a_background_counts_are_plain_poisson(tag):
    kind = resolve(tag, has_background=False)
    assert not kind.uses_background
    assert kind.numpy is (BinStatistic.Gstat if tag in ("gstat", "chi2") else BinStatistic.Cstat)


def test_the_same_word_by_what_the_data_have():
    assert resolve("cstat", has_background=True).jax is BinStatisticJX.PPstat
    assert resolve("cstat", has_background=False).jax is BinStatisticJX.Cstat
    assert resolve("pstat", has_background=True).numba is BinStatisticNB.Pknown
    assert resolve("pstat_nobkg", has_background=True).numba is BinStatisticNB.Pstat
    assert not resolve("pstat_nobkg", has_background=True).uses_background


def test_an_unknown_tag_teaches():
    with pytest.raises(StatisticError, match=r"'pgsat'.*allowed: gstat, .*Did you mean 'pgstat'\?"):
        resolve("pgsat", has_background=True)
    with pytest.raises(StatisticError, match="Did you mean 'ULpgstat'"):
        resolve("ulpgstat", has_background=True)


@pytest.mark.parametrize("tag", ["ULppstat", "ULpgstat"])
def test_an_upper_limit_needs_a_background(tag):
    with pytest.raises(StatisticError, match="background"):
        resolve(tag, has_background=False)


def test_the_texts_have_the_same_methods():
    public = lambda cls: {name for name in vars(cls) if not name.startswith("_")}  # noqa: E731
    assert public(BinStatistic) == public(BinStatisticNB) == public(BinStatisticJX) | {"poisson_logpmf"}


def test_importing_does_not_import_numba():
    code = "import sys, spec_lab.statistics; raise SystemExit('numba' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
