"""Tables as JSON files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spec_lab._base.atomic import written_whole
from spec_lab._base.errors import ParameterError
from spec_lab._base.info import Info


def write_json(path: Path, rows: Any) -> None:
    """Write JSON, whole or not at all."""
    with written_whole(path) as part:
        part.write_text(json.dumps(rows, indent=2, allow_nan=True), encoding="utf-8")


def write_tables(savepath: str | Path, shown: Mapping[str, Info]) -> None:
    """Write each table as `<name>.json` into a folder, made if missing.

    Raises:
        ParameterError: `savepath` is no path.
    """
    if not isinstance(savepath, str | Path):
        raise ParameterError("savepath is no folder", got=savepath, allowed='a path, such as "results"')
    folder = Path(savepath)
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in shown.items():
        write_json(folder / f"{name}.json", table.list_dict)
