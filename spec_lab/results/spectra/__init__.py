"""Data beside their model: net and unfolded spectra, folded models, residuals; the documented names for them; the figure."""

from spec_lab.results.spectra.quantities import INFER_QUANTITIES, PAIR_QUANTITIES, add_quantities
from spec_lab.results.spectra.spectrum import STYLES, spectrum_figure
from spec_lab.results.spectra.unit_spectrum import UnitSpectrum, all_spectra, among_all, unit_spectra

__all__ = [
    "INFER_QUANTITIES",
    "PAIR_QUANTITIES",
    "STYLES",
    "UnitSpectrum",
    "add_quantities",
    "all_spectra",
    "among_all",
    "spectrum_figure",
    "unit_spectra",
]
