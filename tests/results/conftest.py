"""Figures are drawn off screen."""

import matplotlib

matplotlib.use("Agg")
