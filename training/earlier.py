"""A shipped network read back into a tagger, so that the next version can go on from it; what int8 rounded off stays off."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import torch

from training.network import Tagger

_PRODUCT = re.compile(r"/(layers\.\d+/\w+|head)/MatMul")


def read_back(file: Path) -> Tagger:
    """The tagger whose weights training.export wrote to `file`."""
    graph = onnx.load(file).graph
    stored = {w.name: onnx.numpy_helper.to_array(w) for w in graph.initializer}
    state = {name.removeprefix("model."): _widened(stored, name) for name in _names(stored)}
    for node in graph.node:
        place = _PRODUCT.search(node.name)
        if place and node.op_type in ("MatMul", "MatMulInteger"):
            weight = _widened(stored, node.input[1].removesuffix("_quantized"))
            state[place[1].replace("/", ".") + ".weight"] = weight.T
    depth = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("layers."))
    model = Tagger(depth)
    model.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(w, np.float32)) for name, w in state.items()})
    return model


def _names(stored: dict[str, np.ndarray]) -> set[str]:
    """Names of the weights that have one of their own: all but the matrices of products."""
    return {re.sub(r"_(?:half|int8|scale)$", "", name) for name in stored if not name.startswith("onnx::")}


def _widened(stored: dict[str, np.ndarray], name: str) -> np.ndarray:
    """A weight in the width that it was trained in."""
    if name in stored:
        return stored[name]
    if f"{name}_half" in stored:
        return stored[f"{name}_half"]
    whole = stored.get(f"{name}_int8", stored.get(f"{name}_quantized"))
    assert whole is not None, name
    return whole.astype(np.float32) * stored[f"{name}_scale"]
