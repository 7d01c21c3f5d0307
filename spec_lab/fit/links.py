"""Links are a partition of the slots: an equivalence relation, transitive and free of order.

A partition is a tuple with one entry a slot: the lowest index of the slot's group (0-based). Two slots are linked exactly
when their entries are equal; a group's *master* is its lowest slot. Nothing here knows values or priors: `edits` decides what
a merged group inherits.
"""

from collections.abc import Iterable

Partition = tuple[int, ...]


def separate_all(n: int) -> Partition:
    """The partition of `n` slots in which every slot stands alone."""
    return tuple(range(n))


def members(partition: Partition, index: int) -> tuple[int, ...]:
    """All slots in the group of `index`, ascending."""
    root = partition[index]
    return tuple(i for i, r in enumerate(partition) if r == root)


def merge(partition: Partition, indices: Iterable[int]) -> Partition:
    """Put the whole groups of `indices` into one group."""
    roots = {partition[i] for i in indices}
    low = min(roots)
    return tuple(low if r in roots else r for r in partition)


def separate(partition: Partition, indices: Iterable[int]) -> Partition:
    """Take each of `indices` out of its group; members that are not named stay together."""
    named = set(indices)
    labels = [("alone", i) if i in named else ("group", r) for i, r in enumerate(partition)]
    first: dict[tuple[str, int], int] = {}
    for i, label in enumerate(labels):
        first.setdefault(label, i)
    return tuple(first[label] for label in labels)


def groups(partition: Partition) -> tuple[tuple[int, ...], ...]:
    """The groups of more than one member, by master."""
    return tuple(m for i, r in enumerate(partition) if i == r and len(m := members(partition, i)) > 1)
