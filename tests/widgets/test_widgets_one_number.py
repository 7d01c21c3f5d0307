"""One file, one model, one statistic: the same number wherever it is read."""

import json

import pytest
from small import make_data

from spec_lab import BayesInfer, unif
from spec_lab._base import statistic_text
from spec_lab.models import cpl
from spec_lab.session import FitSession, views


@pytest.mark.parametrize("stat", ["pgstat", "cstat", "chi2"])
def test_the_statistic_is_one_number_everywhere(stat, tmp_path):
    infer = BayesInfer([(make_data(1, 2, stat=stat), cpl())])
    infer.par[3].prior, infer.par[3].val = unif(-3, 5), 2.0
    session = FitSession(infer)
    shown = views.view(session.state, session.evaluation())["stat"]
    infer.save(tmp_path)
    rows = json.loads((tmp_path / "infer_stat.json").read_text())
    number = infer.calc_stat(infer.free_pvalues)
    assert infer.stat == pytest.approx(number, rel=1e-13)
    assert infer.pairs[0].stat == pytest.approx(number, rel=1e-12)
    assert sum(infer.stat_list) == pytest.approx(number, rel=1e-12)
    assert shown["number"] == pytest.approx(number, rel=1e-12)
    assert shown["dof"] == infer.dof and shown["bins"] == infer.npoint
    assert sum(row["Value"] for row in rows[:-1]) == pytest.approx(number, rel=1e-12)
    assert rows[-1]["Value"] == f"{statistic_text(number)}/{infer.dof}"
    assert float((infer.pseudo_residual**2).sum()) == pytest.approx(number, rel=1e-9)
    session.close()
