"""Shared objects: what stands in two places of the pairs is one parameter.

Pytrees forget that an object was shared, so it is read here once, when pairs are made, by identity, and written down as links. A
person is told once, when a fit begins with such an object or an edit brings one in.
"""

from collections.abc import Sequence
from typing import Any

from spec_lab.fit import links
from spec_lab.fit.declared_ties import identities
from spec_lab.fit.pairs import PairSpec
from spec_lab.fit.slots import Slot

POSITION = ("ra", "dec")
SharedSlots = tuple[Slot, ...]


def shared_partition(pairs: tuple[PairSpec, ...], slots: tuple[Slot, ...]) -> links.Partition:
    """The links that follow from shared objects: variables, components, models and data units."""
    first: dict[tuple[Any, ...], int] = {}
    known = [iter(identities(pair.model)) for pair in pairs]
    partition = []
    for i, slot in enumerate(slots):
        if slot.owner == "model":
            key = next(known[slot.pair])
        else:
            key = (id(_data_owner(pairs[slot.pair].data.units[slot.unit_index], slot.name)), slot.name)
        partition.append(first.setdefault(key, i))
    return tuple(partition)


def _data_owner(unit: Any, name: str) -> Any:
    """What two slots must share to be one parameter: the unit; for a position, the variable or the response it came with."""
    if unit.position is None or name not in POSITION:
        return unit
    given = None if unit.position.sources is None else unit.position.sources[POSITION.index(name)]
    return given if given is not None else unit.position


def shared_groups(
    pairs: tuple[PairSpec, ...], slots: tuple[Slot, ...], shared: links.Partition, partition: links.Partition
) -> tuple[SharedSlots, ...]:
    """The groups of model parameters that share an object, whole models in several pairs aside.

    Args:
        pairs: Data and models.
        slots: The parameters.
        shared: What `shared_partition` gives of them.
        partition: The links as they stand: what a person has unlinked is no group.
    """
    first: dict[Any, int] = {}  # a model that several pairs have stands for the first of them
    owner = [first.setdefault(tuple(identities(pair.model)), i) for i, pair in enumerate(pairs)]
    places: dict[tuple[int, int], list[Slot]] = {}
    for i, root in enumerate(shared):
        if slots[i].owner == "model" and owner[slots[i].pair] == slots[i].pair:
            places.setdefault((root, partition[i]), []).append(slots[i])
    return tuple(tuple(group) for group in places.values() if len(group) > 1)


def shared_sentence(groups: Sequence[SharedSlots]) -> str:
    """What a person is told of such groups; "" where there are none."""
    if not groups:
        return ""
    named = "; ".join(" = ".join(f"par[{s.pid}] {s.component}.{s.name}" for s in group) for group in groups)
    hint = "Make an object for each place if they shall differ, such as pl() + pl(), or unlink them."
    return f"The same object stands in several places, so these parameters are one: {named}. {hint}"
