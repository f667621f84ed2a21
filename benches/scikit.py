"""scikit-learn: tf-idf of words and pairs of words, then a linear classifier with its default settings."""

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

import peer

# The default hundred steps are too few for the solver to arrive; it warns and asks for more.
KINDS = {"logistic": lambda: LogisticRegression(max_iter=1000), "svc": LinearSVC}


def train(kind: str, rows: str, model: str) -> None:
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), KINDS[kind]())
    pipeline.fit(*peer.read(rows))
    joblib.dump(pipeline, model)


class Loaded:
    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    def labels(self, texts: list[str]) -> list[str]:
        return self.pipeline.predict(texts).tolist()

    def ready(self, texts: list[str]) -> list[str]:
        return texts

    def probabilities(self, texts: list[str]) -> object:
        return self.pipeline.predict_proba(texts)


peer.main(train, lambda _, model: Loaded(joblib.load(model)))
