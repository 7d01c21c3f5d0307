"""Links, parameter tables and pairs mean what the documented interface says, one meaning a test."""

import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, Data, Infer, MaxLikeFit
from spec_lab.infer import Pair, Posterior
from spec_lab.models import cpl, pl


@pytest.fixture
def two():
    return BayesInfer([(make_data(1), cpl()), (make_data(2), cpl())])


def groups(infer):
    return [par.mates for par in infer.par.values() if par.mates]


def test_unlink_without_arguments_undoes_every_link(two):
    two.link([1, 4])
    two.link([2, 5])
    two.unlink()
    assert not groups(two)


def test_one_parameter_alone_is_no_link(two):
    before = two.setup
    two.link([1])
    two.link("2*")
    assert two.setup is before


def test_a_second_unlink_changes_nothing(two):
    two.link([1, 4])
    two.unlink([1, 4])
    before = two.setup
    two.unlink([1, 4])
    two.unlink()
    two.par[1].unlink(two.par[4])
    two.par[1].unlink()
    assert two.setup is before


def test_a_handle_lets_another_one_go(two):
    two.link([1, 4])
    two.par[1].unlink(two.par[4])
    assert not groups(two)


def test_handles_are_keys_of_their_groups(two):
    two.link([1, 4])
    groups_by_handle = two.idpid
    assert groups_by_handle[id(two.par[4])] == {"1", "4"} and groups_by_handle[id(two.par[2])] == {"2"}
    assert len(groups_by_handle) == len(two.par)


@pytest.mark.parametrize("rows", ["all_params", "free_params"])
def test_rows_of_parameters_say_freeze_mates_prior_and_posterior(two, rows):
    two.par[1].prior = "norm(-1, 0.2)"
    two.link([1, 4])
    two.par[2].frozen = True
    found = {str(row["par#"]).rstrip("*"): row for row in getattr(two, rows)}
    assert found["1"]["Mates"] == {"4"} and found["1"]["Prior"] == two.par[1].prior and not found["1"]["Frozen"]
    assert found["3"]["Mates"] == set() and found["3"]["Posterior"] is None
    if rows == "all_params":
        assert found["4"]["Mates"] == {"1"} and found["4"]["Prior"] == two.par[1].prior  # that of its master
        assert found["2"]["Frozen"]
    else:
        assert set(found) == {str(i + 1) for i in two.setup.free}


def test_rows_of_parameters_hold_the_posterior_of_the_last_run(two):
    two.link([1, 4])
    two.preview(draws=1000)
    rows = two.all_params
    assert rows[0]["Posterior"].median == two.par[1].post.median
    assert rows[3]["Posterior"].median == rows[0]["Posterior"].median


def test_a_starred_number_is_a_number_everywhere(two):
    two.link(["1*", "4*"])
    assert two.par["1*"] is two.par[1] and two.par[4].mates == (1,) and two.free_par["2*"] is two.par[2]
    two.unlink(["4*"])
    two.par[2].link("5*")
    two.par["2*"].unlink("5*")
    assert not groups(two)
    fitted = two.fit()
    assert fitted.profile("3*", points=5).label == two.par[3].label
    assert fitted.contour("1*", "2*", points=3).labels == (two.par[1].label, two.par[2].label)


def test_pairs_are_tuples_and_those_of_another_infer_will_do(two):
    for data, model in two.pairs:
        assert len(data.units) == 1 and model.expression == "cpl"
    values = two.pvalues
    two.pairs = two.pairs
    assert two.pvalues == values
    assert Infer(two.pairs).pvalues == values
    two.append(Pair(make_data(3), pl()))
    assert [pair.model.expression for pair in two.pairs] == ["cpl", "cpl", "pl"]


def test_each_class_names_its_kind_of_inference(two):
    assert two.inference_type == "Bayesian Inference"
    assert MaxLikeFit().inference_type == "Maximum Likelihood Estimation" and Infer().inference_type == "Inference"


def test_printed_it_shows_its_tables(two):
    text = str(two)
    assert two.cfg_info.text in text and "par#" in text and all(f"{i + 1}*" in text for i in two.setup.free)
    assert str(Posterior(two, two.preview(draws=1000).outcome)).count("par#") >= 1


def test_dictionaries_are_keyed_by_the_expression_of_the_model(two):
    assert two.pdicts["cpl"]["cpl"]["alpha"] is two.par[1] and two.pdicts["cpl #2"]["cpl"]["alpha"] is two.par[4]
    assert two.cdicts["cpl"]["cpl"]["pivot_energy"].val == 1.0


def test_dictionaries_leave_nothing_out_where_data_of_two_pairs_have_one_name():
    units = [make_data(seed).units[0] for seed in (1, 2)]
    infer = BayesInfer([(Data([("cpl", unit)]), cpl()) for unit in units])
    assert list(infer.pdicts) == ["cpl", "cpl #2", "data cpl", "data cpl #2"]
    held = [par.pid for group in infer.pdicts.values() for row in group.values() for par in row.values()]
    assert sorted(held) == list(range(1, len(infer.par) + 1))


def test_lists_of_units_are_arrays_and_values_a_tuple(two):
    assert isinstance(two.pvalues, tuple)
    for name in ("stat_list", "loglike_list", "npoint_list", "weight_list"):
        found = getattr(two, name)
        assert isinstance(found, np.ndarray) and found.shape == (2,), name


def test_functions_of_a_pair_give_what_the_pair_says():
    pair = Pair(make_data(1), cpl())
    channels, unit = pair.data.units[0].channels(), pair.unit_spectra()[0]
    counts = (channels.S, channels.B, unit.conv_ctsrate, channels.ts, channels.tb, channels.sigma_S, channels.sigma_B)
    tag = pair.data.units[0].stat
    assert pair.stat_func(*counts, tag) == pytest.approx(pair.stat_list[0])
    np.testing.assert_allclose(pair.pseudo_residual_func(*counts, tag), pair.pseudo_residual_list[0])
    nothing = np.full_like(channels.S, np.nan)
    assert pair.stat_func(*counts[:2], nothing, *counts[3:], tag) == np.inf
