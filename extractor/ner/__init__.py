"""The trained tagger at run time: words and windows of a text, the ONNX model over them, spans with calibrated scores.

Knows texts and arrays only: what a CONDITION is, and what vocabularies add, is tag/condition.py's affair. `training/`
uses the same words, windows and features, so that the model sees at run time what it was trained on.
"""

from extractor.ner.model import RUN_TIME_STYLES, SHIPPED, ConditionModel, ModelCard, NerSpan, load_model

__all__ = ["RUN_TIME_STYLES", "SHIPPED", "ConditionModel", "ModelCard", "NerSpan", "load_model"]
