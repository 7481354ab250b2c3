#!/usr/bin/env python3
"""Writes BERT-Base with random weights as an ONNX model, for onnxruntime.mjs to time.

    python3 perf/peers/bert_to_onnx.py FILE

It is written operation by operation, with an attention mask, in the form that ONNX Runtime's fusions look for.
"""

import math
import sys

import torch
from torch import nn


class Layer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.inner, self.inner_output = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm, self.inner_norm = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, 64).permute(0, 2, 1, 3)

    def forward(self, x, mask):
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        weights = (torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(64) + mask).softmax(-1)
        seen = torch.matmul(weights, v).permute(0, 2, 1, 3).contiguous()
        x = self.norm(self.output(seen.view(x.shape[0], x.shape[1], 64 * self.heads)) + x)
        return self.inner_norm(self.inner_output(nn.functional.gelu(self.inner(x))) + x)


class Bert(nn.Module):
    def __init__(self, layers=12, width=768, heads=12, vocabulary=30522):
        super().__init__()
        self.words, self.types, self.places = (nn.Embedding(size, width) for size in (vocabulary, 2, 512))
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(width, heads) for _ in range(layers))
        self.pooler = nn.Linear(width, width)

    def forward(self, ids, mask):
        extended = (1.0 - mask[:, None, None, :].to(torch.float32)) * -10000.0
        x = self.words(ids) + self.types(torch.zeros_like(ids)) + self.places(torch.arange(ids.shape[1]).unsqueeze(0))
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x, extended)
        return torch.tanh(self.pooler(x[:, 0]))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.manual_seed(1)
    ids = torch.ones(1, 8, dtype=torch.int64)
    axes = {"ids": {0: "batch", 1: "length"}, "mask": {0: "batch", 1: "length"}}
    torch.onnx.export(
        Bert().eval(), (ids, ids), sys.argv[1], input_names=["ids", "mask"], output_names=["pooled"], dynamic_axes=axes,
        opset_version=14)


if __name__ == "__main__":
    main()
