"""The notebook for a person's own spectra: what is usual for their instruments, written out so that it can be changed.

Every file is opened and judged (`spec_lab.data.judge`, in a process of its own) before anything is written. The arguments stand
in the code; why they are so stands below the Lab.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from spec_lab._launch.notebooks import notebook, write
from spec_lab._launch.steps import Failure

START = (
    (
        "markdown",
        """`infer.guess()` moves what nobody gave a value to where the data suggest, and its priors to the energies observed, in
one step that Undo takes back. The table says what it moved; what you type stays, also at the next guess.""",
    ),
    ("code", "infer.guess()"),
)


REFUSED = 3  # exit code of the judge for a file that cannot be used
CHANGE = "They are a start: change them in the first cell, or energies and grouping in the Lab (Ranges)."


def for_files(folder: Path, spectra: list[dict[str, Path]], stat: str | None = None, model: str | None = None) -> Path:
    """A notebook that loads spectra into a Lab, all under one model, and starts near the data.

    Args:
        folder: Where it goes.
        spectra: The files of each: `src`, and `bkg`, `rsp`, `rmf`, `arf` where given.
        stat: The fit statistic; None: by what the counts are.
        model: An expression; None: a first model for these instruments.

    Raises:
        Failure: A file does not exist, cannot be read, or a spectrum has no response.
    """
    for files in spectra:
        _check_there(files)
    choices = _judged(spectra, stat)
    folder = folder.resolve()
    model = model or choices["model"]
    names = _names([files["src"].stem for files in spectra])
    found = list(zip(names, spectra, choices["spectra"], strict=True))
    units = ",\n".join(_unit_code(folder, name, files, choice["arguments"]) for name, files, choice in found)
    code = f"""from spec_lab import BayesInfer, Data, DataUnit, Model
from spec_lab.data import printed_notes
from spec_lab_widgets import Lab

with printed_notes():
    data = Data([
{units},
    ])
infer = BayesInfer([(data, Model.parse({model!r}))])
lab = Lab(infer)
lab"""
    title = "\n\n".join([f"# {', '.join(names)}", *(f"**{name}**: {choice['summary']}" for name, _, choice in found)])
    reasons = [
        "\n".join([f"**{name}**", "", *(f"- {text}" for text in choice["reasons"])]) for name, _, choice in found
    ]
    why = "\n\n".join(["### Why these choices", *reasons, CHANGE])
    cells = (("markdown", title), ("code", code), *START, ("markdown", why))
    return write(folder, names[0], notebook(cells))


def _check_there(files: dict[str, Path]) -> None:
    for option, path in files.items():
        if not _is_word(option, path) and not path.is_file():
            raise Failure(f"there is no file {path} (given as {'SRC' if option == 'src' else '--' + option}).")


def _judged(spectra: list[dict[str, Path]], stat: str | None) -> dict[str, Any]:
    """What is usual for the spectra; all their files are opened for it.

    Raises:
        Failure: One cannot be used.
    """
    asked = {
        "spectra": [{option: os.fspath(path) for option, path in files.items()} for files in spectra],
        "stat": stat,
    }
    command = [sys.executable, "-m", "spec_lab.data.judge"]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True)
    if done.returncode == REFUSED:
        said = done.stdout.strip().replace("Give rsp=..., or rmf=... with arf=...", "Give --rsp, or --rmf with --arf")
        raise Failure(said.replace("rsp='ideal'", "--rsp ideal"))
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Failure(f"the spectra could not be opened: {last}")
    return json.loads(done.stdout)


def _is_word(option: str, path: Path) -> bool:
    """`--rsp ideal` asks for an ideal detector, `none` leaves out what the header names."""
    return option != "src" and os.fspath(path) in ("none", *(["ideal"] if option == "rsp" else []))


def _unit_code(folder: Path, name: str, files: dict[str, Path], arguments: dict[str, Any]) -> str:
    named = {o: os.fspath(p) if _is_word(o, p) else _seen_from(folder, p) for o, p in files.items()}
    inside = "".join(f"            {option}={value!r},\n" for option, value in {**named, **arguments}.items())
    return f"        ({name!r}, DataUnit(\n{inside}        ))"


def _names(stems: list[str]) -> list[str]:
    """The stems, told apart by numbers where two are alike."""
    return [f"{stem}-{i}" if stems.count(stem) > 1 else stem for i, stem in enumerate(stems, start=1)]


def _seen_from(folder: Path, path: Path) -> str:
    """The path as the notebook should name it, so that both can be moved together; absolute where they have nothing in common."""
    path = path.resolve()
    apart = path.drive != folder.drive or len(Path(os.path.commonpath([path, folder])).parts) < 2
    return path.as_posix() if apart else Path(os.path.relpath(path, folder)).as_posix()
