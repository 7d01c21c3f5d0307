"""Integration over photon-energy bins.

grid            Energy, Grid: where spectra are evaluated, how bins are integrated
cut_bins        bins cut where a curve breaks, at energies that are parameters
prepared_grid   bins cut where an absorption edge lies, and tables looked up, once for a grid
smoothing       how photons flow between bins under a convolution
band_flux       integrals over a band: fluxes
"""
