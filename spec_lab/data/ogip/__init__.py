"""OGIP files: spectra (OGIP/92-007) and responses (CAL/GEN/92-002).

Reading: `fits_tables` (astropy, guarded), `pha` with `pha_row` for spectra, `rmf` for matrices and areas. Writing: `write`. What
is read becomes a `Spectrum` or a `Response` in the rooms above.
"""
