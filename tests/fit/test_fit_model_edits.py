"""Other models for the same data: what both know stays, what is new starts fresh, nothing is linked or tied by accident."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import make_data

from spec_lab._base import ModelError, ParameterError
from spec_lab.fit import (
    Append,
    Freeze,
    Link,
    Problem,
    SetModel,
    SetPrior,
    SetTie,
    Setup,
    SetValue,
    Unlink,
)
from spec_lab.models import Model, cpl, pl, tbabs
from spec_lab.priors import unif

ONE, TWO = make_data(1), make_data(2)


def named(setup, name, pair=0):
    return next(i for i, s in enumerate(setup.slots) if (f"{s.component}.{s.name}", s.pair) == (name, pair))


def changed(setup, *edits):
    for edit in edits:
        setup = edit.apply(setup)
    return setup


def test_a_component_that_stays_keeps_value_prior_and_freeze():
    one = Setup.from_pairs([(ONE, tbabs() * pl())])
    one = changed(one, SetValue("pl.alpha", -1.7), SetPrior("pl.alpha", unif(-3, 0)), Freeze(("tbabs.N_H",)))
    one = changed(one, SetValue("tbabs.N_H", 0.3), Freeze(("pair1.u1.rf",), False))
    two = SetModel(Model.parse("tbabs*(pl+gauss)")).apply(one)
    at = named(two, "pl.alpha")
    assert two.values[at] == -1.7 and two.priors[at] == unif(-3, 0)
    assert two.frozen[named(two, "tbabs.N_H")] and two.values[named(two, "tbabs.N_H")] == 0.3
    assert not two.frozen[named(two, "u1.rf")]
    fresh = Setup.from_pairs([(ONE, Model.parse("tbabs*(pl+gauss)"))])
    line = named(two, "gauss.El")
    assert (two.values[line], two.priors[line], two.frozen[line]) == (
        fresh.values[line], fresh.priors[line], fresh.frozen[line],
    )  # fmt: skip
    back = SetModel(Model.parse("tbabs*pl")).apply(two)
    np.testing.assert_array_equal(back.values, one.values)
    assert (back.frozen, back.priors, back.partition) == (one.frozen, one.priors, one.partition)


def test_a_namesake_takes_value_and_links_but_not_the_prior():
    both = Setup.from_pairs([(ONE, cpl()), (TWO, cpl())])
    both = changed(both, Link((1, 4)), SetValue(1, -0.7), SetPrior(3, unif(-1, 1)), Freeze((2,)))
    after = SetModel(Model.parse("band")).apply(both)
    first, second = named(after, "band.alpha"), named(after, "band.alpha", 1)
    assert after.partition[second] == first and after.values[second] == -0.7
    assert after.partition[named(after, "band.logEp", 1)] != named(after, "band.logEp")
    assert str(after.priors[named(after, "band.logA")]) != "unif(-1, 1)"
    assert not after.frozen[named(after, "band.logEp")]


def test_a_namesake_out_of_range_starts_as_the_new_model_says():
    one = changed(Setup.from_pairs([(ONE, pl())]), SetPrior("pl.alpha", unif(-40, 40)), SetValue("pl.alpha", -30))
    after = SetModel(cpl(alpha=-1.1)).apply(one)
    assert after.values[named(after, "cpl.alpha")] == -1.1


def test_one_pair_of_several_and_models_shared_by_several():
    shared = cpl()
    both = Setup.from_pairs([(ONE, shared), (TWO, shared)])
    second = SetModel(pl(), 2).apply(both)
    assert [p.model.expression for p in second.pairs] == ["cpl", "pl"]
    assert len({second.partition[i] for i in range(5)}) == 5  # the second stands alone now, but takes values along
    every = SetModel(Model.parse("pl")).apply(both)
    assert every.pairs[0].model is every.pairs[1].model
    assert every.partition[named(every, "pl.alpha", 1)] == named(every, "pl.alpha")
    apart = SetModel(Model.parse("pl")).apply(Setup.from_pairs([(ONE, cpl()), (TWO, cpl())]))
    assert apart.partition[named(apart, "pl.alpha", 1)] == named(apart, "pl.alpha", 1)


def test_what_was_unlinked_stays_unlinked():
    shared = cpl()
    both = Unlink((1,)).apply(Setup.from_pairs([(ONE, shared), (TWO, shared)]))
    third = Append((make_data(1), pl())).apply(both)
    assert third.partition[3] == 3 and third.partition[4] == 1
    replaced = SetModel(pl(), 1).apply(third)
    assert replaced.partition[named(replaced, "cpl.logEp", 1)] == named(replaced, "cpl.logEp", 1)


def test_ties_get_their_new_numbers_or_refuse():
    one = Setup.from_pairs([(ONE, Model.parse("pl+bb"))])
    tied = SetTie("pl.logA", "par[1] + 1").apply(one)
    grown = SetModel(Model.parse("tbabs*(pl+bb)")).apply(tied)
    assert grown.ties == ((3, "par[2] + 1"),)
    assert grown.values[2] == grown.values[1] + 1
    tied = SetTie("pl.alpha", f"-par[{one.index('bb.logkT') + 1}]").apply(one)
    with pytest.raises(ParameterError, match=r"par\[1\] is tied to .*bb\.logkT.*untie"):
        SetModel(Model.parse("pl")).apply(tied)
    assert SetModel(Model.parse("bb")).apply(tied).ties == ()


def test_the_same_model_changes_nothing():
    one = changed(Setup.from_pairs([(ONE, cpl())]), SetValue(1, -0.3), Freeze((2,)))
    same = SetModel(cpl(alpha=1.0)).apply(one)
    assert same.pairs[0] is one.pairs[0]
    np.testing.assert_array_equal(same.values, one.values)


def test_the_statistic_is_that_of_a_fit_begun_with_the_model():
    one = Setup.from_pairs([(ONE, cpl())])
    after = SetModel(Model.parse("band")).apply(one)
    fresh = changed(Setup.from_pairs([(ONE, Model.parse("band"))]))
    fresh = fresh.replace(values=after.values)
    assert Problem(after).stat() == Problem(fresh).stat()


@pytest.mark.parametrize("pair", [0, 3, "1", True, 1.0])
def test_a_pair_that_is_none_is_refused(pair):
    with pytest.raises(ParameterError, match="no such pair"):
        SetModel(pl(), pair).apply(Setup.from_pairs([(ONE, cpl()), (TWO, cpl())]))


def test_a_factor_is_no_model_of_data():
    with pytest.raises(ParameterError, match="no photon spectrum"):
        SetModel(tbabs()).apply(Setup.from_pairs([(ONE, cpl())]))


def test_the_line_of_python_gives_the_model_back_or_names_it():
    assert SetModel(Model.parse("tbabs*(pl+bb)")).as_code() == "infer.set_model('tbabs*(pl+bb)')"
    assert SetModel(pl(), 2).as_code() == "infer.set_model('pl', 2)"
    assert SetModel(pl(pivot_energy=50.0)).as_code() == "infer.set_model(model)"
    with pytest.raises(ModelError):
        Model.parse("model")


@pytest.mark.parametrize(("donor", "receiver"), [(0, 1), (1, 0)])
def test_the_model_of_another_pair_is_shared_whole(donor, receiver):
    models = (cpl(), pl())
    both = changed(Setup.from_pairs([(ONE, models[0]), (TWO, models[1])]), SetValue("pl.alpha", -1.9))
    after = SetModel(models[donor], receiver + 1).apply(both)
    name = models[donor].expression
    for parameter in models[donor].parameters:
        first, second = (named(after, f"{name}.{parameter.name}", i) for i in (0, 1))
        assert after.partition[second] == first
    at = named(after, f"{name}.alpha", donor)
    assert after.values[at] == both.values[named(both, f"{name}.alpha", donor)]  # the pair that has it gives the state


def test_a_tied_namesake_that_joins_another_pair_leaves_its_tie():
    shared = cpl()
    both = SetTie("pl.alpha", "par[1] - 0.5").apply(Setup.from_pairs([(ONE, shared), (TWO, pl())]))
    after = SetModel(shared, 2).apply(both)
    assert after.ties == () and after.partition[3] == 0


EXPRESSIONS = ("pl", "cpl", "pl+bb", "tbabs*pl", "tbabs*(cpl+bb)", "pl+pl", "band")
_pids = st.integers(1, 6)
_edits = st.one_of(
    st.tuples(_pids, _pids).filter(lambda t: t[0] != t[1]).map(Link),
    st.builds(SetValue, _pids, st.floats(-1.5, 1.5)),
    st.builds(Freeze, st.tuples(_pids), st.booleans()),
    _pids.map(lambda p: Unlink((p,))),
    st.builds(SetTie, _pids, _pids.map(lambda p: f"par[{p}] + 0.25")),
    st.builds(SetModel, st.sampled_from(EXPRESSIONS).map(Model.parse), st.sampled_from([None, 1, 2])),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(_edits, max_size=8), st.sampled_from(EXPRESSIONS), st.sampled_from([None, 1, 2]))
def test_any_set_up_stays_whole_under_any_change_of_model(edits, expression, pair):
    setup = Setup.from_pairs([(ONE, cpl()), (TWO, Model.parse("pl+bb"))])
    for edit in edits:
        with contextlib.suppress(ParameterError):  # an impossible edit leaves the set-up as it was
            setup = edit.apply(setup)
    try:
        after = SetModel(Model.parse(expression), pair).apply(setup)
    except ParameterError as error:
        assert "is tied to" in str(error)
        return
    assert np.all(np.isfinite(after.values))
    for i, root in enumerate(after.partition):
        assert root <= i and after.partition[root] == root
        assert after.values[i] == after.values[root]
        assert (after.frozen[i], after.priors[i]) == (after.frozen[root], after.priors[root])
    assert all(after.partition[pid - 1] == pid - 1 for pid, _ in after.ties)
    np.testing.assert_array_equal(after.settle(after.values), after.values)
    again = SetModel(Model.parse(expression), pair).apply(after)
    np.testing.assert_array_equal(again.values, after.values)
    assert (again.partition, again.ties, again.priors) == (after.partition, after.ties, after.priors)


@settings(max_examples=25, deadline=None)
@given(st.lists(_edits.filter(lambda e: not isinstance(e, SetModel)), max_size=6))
def test_a_part_more_and_back_again_restores_everything(edits):
    setup = Setup.from_pairs([(ONE, cpl()), (TWO, cpl())])
    for edit in edits:
        with contextlib.suppress(ParameterError):
            setup = edit.apply(setup)
    back = SetModel(cpl()).apply(SetModel(Model.parse("tbabs*(cpl+bb)")).apply(setup))
    np.testing.assert_array_equal(back.values, setup.values)
    assert (back.frozen, back.priors, back.partition, back.ties) == (
        setup.frozen, setup.priors, setup.partition, setup.ties,
    )  # fmt: skip
