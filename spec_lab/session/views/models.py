"""The models and what can be put together, as plain data: which pair has which, the components to pick from, a typed model."""

from spec_lab.fit import SetModel, Setup
from spec_lab.models import Model, catalog
from spec_lab.session.messages import ComponentInfo, ModelPreview
from spec_lab.session.view_model import ModelInfo

KINDS = {"add": "additive", "mul": "multiplicative", "math": "mathematical", "conv": "convolution"}


def models(setup: Setup) -> list[ModelInfo]:
    """`view.models`: one entry a pair."""
    return [
        {"pair": i, "data": " + ".join(pair.data.names), "expression": pair.model.expression}
        for i, pair in enumerate(setup.pairs, start=1)
    ]


def components() -> list[ComponentInfo]:
    """What a model can be made of: name, kind, one line, other names."""
    return [
        {
            "name": entry["name"],
            "kind": entry["kind"],
            "family": KINDS[entry["kind"]],
            "what": entry["summary"].replace("`", ""),
            "aliases": entry["aliases"],
        }
        for entry in catalog()
    ]


def model_preview(setup: Setup, text: str, pair: int | None) -> ModelPreview:
    """What a typed model would be: its expression, and how many parameters stay, take a value along, or are new.

    Raises:
        ModelError: It is no model.
        ParameterError: It cannot stand in that pair.
    """
    model = Model.parse(text)
    after = SetModel(model, pair).apply(setup)
    before = {slot.path for slot in setup.slots if slot.owner == "model"}
    now = [slot.path for slot in after.slots if slot.owner == "model"]
    stay = sum(path in before for path in now)
    return {"expression": model.expression, "words": _words(len(now), stay)}


def _words(count: int, stay: int) -> str:
    if stay == count:
        return f"{count} parameters, all as they are"
    return (
        f"{count} parameters: {stay} stay as they are, {count - stay} new" if stay else f"{count} parameters, all new"
    )
