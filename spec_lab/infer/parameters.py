"""The parameters of an `Infer`: handles, labels, tables, dictionaries. Everything is derived from the present set-up."""

from typing import Any

import numpy as np

from spec_lab._base import Info
from spec_lab.fit import Setup, links
from spec_lab.infer.fit import Fit
from spec_lab.infer.par import Cfg, Cfgs, Handles, Par
from spec_lab.results.estimates import cfg_info, cfg_rows, free_par_info, par_info


class Parameters:
    """Base of `Infer`: needs its `Fit`.

    Attributes:
        _fit: The set-up and what is made from it.
        _handles: The handles that were given out, by number.
    """

    _fit: Fit
    _handles: dict[int, Par]

    @property
    def setup(self) -> Setup:
        """The present set-up (immutable)."""
        return self._fit.setup

    @property
    def par(self) -> Handles:
        """All parameters by number: `par[1]`."""
        return Handles(self._fit, tuple(range(1, len(self.setup.values) + 1)), self._handles)

    @property
    def cfg(self) -> Cfgs:
        """All configuration values by number."""
        return Cfgs(Cfg(self._fit, i + 1) for i in range(len(cfg_rows(self.setup))))

    @property
    def pvalues(self) -> tuple[float, ...]:
        """The value of every parameter."""
        return tuple(map(float, self.setup.values))

    @property
    def free_par(self) -> Handles:
        """The free parameters."""
        return Handles(self._fit, tuple(i + 1 for i in self.setup.free), self._handles)

    @property
    def free_pvalues(self) -> np.ndarray:
        """`f[n]`, the values of the free parameters."""
        return self.setup.free_values

    @property
    def free_nparams(self) -> int:
        """Number of free parameters."""
        return len(self.setup.free)

    @property
    def free_pranges(self) -> list[tuple[float, float]]:
        """The hard limits of the free parameters: their priors' supports."""
        return [p.range for p in self.free_par.values()]

    @property
    def free_plabels(self) -> list[str]:
        """LaTeX labels of the free parameters."""
        return [f"${p.label}$" for p in self.free_par.values()]

    @property
    def clean_free_plabels(self) -> list[str]:
        """Plain names of the free parameters."""
        return [p.name for p in self.free_par.values()]

    @property
    def free_indexed_plabels(self) -> list[str]:
        """LaTeX labels with numbers: unique."""
        return [f"$p{p.pid}({p.label})$" for p in self.free_par.values()]

    @property
    def clean_free_indexed_plabels(self) -> list[str]:
        """Plain names with numbers, `p3(logA)`: unique."""
        return [f"p{p.pid}({p.name})" for p in self.free_par.values()]

    @property
    def cfg_info(self) -> Info:
        """Table of configuration values."""
        return cfg_info(self.setup)

    @property
    def par_info(self) -> Info:
        """Table of all parameters; `*` marks free ones."""
        return par_info(self.setup)

    @property
    def notable_par_info(self) -> Info:
        """Table of the parameters without the frozen ones of the data: what printing shows."""
        return par_info(self.setup, hide_frozen_data=True)

    @property
    def free_par_info(self) -> Info:
        """Table of the free parameters."""
        return free_par_info(self.setup)

    # -- dictionaries --------------------------------------------------------------------------------------------------
    @property
    def cdicts(self) -> dict[str, dict[str, dict[str, Cfg]]]:
        """Model expression → component → configuration values."""
        out: dict[str, dict[str, dict[str, Cfg]]] = {}
        values = iter(self.cfg.values())
        for name, pair in zip(self._expressions(), self.setup.pairs, strict=True):
            mine = out.setdefault(name, {component: {} for component in pair.model.names})
            for component, key, _ in pair.model.setting_rows:
                mine[component][key] = next(values)
        return out

    @property
    def pdicts(self) -> dict[str, dict[str, dict[str, Par]]]:
        """Model expression → component → parameters; then name of the data → data unit → its factors.

        What several pairs have gets the number of the pair: `cpl #2`; data that are called like a model are `data cpl`.
        """
        out: dict[str, dict[str, dict[str, Par]]] = {}
        models = self._expressions()
        data = _numbered(["+".join(pair.data.names) for pair in self.setup.pairs])
        data = [f"data {name}" if name in models else name for name in data]
        for slot in self.setup.slots:
            name = (models if slot.owner == "model" else data)[slot.pair]
            out.setdefault(name, {}).setdefault(slot.component, {})[slot.name] = self.par[slot.pid]
        return out

    def _expressions(self) -> list[str]:
        """Of the models; those that several pairs have get the number of the pair: `cpl #2`."""
        return _numbered([pair.model.expression for pair in self.setup.pairs])

    @property
    def idpid(self) -> dict[int, set[str]]:
        """`id` of each handle → the numbers of its whole group, as text."""
        partition = self.setup.partition
        return {id(par): {str(m + 1) for m in links.members(partition, par.pid - 1)} for par in self.par.values()}

    @property
    def all_config(self) -> list[dict[str, Any]]:
        """All configuration values, a row each."""
        return cfg_info(self.setup).list_dict

    @property
    def all_params(self) -> list[dict[str, Any]]:
        """All parameters, a row each: as in `par_info`, with `Frozen`, `Mates` (numbers), and `Prior` and `Posterior` objects."""
        setup = self.setup
        return [
            row | {"Frozen": bool(setup.frozen[i]), "Mates": {str(m) for m in par.mates}}
            | {"Prior": setup.priors[setup.root(i)], "Posterior": par.post}
            for i, (row, par) in enumerate(zip(par_info(setup).list_dict, self.par.values(), strict=True))
        ]  # fmt: skip

    @property
    def free_params(self) -> list[dict[str, Any]]:
        """The free parameters, a row each."""
        return [row for row in self.all_params if str(row["par#"]).endswith("*")]


def _numbered(texts: list[str]) -> list[str]:
    """Texts of pairs, with the number of the pair where an earlier one is the same."""
    return [text if text not in texts[:i] else f"{text} #{i + 1}" for i, text in enumerate(texts)]
