"""Types of what a person may pass to a question about a result: the function judges it in words of its own.

A type checker sees what is allowed; at run time everything is let through to that judgement.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spec_lab.results.criteria.criteria import Criteria

    GivenReal = float
    GivenWhole = int
    GivenValues = tuple[Any, Any] | None
    GivenReadings = Mapping[str, Criteria]
    GivenBundles = Mapping[str, Criteria] | Sequence[Criteria]
else:
    GivenReal = GivenWhole = GivenValues = GivenReadings = GivenBundles = Any
