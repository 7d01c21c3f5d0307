"""Links are an equivalence relation, whatever the order of the calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_lab.fit import links

N = 8
names = st.lists(st.integers(0, N - 1), min_size=2, max_size=4, unique=True)


def merged(calls):
    partition = links.separate_all(N)
    for call in calls:
        partition = links.merge(partition, call)
    return partition


@given(st.lists(names, max_size=6), st.randoms())
def test_merging_is_free_of_order(calls, random):
    shuffled = list(calls)
    random.shuffle(shuffled)
    assert merged(calls) == merged(shuffled)


@given(st.lists(names, max_size=6))
def test_entries_are_the_lowest_member(calls):
    partition = merged(calls)
    for i in range(N):
        assert partition[i] == min(links.members(partition, i))
        assert partition[partition[i]] == partition[i]


@given(st.lists(names, max_size=6), names)
def test_separating_leaves_the_unnamed_together(calls, named):
    before = merged(calls)
    after = links.separate(before, named)
    for i in named:
        assert links.members(after, i) == (i,)
    rest = [i for i in range(N) if i not in named]
    for i in rest:
        assert set(links.members(after, i)) == set(links.members(before, i)) - set(named)


@given(names)
def test_separate_undoes_merge_of_singles(named):
    start = links.separate_all(N)
    assert links.separate(links.merge(start, named), named) == start


def test_star_shaped_links_make_one_group():
    assert links.groups(merged([(0, 2), (1, 2)])) == ((0, 1, 2),)


@pytest.mark.parametrize("order", [[(0, 2), (1, 2)], [(1, 2), (0, 2)], [(2, 1), (0, 1)]])
def test_every_way_to_say_it_is_the_same(order):
    assert merged(order)[:3] == (0, 0, 0)
