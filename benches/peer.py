"""What the peers share: the same JSON Lines come in, a model file or predictions go out.

    PEER.py train KIND ROWS.jsonl MODEL              prints {"cpu": seconds}
    PEER.py predict KIND MODEL ROWS.jsonl OUT.jsonl  prints {"cpu": seconds}
    PEER.py score KIND MODEL ROWS.jsonl ROUNDS       prints {"seconds": of the best round, "rows": how many}

The clock is the processor's, so that a busy machine does not count. It starts when Python and the peer's libraries
are there, so that nobody is charged for an interpreter.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Protocol


class Model(Protocol):
    def labels(self, texts: list[str]) -> list[str]:
        """The label of each text."""

    def ready(self, texts: list[str]) -> object:
        """The texts in the form that `probabilities` takes; made before the clock starts."""

    def probabilities(self, ready: object) -> object:
        """Every label's probability for each text, in whatever form the peer gives them."""


def read(path: str) -> tuple[list[str], list[str]]:
    """Texts and labels of a file."""
    texts, labels = [], []
    with open(path, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            texts.append(row["text"])
            labels.append(row["label"])
    return texts, labels


def write(path: str, labels: list[str]) -> None:
    with open(path, "w", encoding="utf-8") as file:
        for label in labels:
            file.write(json.dumps({"label": label}) + "\n")


def best_round(model: Model, texts: list[str], rounds: int) -> float:
    ready = model.ready(texts)
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        model.probabilities(ready)
        best = min(best, time.process_time() - began)
    return best


def main(train: Callable[[str, str, str], None], load: Callable[[str, str], Model]) -> None:
    began = time.process_time()
    match sys.argv[1:]:
        case ["train", kind, rows, model]:
            train(kind, rows, model)
            said = {"cpu": time.process_time() - began}
        case ["predict", kind, model, rows, out]:
            write(out, load(kind, model).labels(read(rows)[0]))
            said = {"cpu": time.process_time() - began}
        case ["score", kind, model, rows, rounds]:
            texts = read(rows)[0]
            said = {"seconds": best_round(load(kind, model), texts, int(rounds)), "rows": len(texts)}
        case _:
            sys.exit(__doc__)
    print(json.dumps(said))
