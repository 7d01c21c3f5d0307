"""MaxLikeFit: best fits with errors."""

from pathlib import Path
from typing import Any

from spec_lab.infer.analyzer import Bootstrap
from spec_lab.infer.infer import Infer


class MaxLikeFit(Infer):
    """Maximum likelihood: `fit()` (built-in), `iminuit()`, `lmfit()`. Afterwards the parameters are at the best fit."""

    def iminuit(self, savepath: str | Path | None = None, **options: Any) -> Bootstrap:
        """MIGRAD with exact gradients, HESSE, and MINOS with `minos=True`.

        Args:
            savepath: Folder to write the documented result files to.
            **options: See `spec_lab.engines.minuit.MinuitOptions`.
        """
        reading = self._fitted("iminuit", **options)
        if savepath is not None:
            reading.save(savepath)
        return reading
