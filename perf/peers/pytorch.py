#!/usr/bin/env python3
"""Times in PyTorch what `gpuseq bench` times here: steps of whole models, by the same names.

    python3 perf/peers/pytorch.py [--threads N] [--seconds S] [--filter NAME]

Writes JSON: {"peer": "PyTorch 1.13.0", "threads": 2, "results": [{"kernel": "step", "case": "...", "ms": 102.3}]}.
The median of the calls in the calmest of several windows counts, as there.
"""

import argparse
import json
import math
import time

import torch
from torch import nn


def transformer_step():
    """A training step of an encoder and decoder for short sentences, with tied output weights and Adam."""
    batch, length, vocabulary, width = 32, 20, 8000, 256
    words = nn.Embedding(vocabulary, width)
    transformer = nn.Transformer(width, 8, 3, 3, 1024, dropout=0.1, batch_first=True)
    bias = nn.Parameter(torch.zeros(vocabulary))
    dropout = nn.Dropout(0.1)
    parameters = [*words.parameters(), *transformer.parameters(), bias]
    optimizer = torch.optim.Adam(parameters, lr=1e-3, foreach=True)
    mask = nn.Transformer.generate_square_subsequent_mask(length)
    source, target, expected = (torch.randint(vocabulary, (batch, length)) for _ in range(3))

    def run():
        optimizer.zero_grad(set_to_none=True)
        x, y = (dropout(words(ids) * math.sqrt(width)) for ids in (source, target))
        logits = nn.functional.linear(transformer(x, y, tgt_mask=mask), words.weight, bias)
        nn.functional.cross_entropy(logits.flatten(0, 1), expected.flatten()).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    return "step", "transformer 32x20+20 256 3+3", run


class Gpt2(nn.Module):
    """GPT-2 small with a cache of keys and values; weights are stored as GPT-2 stores them."""

    layers, heads, width, vocabulary, context = 12, 12, 768, 50257, 1024

    def __init__(self):
        super().__init__()
        self.words = nn.Parameter(0.02 * torch.randn(self.vocabulary, self.width))
        self.places = nn.Parameter(0.02 * torch.randn(self.context, self.width))
        sizes = {"qkv": (768, 2304), "out": (768, 768), "up": (768, 3072), "down": (3072, 768)}
        self.weights = [{name: 0.02 * torch.randn(size) for name, size in sizes.items()} for _ in range(self.layers)]
        self.biases = [{name: torch.zeros(size[1]) for name, size in sizes.items()} for _ in range(self.layers)]
        self.norm = (torch.ones(self.width), torch.zeros(self.width))

    def forward(self, ids, first, cache):
        """ids [B, T] behind `first` others, whose keys and values are in the cache; the logits of the last token."""
        batch, length = ids.shape
        x = self.words[ids] + self.places[first:first + length]
        for weights, biases, kept in zip(self.weights, self.biases, cache):
            affine = lambda name, y: torch.addmm(biases[name], y.reshape(-1, y.shape[-1]), weights[name]).view(batch, y.shape[1], -1)
            normalised = nn.functional.layer_norm(x, (self.width,), *self.norm)
            q, k, v = (part.view(batch, length, self.heads, -1).transpose(1, 2) for part in affine("qkv", normalised).chunk(3, -1))
            kept[0][:, :, first:first + length], kept[1][:, :, first:first + length] = k, v
            scores = q @ kept[0][:, :, :first + length].transpose(2, 3) / math.sqrt(self.width // self.heads)
            if length > 1:
                scores = scores + torch.full((length, first + length), -math.inf).triu(first + 1)
            seen = (scores.softmax(-1) @ kept[1][:, :, :first + length]).transpose(1, 2).reshape(batch, length, -1)
            x = x + affine("out", seen)
            normalised = nn.functional.layer_norm(x, (self.width,), *self.norm)
            x = x + affine("down", nn.functional.gelu(affine("up", normalised), approximate="tanh"))
        return nn.functional.layer_norm(x[:, -1], (self.width,), *self.norm) @ self.words.t()

    def new_cache(self, batch, capacity):
        shape = (batch, self.heads, capacity, self.width // self.heads)
        return [(torch.zeros(shape), torch.zeros(shape)) for _ in range(self.layers)]


def gpt2(kernel):
    """The last token of 512, or all of them at once."""
    model, cache = Gpt2(), Gpt2.new_cache(Gpt2, 1, 512)
    ids = torch.randint(Gpt2.vocabulary, (1, 512))
    arguments = (ids[:, :1], 511, cache) if kernel == "decode" else (ids, 0, cache)

    def run():
        with torch.inference_mode():
            model(*arguments)

    return kernel, "gpt2 1x1 after 512" if kernel == "decode" else "gpt2 1x512", run


class Bert(nn.Module):
    """BERT-Base, layer by layer as PyTorch has it, with the pooler on top."""

    layers, heads, width, vocabulary = 12, 12, 768, 30522

    def __init__(self):
        super().__init__()
        self.words, self.types, self.places = (nn.Embedding(size, self.width) for size in (self.vocabulary, 2, 512))
        self.norm = nn.LayerNorm(self.width, eps=1e-12)
        layer = nn.TransformerEncoderLayer(
            self.width, self.heads, 4 * self.width, 0.1, activation="gelu", layer_norm_eps=1e-12, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, self.layers)
        self.pooler = nn.Linear(self.width, self.width)

    def forward(self, ids):
        places = torch.arange(ids.shape[1]).unsqueeze(0)
        x = self.norm(self.words(ids) + self.types(torch.zeros_like(ids)) + self.places(places))
        return torch.tanh(self.pooler(self.encoder(x)[:, 0]))


def bert_forward(texts, tokens):
    """BERT-Base reads texts without padding."""
    model, ids = Bert().eval(), torch.randint(Bert.vocabulary, (texts, tokens))

    def run():
        with torch.inference_mode():
            model(ids)

    return "forward", f"bert-base {texts}x{tokens}", run


def bert_step():
    """A step of fine-tuning BERT-Base with two labels."""
    model, head = Bert(), nn.Linear(Bert.width, 2)
    parameters = [*model.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=5e-5, weight_decay=0.01, foreach=True)
    ids, labels = torch.randint(Bert.vocabulary, (8, 128)), torch.arange(8) % 2

    def run():
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(head(nn.functional.dropout(model(ids), 0.1)), labels).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    return "step", "bert-base 8x128", run


def median_ms(run, seconds):
    """The median of the calls in the calmest of five windows."""
    run()
    medians = []
    for _ in range(5):
        times, end = [], time.perf_counter() + seconds / 5
        while len(times) < 3 or time.perf_counter() < end:
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        medians.append(sorted(times)[len(times) // 2])
    return 1e3 * min(medians)


WORK = {
    "step transformer": transformer_step,
    "decode gpt2": lambda: gpt2("decode"),
    "prefill gpt2": lambda: gpt2("prefill"),
    "forward bert-base 1x32": lambda: bert_forward(1, 32),
    "forward bert-base 1x128": lambda: bert_forward(1, 128),
    "forward bert-base 8x128": lambda: bert_forward(8, 128),
    "forward bert-base 1x512": lambda: bert_forward(1, 512),
    "step bert-base": bert_step,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seconds", type=float, default=10, help="how long each is timed")
    parser.add_argument("--filter", default="", help="a part of a name, such as 'gpt2'")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    results = []
    for name, create in WORK.items():
        if options.filter in name:
            kernel, case, run = create()
            results.append({"kernel": kernel, "case": case, "ms": round(median_ms(run, options.seconds), 3)})
    print(json.dumps({"peer": f"PyTorch {torch.__version__}", "threads": options.threads, "results": results}, indent=1))


if __name__ == "__main__":
    main()
