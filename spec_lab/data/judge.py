"""Opens spectra in a process of its own, and says as JSON what is usual for their instruments (`usual_choices`).

`python -m spec_lab.data.judge` is what `spec-lab new` asks: the files of each spectrum come in as JSON on the standard input.
A file that cannot be used ends it with the exit code `REFUSED` and a sentence.
"""

import json
import sys
import warnings
from typing import Any

from spec_lab._base import SpecLabError
from spec_lab.data.usual_choices import UsualChoices, joint_model, usual_choices

REFUSED = 3  # as the launcher expects it


class Refused(Exception):
    """A spectrum cannot be used; the message says why."""


def judge(spectra: list[dict[str, str]], stat: str | None) -> dict[str, Any]:
    """The choices for each spectrum, and one model for all.

    Args:
        spectra: The files of each, by the names of `DataUnit`.
        stat: The statistic, where it was asked for.
    """
    found = [_open(files, stat) for files in spectra]
    return {"model": joint_model(found), "spectra": [_told(one) for one in found]}


def _open(files: dict[str, str], stat: str | None) -> UsualChoices:
    try:
        return usual_choices(**files, stat=stat)
    except SpecLabError as error:
        raise Refused(f"{files['src']} cannot be opened: {error}") from error


def _told(found: UsualChoices) -> dict[str, Any]:
    return {"arguments": found.arguments, "summary": found.summary, "reasons": found.reasons}


def main() -> int:
    """Read what is asked, answer it."""
    asked = json.load(sys.stdin)
    warnings.simplefilter("ignore")  # the notebook says what was noted, when it reads the files
    try:
        print(json.dumps(judge(asked["spectra"], asked["stat"])))
    except Refused as error:
        print(error)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
