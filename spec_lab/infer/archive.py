"""A fit as a file: the set-up with everything in it, the last outcome, and which kind of `Infer` they belong to.

`Infer.export` writes an `Archive`, `Infer.load` reads one; how objects become files is the matter of `spec_lab.tree.io`.
Hooks are functions of the person's own and are not saved; a warning says so.
"""

from importlib import metadata
from typing import Any

from spec_lab._base import ParameterError
from spec_lab.engines import Outcome
from spec_lab.fit import Setup
from spec_lab.tree import Struct, field

FORMAT = 1


def _written_by() -> str:
    try:
        return f"spec-lab {metadata.version('spec-lab')}"
    except metadata.PackageNotFoundError:
        return "spec-lab"


def _readable(version: Any) -> None:
    if version != FORMAT:
        hint = "A newer spec_lab wrote it: update this one."
        raise ParameterError("a saved fit of an unknown format", got=version, allowed=str(FORMAT), hint=hint)


class Archive(Struct):
    """What one file of a fit holds.

    Attributes:
        kind: Name of the class: Infer, BayesInfer or MaxLikeFit.
        setup: The set-up at the time of saving.
        outcome: The last run, with the set-up it ran on, or None.
        format: Version of this layout.
        written_by: The program that wrote it, for a person to read.
    """

    kind: str = field(static=True)
    setup: Setup = field()
    outcome: Outcome | None = field(default=None)
    format: int = field(static=True, default=FORMAT, validator=_readable)
    written_by: str = field(static=True, default_factory=_written_by)
