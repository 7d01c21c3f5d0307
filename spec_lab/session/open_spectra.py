"""Spectra opened by their files: what is usual for their instruments, a first model, and a start near the data.

Not here: what is usual (`data.usual_choices`), and how a start is found (`fit.guess`).
"""

import os
from collections.abc import Sequence
from pathlib import Path

from spec_lab._base import ParameterError
from spec_lab.data import Data, joint_model, printed_notes, usual_choices
from spec_lab.infer import BayesInfer
from spec_lab.models import Model

Files = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def are_files(given: object) -> bool:
    """Whether something names files: a path, or a list of paths."""
    if isinstance(given, str | os.PathLike):
        return True
    return isinstance(given, list | tuple) and bool(given) and all(isinstance(one, str | os.PathLike) for one in given)


def open_spectra(files: Files, model: str | None = None) -> BayesInfer:
    """A fit of one or more spectra under one model. Prints what was chosen for each, and what was noted in its files.

    Args:
        files: Source spectra; background and response are those that their headers name.
        model: An expression; None: a first model for their instruments.

    Raises:
        DataError: A file cannot be used.
    """
    paths = [files] if isinstance(files, str | os.PathLike) else list(files)
    for path in paths:
        if Path(path).suffix == ".speclab":
            raise ParameterError(
                "this is a saved session, not a spectrum", got=os.fspath(path), hint="Lab.load(path) opens it."
            )
    with printed_notes():
        found = [usual_choices(path) for path in paths]
        stems = [Path(path).stem for path in paths]
        names = [f"{stem}-{i}" if stems.count(stem) > 1 else stem for i, stem in enumerate(stems, 1)]
        data = Data([(name, one.unit) for name, one in zip(names, found, strict=True)])
        print(*(f"{name}: {one.summary}" for name, one in zip(names, found, strict=True)), sep="\n")
    infer = BayesInfer([(data, Model.parse(model or joint_model(found)))])
    infer.guess()
    return infer
