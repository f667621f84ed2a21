"""fastText, supervised, as its own tutorial sets it for words and pairs of words."""

import os
import re

import fasttext

import peer

MARK = "__label__"
KEPT = 50_000


def plain(text: str) -> str:
    """The tutorial's preparation: small letters, signs apart from words."""
    return " ".join(re.sub(r"([.!?,'\"/():;])", r" \1 ", text.lower()).split())


def train(kind: str, rows: str, model: str) -> None:
    texts, labels = peer.read(rows)
    lines = f"{model}.txt"
    with open(lines, "w", encoding="utf-8") as file:
        for text, label in zip(texts, labels):
            file.write(f"{MARK}{label} {plain(text)}\n")
    # Few sentences must be seen often; of many, the default number of rounds is enough.
    epochs = 25 if len(texts) < 50_000 else 5
    trained = fasttext.train_supervised(
        lines, lr=1.0, epoch=epochs, wordNgrams=2, bucket=200_000, dim=50, thread=1, verbose=0
    )
    if kind == "quantised":
        # As one would send it to a browser: the most telling words and pairs only, in few bits.
        trained.quantize(input=lines, cutoff=KEPT, retrain=True, thread=1, verbose=0)
    trained.save_model(model)
    os.remove(lines)


class Loaded:
    def __init__(self, path: str) -> None:
        self.model = fasttext.load_model(path)

    def labels(self, texts: list[str]) -> list[str]:
        found, _ = self.model.predict(self.ready(texts))
        return [labels[0].removeprefix(MARK) for labels in found]

    def ready(self, texts: list[str]) -> list[str]:
        return [plain(text) for text in texts]

    def probabilities(self, texts: list[str]) -> object:
        return self.model.predict(texts, k=-1)


peer.main(train, lambda _, model: Loaded(model))
