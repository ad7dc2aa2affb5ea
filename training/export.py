"""A trained network as a model folder: ONNX with int8 weights, tokenizer, configuration."""

from __future__ import annotations

import hashlib
import json
import math
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.network import Tagger

KEPT = re.compile(r"/head/")
LARGE = 100_000  # numbers


def export(models: Sequence[Tagger], tokenizer: Path, folder: Path, config: dict[str, Any]) -> None:
    """Writes network1.onnx ..., tokenizer.json, and config.json with their digests into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"network{number}.onnx" for number in range(1, len(models) + 1)]
    for model, name in zip(models, names, strict=True):
        _network(model, folder / name)
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    describe(folder, {**config, "sha256": dict.fromkeys([*names, "tokenizer.json"], "")})


def describe(folder: Path, config: dict[str, Any]) -> None:
    """Writes config.json, the digests of the files that it names made anew."""
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in config["sha256"]}
    text = json.dumps({**config, "sha256": digests}, indent=2, ensure_ascii=False)
    (folder / "config.json").write_text(text + "\n", encoding="utf-8")


def _network(model: Tagger, file: Path) -> None:
    """int8 weights, computed in int8.

    Weights have 7 bits: 8 overflow in the 16-bit sums of processors without VNNI, which would then read other spans.
    """
    model.eval()
    ids = torch.randint(1000, 2000, (1, 16))
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        torch.onnx.export(
            model,
            (ids, torch.zeros_like(ids)),
            str(whole),
            input_names=["ids", "features"],
            output_names=["scores"],
            dynamic_axes={name: {1: "length"} for name in ("ids", "features", "scores")},
            opset_version=17,
            dynamo=False,
        )
        nodes = onnx.load(whole).graph.node
        kept = [n.name for n in nodes if n.op_type == "Gather" or (n.op_type == "MatMul" and KEPT.search(n.name))]
        quantize_dynamic(
            whole, file, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True, nodes_to_exclude=kept
        )
    network = onnx.load(file)
    _by_row(network.graph, "words.weight")
    _halve(network.graph)
    onnx.save(network, file)
    onnx.checker.check_model(str(file))


def _by_row(graph: onnx.GraphProto, table: str) -> None:
    """An embedding table in int8 with a scale for each row, widened after the look-up: one scale for all of it would
    cost a point of F1."""
    weight = next(w for w in graph.initializer if w.name == table)
    rows = onnx.numpy_helper.to_array(weight)
    scale = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-9) / 127
    place, node = next((i, n) for i, n in enumerate(graph.node) if n.op_type == "Gather" and n.input[0] == table)
    graph.initializer.remove(weight)
    for name, data in ((f"{table}_int8", np.rint(rows / scale).astype(np.int8)), (f"{table}_scale", scale)):
        graph.initializer.append(onnx.numpy_helper.from_array(data, name))
    make, (ids, out) = onnx.helper.make_node, (node.input[1], node.output[0])
    graph.node.remove(node)
    for new in reversed(
        (
            make("Gather", [f"{table}_int8", ids], [f"{out}_int8"]),
            make("Cast", [f"{out}_int8"], [f"{out}_wide"], to=onnx.TensorProto.FLOAT),
            make("Gather", [f"{table}_scale", ids], [f"{out}_scale"]),
            make("Mul", [f"{out}_wide", f"{out}_scale"], [out]),
        )
    ):
        graph.node.insert(place, new)


def _halve(graph: onnx.GraphProto) -> None:
    """Large float weights stored in 16 bits; the runtime widens them once, when it loads the file."""
    for weight in list(graph.initializer):
        if weight.data_type != onnx.TensorProto.FLOAT or math.prod(weight.dims) < LARGE:
            continue
        half = onnx.numpy_helper.from_array(
            onnx.numpy_helper.to_array(weight).astype(np.float16), weight.name + "_half"
        )
        cast = onnx.helper.make_node("Cast", [half.name], [weight.name], to=onnx.TensorProto.FLOAT)
        graph.initializer.remove(weight)
        graph.initializer.append(half)
        graph.node.insert(0, cast)
