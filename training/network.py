"""The network: a BERT-shaped encoder of any depth with feature embeddings and a tag for each piece.

The weights come from all-MiniLM-L6-v2 (Apache-2.0; 6 layers of width 384); a shallower tagger takes the lowest layers.
Inputs are piece ids, feature numbers (extractor.ner.windows) and the lengths' mask; layout: [CLS] style pieces [SEP].
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from extractor.ner.windows import FEATURES

TAGS = 3
WIDTH, HEADS, INNER = 384, 12, 1536


class Layer(nn.Module):
    """One transformer layer, normalised after each sum, as BERT has it."""

    def __init__(self, drop: float) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, 1e-12), nn.LayerNorm(WIDTH, 1e-12)
        self.drop = nn.Dropout(drop)

    def forward(self, x: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        rows, length, _ = x.shape
        q, k, v = (
            f(x).view(rows, length, HEADS, WIDTH // HEADS).transpose(1, 2) for f in (self.query, self.key, self.value)
        )
        if torch.onnx.is_in_onnx_export():
            mixed = (q @ k.transpose(-1, -2) * (HEADS / WIDTH) ** 0.5).softmax(-1) @ v  # one window, no padding
        else:
            mixed = functional.scaled_dot_product_attention(
                q, k, v, attn_mask=None if bias is None else bias.to(q.dtype)
            )
        mixed = mixed.transpose(1, 2).reshape(rows, length, WIDTH)
        x = self.norm1(x + self.drop(self.out(mixed)))
        return self.norm2(x + self.drop(self.down(_rounded(functional.gelu(self.up(x))))))


def _rounded(x: torch.Tensor) -> torch.Tensor:
    """x as the shipped network will have it: in 8 bits with one scale for the batch; the gradient passes unchanged. The
    "down" projections' inputs spread so widely that a network that has not met this loses half a point of F1 by it."""
    if torch.onnx.is_in_onnx_export():
        return x
    with torch.no_grad():
        low, high = x.min().clamp(max=0), x.max().clamp(min=0)
        step = (high - low).float() / 255
        error = (x / step).round() * step - x
    return x + error.to(x.dtype)


class Tagger(nn.Module):
    """ids, features (rows, length) and mask -> tag scores (rows, length, 3)."""

    def __init__(self, depth: int, drop: float = 0.1, vocabulary: int = 30522) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.places = nn.Embedding(512, WIDTH)
        self.features = nn.Embedding(FEATURES, WIDTH)
        nn.init.zeros_(self.features.weight)
        self.kind = nn.Parameter(torch.zeros(WIDTH))
        self.norm = nn.LayerNorm(WIDTH, 1e-12)
        self.layers = nn.ModuleList(Layer(drop) for _ in range(depth))
        self.drop = nn.Dropout(drop)
        self.head = nn.Linear(WIDTH, TAGS)

    def forward(self, ids: torch.Tensor, features: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.words(ids) + self.features(features) + self.places(places) + self.kind
        x = self.drop(self.norm(x))
        bias = None if mask is None else (1.0 - mask.float())[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return self.head(self.drop(x))


def from_encoder(folder: Path, depth: int) -> Tagger:
    """A tagger whose lowest `depth` layers are those of the encoder in `folder` (model.safetensors, BERT names)."""
    weights = load_file(folder / "model.safetensors")
    weights = {name.removeprefix("bert."): tensor for name, tensor in weights.items()}
    model = Tagger(depth)
    state = model.state_dict()
    state["words.weight"] = weights["embeddings.word_embeddings.weight"]
    state["places.weight"] = weights["embeddings.position_embeddings.weight"]
    state["kind"] = weights["embeddings.token_type_embeddings.weight"][0]
    for part in ("weight", "bias"):
        state[f"norm.{part}"] = weights[f"embeddings.LayerNorm.{part}"]
        for i in range(depth):
            for ours, theirs in _NAMES.items():
                state[f"layers.{i}.{ours}.{part}"] = weights[f"encoder.layer.{i}.{theirs}.{part}"]
    model.load_state_dict(state)
    return model


_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm2": "output.LayerNorm",
}
