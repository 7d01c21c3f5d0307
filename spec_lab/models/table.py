"""The tables of one model: its parameters, its settings, and the model as HTML for notebooks."""

import html

from spec_lab._base import Info
from spec_lab.models.model import Model


def par_table(model: Model) -> Info:
    """The documented columns of a model's parameters."""
    rows = model.parameters
    return Info(
        {
            "par#": [str(i + 1) for i in range(len(rows))],
            "Component": [p.component for p in rows],
            "Parameter": [p.name for p in rows],
            "Value": [p.value for p in rows],
            "Prior": ["frozen" if p.frozen else str(p.prior or "") for p in rows],
        }
    )


def cfg_table(model: Model) -> Info:
    """The documented columns of a model's settings."""
    rows = model.setting_rows
    return Info(
        {
            "cfg#": [str(i + 1) for i in range(len(rows))],
            "Component": [component for component, _, _ in rows],
            "Parameter": [name for _, name, _ in rows],
            "Value": [value for _, _, value in rows],
        }
    )


def model_html(model: Model) -> str:
    """A model as a small table for notebooks."""
    rows = model.parameters
    table = Info(
        {
            "Component": [p.component for p in rows],
            "Parameter": [p.name for p in rows],
            "Value": [p.value for p in rows],
            "Unit": [p.unit for p in rows],
            "Prior": ["frozen" if p.frozen else str(p.prior or "") for p in rows],
        }
    )
    return f"<div><b>{html.escape(model.expression)}</b> ({model.kind}){table.html}</div>"
