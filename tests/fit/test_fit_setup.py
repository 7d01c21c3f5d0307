"""Set-ups and edits: links, freezes, priors, ties, values and windows as a person expects them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import make_data

from spec_lab import unif
from spec_lab._base import ParameterError
from spec_lab.fit import Append, Freeze, Link, Notice, SetFree, SetModel, SetPrior, SetTie, Setup, SetValue, Unlink
from spec_lab.models import bb, cpl, pl, tbabs

ONE, TWO = make_data(1), make_data(2)


@pytest.fixture
def joint():
    return Setup.from_pairs([(ONE, cpl()), (TWO, cpl())])


def test_numbers_models_first_then_five_data_parameters_a_unit(joint):
    names = [s.name for s in joint.slots]
    assert names == ["alpha", "logEp", "logA"] * 2 + ["sf", "bf", "rf", "ra", "dec"] * 2
    assert [s.pid for s in joint.slots] == list(range(1, 17))
    assert joint.slots[0].path == "pair1.cpl.alpha"
    assert joint.slots[3].path == "pair2.cpl.alpha"
    assert joint.free == (0, 1, 2, 3, 4, 5)


def test_model_and_data_in_either_order():
    a, b = Setup.from_pairs([(ONE, pl())]), Setup.from_pairs([(pl(), ONE)])
    assert [s.path for s in a.slots] == [s.path for s in b.slots]


@pytest.mark.parametrize("pair", [(ONE, pl), (ONE,), (ONE, TWO), (pl(), pl()), 3, (ONE, tbabs())])
def test_a_pair_that_is_none_is_refused(pair):
    with pytest.raises(ParameterError):
        Setup.from_pairs([pair])


def test_forgotten_parentheses_are_pointed_out():
    with pytest.raises(ParameterError, match=r"cpl\(\)"):
        Setup.from_pairs([(ONE, cpl)])


def test_the_same_model_in_two_pairs_is_linked():
    m = cpl()
    setup = Setup.from_pairs([(ONE, m), (TWO, m)])
    assert setup.free == (0, 1, 2)
    assert setup.partition[3:6] == (0, 1, 2)


def test_the_first_named_gives_value_prior_and_freeze(joint):
    s = SetValue(4, -1.3).apply(joint)
    s = SetPrior(4, unif(-1.5, 0)).apply(s)
    s = Link((4, 1)).apply(s)
    assert s.values[0] == s.values[3] == -1.3
    assert s.priors[0] == s.priors[3] == unif(-1.5, 0)
    assert s.free == (0, 1, 2, 4, 5)


@pytest.mark.parametrize("member", [1, 4])
def test_freezing_any_member_freezes_the_group(joint, member):
    s = Freeze((member,)).apply(Link((1, 4)).apply(joint))
    assert s.frozen[0] and s.frozen[3]
    assert 0 not in s.free and 3 not in s.free
    assert Freeze((5 - member,), False).apply(s).free == (0, 1, 2, 4, 5)


def test_star_shaped_links_have_one_master(joint):
    s = Link((5, 3)).apply(Link((2, 3)).apply(joint))
    assert len(s.free) == 4
    assert s.partition[1] == s.partition[2] == s.partition[4] == 1


def test_unlinking_keeps_values_priors_and_the_others_together(joint):
    s = Link((1, 4, 2)).apply(SetPrior(1, unif(-3, 3)).apply(joint))
    s = Unlink((1,)).apply(s)
    assert s.partition[0] == 0
    assert s.partition[1] == s.partition[3] == 1
    assert s.values[3] == s.values[0]
    assert s.priors[3] == unif(-3, 3)


def test_unlinking_what_is_not_linked_is_refused(joint):
    with pytest.raises(ParameterError, match=r"par\[2\] is not linked"):
        Unlink((2,)).apply(joint)


@pytest.mark.parametrize("pid", [0, 17, -1, "99", "cpl.gamma", None, 1.5, True])
def test_unknown_parameter_is_named(joint, pid):
    with pytest.raises(ParameterError, match="no such parameter"):
        joint.index(pid)


def test_a_link_to_an_unknown_parameter_changes_nothing(joint):
    with pytest.raises(ParameterError, match="99"):
        Link((1, 99)).apply(joint)
    assert joint.partition == tuple(range(16))


def test_names_serve_where_they_are_unique(joint):
    assert joint.index("pair2.cpl.alpha") == 3
    with pytest.raises(ParameterError):
        joint.index("cpl.alpha")
    assert Setup.from_pairs([(ONE, cpl())]).index("cpl.logA") == 2


def test_values_must_be_finite(joint):
    with pytest.raises(ParameterError, match="finite"):
        SetValue(1, float("nan")).apply(joint)


def test_a_prior_that_excludes_the_value_moves_it_inside(joint):
    s = SetPrior(1, unif(0.5, 1.5)).apply(joint)
    assert 0.5 < s.values[0] < 1.5


def test_a_link_that_excludes_the_value_moves_it_inside(joint):
    """A norm in log10 may be negative, a factor of a unit may not."""
    factor = next(s.pid for s in joint.slots if s.name == "sf")
    linked = Link((2, factor)).apply(SetValue(2, -1.5).apply(joint))
    low, high = linked.range_of(1)
    assert low == 0.0 and 0.0 < linked.values[1] < high and linked.values[factor - 1] == linked.values[1]
    assert Link((2, factor)).apply(SetValue(2, 1.5).apply(joint)).values[1] == 1.5


def test_a_tie_that_stops_beyond_the_limits_leaves_the_value_inside(joint):
    tied = SetTie(4, "par[1] + 50").apply(joint)
    low, high = tied.range_of(3)
    assert tied.values[3] > high
    assert low < SetTie(4, "").apply(tied).values[3] < high


def test_ties_follow_their_sources(joint):
    s = SetTie(4, "2*par[1] + 0.5").apply(joint)
    s = SetValue(1, -0.7).apply(s)
    assert s.values[3] == pytest.approx(2 * -0.7 + 0.5)
    assert 3 not in s.free
    with pytest.raises(ParameterError, match="follows the tie"):
        SetValue(4, 1.0).apply(s)
    assert SetTie(4, "").apply(s).free == joint.free


def test_a_tie_in_a_circle_is_refused_with_the_path(joint):
    s = SetTie(4, "par[1]").apply(joint)
    with pytest.raises(ParameterError, match=r"par\[1\] -> par\[4\]"):
        SetTie(1, "par[4]*2").apply(s)
    with pytest.raises(ParameterError, match="cycle"):
        SetTie(1, "par[4]").apply(Link((4, 5)).apply(s))


def test_ties_chain_through_links(joint):
    s = SetTie(6, "par[5]+1").apply(Link((2, 5)).apply(joint))
    s = SetValue(2, 2.25).apply(s)
    assert s.values[5] == pytest.approx(3.25)


def test_position_parameters_cannot_be_thawed(joint):
    with pytest.raises(ParameterError, match="ra"):
        Freeze((10,), False).apply(joint)


def test_a_position_that_nothing_depends_on_is_held_once_it_stands_alone(joint):
    linked = Link((1, 10)).apply(
        joint
    )  # alpha and a right ascension: an odd wish, but one parameter that does something
    assert not linked.frozen[9]
    assert Unlink((10,)).apply(linked).frozen[9]
    assert SetModel(pl(), 1).apply(Link((2, 10)).apply(joint)).frozen[8]


def test_windows_change_channels_and_nothing_else(joint):
    s = Notice("u1", ((20.0, 300.0),)).apply(SetValue(1, -1.1).apply(joint))
    before, after = joint.pairs[0].data["u1"].channels(), s.pairs[0].data["u1"].channels()
    assert len(after.S) < len(before.S)
    assert s.values[0] == -1.1
    assert s.pairs[1].data["u2"] is joint.pairs[1].data["u2"]
    back = Notice("u1", ()).apply(s)
    np.testing.assert_array_equal(back.pairs[0].data["u1"].channels().S, before.S)


def test_windows_without_channels_are_refused(joint):
    with pytest.raises(ValueError, match=r"u1|channel|window"):
        Notice("u1", ((2e6, 3e6),)).apply(joint)
    with pytest.raises(ParameterError, match="nai"):
        Notice("nai", ((8, 900),)).apply(joint)


def test_appending_keeps_the_state_of_what_was_there():
    one = Setup.from_pairs([(ONE, cpl())])
    one = Freeze((3,)).apply(SetValue(3, 1.0).apply(Freeze((6,), False).apply(one)))
    two = Append((TWO, pl())).apply(one)
    assert [s.name for s in two.slots][:5] == ["alpha", "logEp", "logA", "alpha", "logA"]
    assert two.values[2] == 1.0 and two.frozen[2]
    assert two.slots[7].name == "rf" and not two.frozen[7]


def test_the_model_tree_shows_values_and_freezes(joint):
    s = Freeze((2,)).apply(SetValue(1, -0.4).apply(joint))
    parameters = s.model(0).parameters
    assert parameters[0].value == -0.4
    assert [p.frozen for p in parameters] == [False, True, False]


def test_a_link_that_leaves_no_value_is_refused(joint):
    narrow = SetPrior(1, unif(-2, -1)).apply(joint)
    factor = next(slot.pid for slot in joint.slots if slot.name == "rf")
    with pytest.raises(ParameterError, match=r"no value is allowed for all of \[1, 9\].*got unif\(-2, -1\)"):
        Link((1, factor)).apply(narrow)


def test_a_tie_always_has_a_finite_value(joint):
    tied = SetTie(4, "1/par[1]").apply(joint)
    for edit in (SetValue(1, 0.0), SetFree((0.0, 2.0, 0.0, 2.0, 0.0)), SetTie(5, "log(par[1])"), SetTie(5, 3)):
        with pytest.raises(ParameterError, match=r"no finite value|a tie is text"):
            edit.apply(tied)
    assert SetValue(1, -0.5).apply(tied).values[3] == -2.0


edits = st.one_of(
    st.builds(lambda a: Link(tuple(a)), st.lists(st.integers(1, 6), min_size=2, max_size=3, unique=True)),
    st.builds(lambda a: Unlink((a,)), st.integers(1, 6)),
    st.builds(lambda a, f: Freeze((a,), f), st.integers(1, 6), st.booleans()),
    st.builds(SetValue, st.integers(1, 6), st.floats(-2, 2)),
    st.builds(lambda a, w: SetPrior(a, unif(-w - 3, w + 3)), st.integers(1, 6), st.floats(0.1, 2)),
    st.builds(SetTie, st.integers(1, 6), st.sampled_from(["", "par[1]+1", "0.5*par[2]", "par[3]**2", "par[6]-par[5]"])),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(edits, max_size=8))
def test_a_group_has_one_value_one_prior_one_freeze(sequence):
    setup = Setup.from_pairs([(ONE, cpl()), (TWO, cpl())])
    for edit in sequence:
        try:
            setup = edit.apply(setup)
        except ParameterError:
            continue
    for i, root in enumerate(setup.partition):
        assert setup.values[i] == setup.values[root]
        assert setup.priors[i] == setup.priors[root]
        assert setup.frozen[i] == setup.frozen[root]
    np.testing.assert_array_equal(setup.settle(setup.values), setup.values)
    assert SetFree(tuple(setup.free_values)).apply(setup).values.tolist() == setup.values.tolist()


def test_two_components_of_one_kind_have_their_own_slots():
    setup = Setup.from_pairs([(ONE, pl() + bb() + pl())])
    assert [s.component for s in setup.slots if s.owner == "model"] == ["pl", "pl", "bb", "bb", "pl2", "pl2"]


def test_a_position_linked_to_something_is_thawed_by_any_name_of_the_group():
    setup = Setup.from_pairs([(make_data(1), pl())])
    ra, factor = (next(s.pid for s in setup.slots if s.name == name) for name in ("ra", "sf"))
    linked = Freeze((ra,), False).apply(Link((factor, ra)).apply(setup))
    assert not linked.frozen[factor - 1] and not linked.frozen[ra - 1]
    apart = Unlink((factor, ra)).apply(linked)
    assert apart.frozen[ra - 1]
    with pytest.raises(ParameterError, match="cannot be thawed"):
        Freeze((ra,), False).apply(apart)
