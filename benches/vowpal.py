"""Vowpal Wabbit: one logistic classifier a label on words and pairs of words, several passes over the text."""

import json
import os
import re

from vowpalwabbit import Workspace

import peer


def plain(text: str) -> str:
    """Small letters, signs apart from words; colons and bars are Vowpal Wabbit's own syntax."""
    return " ".join(re.sub(r"([.!?,'\"/();])", r" \1 ", re.sub("[:|]", " ", text.lower())).split())


def train(_: str, rows: str, model: str) -> None:
    texts, labels = peer.read(rows)
    names = sorted(set(labels))
    number = {name: i for i, name in enumerate(names, 1)}
    lines, cache = f"{model}.txt", f"{model}.cache"
    with open(lines, "w", encoding="utf-8") as file:
        for text, label in zip(texts, labels):
            file.write(f"{number[label]} | {plain(text)}\n")
    passes = 20 if len(texts) < 50_000 else 5
    Workspace(
        f"--quiet --data {lines} --cache_file {cache} --kill_cache --passes {passes} --holdout_off "
        f"--oaa {len(names)} --loss_function logistic --ngram 2 --bit_precision 22 --final_regressor {model}"
    ).finish()
    os.remove(lines)
    os.remove(cache)
    with open(f"{model}.labels", "w", encoding="utf-8") as file:
        json.dump(names, file)


class Loaded:
    def __init__(self, path: str) -> None:
        self.model = Workspace(f"--quiet --testonly --initial_regressor {path}")
        with open(f"{path}.labels", encoding="utf-8") as file:
            self.names = json.load(file)

    def labels(self, texts: list[str]) -> list[str]:
        return [self.names[self.model.predict(line) - 1] for line in self.ready(texts)]

    def ready(self, texts: list[str]) -> list[str]:
        return [f"| {plain(text)}" for text in texts]

    def probabilities(self, lines: list[str]) -> object:
        raise NotImplementedError


peer.main(train, lambda _, model: Loaded(model))
