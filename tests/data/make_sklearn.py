"""What scikit-learn answers, so that the learner and the measures can be held against it.

    pip install scikit-learn==1.9.1 && python tests/data/make_sklearn.py

Writes beside itself:
  sklearn_logistic.json   small matrices, the settings of a fit, LogisticRegression's coefficients and its loss
  sklearn_measures.json   logits and true labels, and every figure that `evaluate` gives on them

scikit-learn minimises C·Σ wᵢ·loss + l1_ratio·|W| + (1 − l1_ratio)/2·W²; divided by C that is ours, with
l1 = l1_ratio/C and l2 = (1 − l1_ratio)/C. Every number a matrix or weight holds is exact in 32 bits.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from scipy.special import log_softmax, softmax
from sklearn import metrics
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight

HERE = Path(__file__).parent


def write(name, **blocks):
    """One block a case or a matrix, one row of a matrix a line."""
    def value(v):
        if isinstance(v, list) and v and isinstance(v[0], list):
            return "[\n" + ",\n".join("  " + json.dumps(row, separators=(",", ":")) for row in v) + "]"
        return json.dumps(v, separators=(",", ":"))
    def block(v):
        if isinstance(v, list):
            return "[\n" + ",\n".join(block(each) for each in v) + "\n]"
        return "{" + ",\n".join(f"{json.dumps(k)}: {value(each)}" for k, each in v.items()) + "}"
    parts = [f'"scikit-learn": "{sklearn.__version__}"'] + [f'"{k}": {block(v)}' for k, v in blocks.items()]
    (HERE / name).write_text("{" + ",\n".join(parts) + "}\n")


def objective(x, targets, weights, coefficients, l1, l2):
    """Ours, written down once more."""
    w, b = coefficients[:-1], coefficients[-1]
    cross_entropy = -(targets * log_softmax(x @ w + b, axis=1)).sum(axis=1)
    return (weights * cross_entropy).sum() + l2 / 2 * (w**2).sum() + l1 * np.abs(w).sum()


def dense(rng, rows, columns):
    return np.round(rng.normal(size=(rows, columns)) * 16) / 16


def counts(rng, rows, columns):
    """Like a bag of words: mostly zeros, and columns of very different frequency."""
    return rng.poisson(1.5 / np.arange(1, columns + 1) ** 0.7, size=(rows, columns))


def classes_of(rng, x, k):
    true = rng.normal(size=(x.shape[1], k))
    return np.array([rng.choice(k, p=softmax(row)) for row in x @ true - np.arange(k)])


def logistic():
    rng = np.random.default_rng(1)
    cases = []
    matrices = {"small": dense(rng, 50, 6), "bag": counts(rng, 120, 15)}

    def case(name, matrix, targets, weights=None, class_weights=None, c=1.0, l1_ratio=0.0):
        """Fits on hard rows: a soft row becomes one weighted row for each label it may have."""
        x = matrices[matrix]
        n, k = targets.shape
        given = np.ones(n) if weights is None else weights
        row, label = np.nonzero(targets)
        solver = {"solver": "lbfgs", "tol": 1e-12} if l1_ratio == 0 else {"solver": "saga", "tol": 1e-12}
        each = targets[row, label] * given[row]
        of_classes = np.ones(k) if class_weights is None else compute_class_weight(
            class_weights, classes=np.arange(k), y=targets.argmax(axis=1), sample_weight=given)
        # saga takes steps too long for weights above 1 and then finds no minimum; moved into C they do no harm.
        most = each.max()
        model = LogisticRegression(
            C=c * most, l1_ratio=l1_ratio, class_weight=class_weights, max_iter=1_000_000, random_state=0, **solver)
        model.fit(x[row], label, sample_weight=each / most)
        if k == 2:
            # One logit here is the difference of our two: half for each label, and half the penalty's worth.
            coefficients = np.vstack([np.hstack([-m / 2, m / 2]) for m in (model.coef_.T, model.intercept_[:, None])])
            l2 = 2 / c
        else:
            coefficients = np.vstack([model.coef_.T, model.intercept_])
            l2 = (1 - l1_ratio) / c
        l1 = l1_ratio / c
        cases.append({
            "name": name, "l1": l1, "l2": l2,
            "matrix": matrix, "targets": targets.tolist(), "weights": None if weights is None else weights.tolist(),
            "class_weights": list(class_weights.values()) if isinstance(class_weights, dict) else class_weights,
            "coefficients": coefficients.tolist(),
            "loss": objective(x, targets, given * of_classes[targets.argmax(axis=1)], coefficients, l1, l2),
            "effective_class_weights": of_classes.tolist(),
        })

    small_y, bag_y = classes_of(rng, matrices["small"], 3), classes_of(rng, matrices["bag"], 4)
    two_y = classes_of(rng, matrices["small"], 2)
    hard = lambda y: np.eye(y.max() + 1, dtype=int)[y]
    for c in (0.01, 0.1, 1.0, 10.0, 100.0):
        case(f"L2, C = {c}", "small", hard(small_y), c=c)
    case("L2, two labels", "small", hard(two_y), c=0.5)
    case("L2, bag of words, four labels", "bag", hard(bag_y), c=2.0)
    case("L2, sample weights", "bag", hard(bag_y), weights=rng.integers(1, 48, size=120) / 16)
    case("L2, balanced labels", "small", hard(small_y), class_weights="balanced")
    case("L2, given label weights", "small", hard(small_y), class_weights={0: 0.5, 1: 3.0, 2: 1.25})
    case("L2, balanced labels, sample weights", "bag", hard(bag_y), weights=rng.integers(1, 48, size=120) / 16,
         class_weights="balanced")
    # With an even number of labels L1 alone has many minima: whatever lies between the two middle weights.
    case("L1", "small", hard(small_y), c=0.3, l1_ratio=1.0)
    case("L1, weak", "small", hard(small_y), c=3.0, l1_ratio=1.0)
    case("elastic net", "bag", hard(bag_y), c=0.5, l1_ratio=0.5)
    case("elastic net, sample weights", "small", hard(small_y), weights=rng.integers(1, 48, size=50) / 16, l1_ratio=0.8)
    soft = np.round(rng.dirichlet(np.full(3, 0.7), size=50) * 64) / 64
    soft[:, 2] = 1 - soft[:, 0] - soft[:, 1]
    case("soft labels", "small", soft, c=1.0)
    case("soft labels, sample weights", "small", soft, weights=rng.integers(1, 48, size=50) / 16, c=5.0)
    write("sklearn_logistic.json", matrices={k: x.tolist() for k, x in matrices.items()}, cases=cases)


def calibration_error(confidence, right):
    """Ten bins of equal width, the last one closed on both sides."""
    inside = np.digitize(confidence, np.arange(1, 10) / 10)
    of = [(inside == b) for b in range(10) if (inside == b).any()]
    return sum(b.mean() * abs(confidence[b].mean() - right[b].mean()) for b in of)


def coverage(confidence, right):
    """Of the most confident tenth, two tenths, and so on: the confidence reached and the share that is right."""
    order = np.argsort(-confidence)
    ends = [int(np.ceil(len(order) * tenth / 10)) for tenth in range(1, 11)]
    return [[end / len(order), confidence[order[end - 1]], right[order[:end]].mean()] for end in ends]


def measures():
    rng = np.random.default_rng(2)
    cases = []

    def case(name, logits, truth, k):
        p = softmax(logits, axis=1)
        said = p.argmax(axis=1)
        every = np.arange(k)
        precision, recall, f1, support = metrics.precision_recall_fscore_support(
            truth, said, labels=every, zero_division=0)
        confidence, right = p.max(axis=1), said == truth
        constant = np.zeros((len(truth), 1))
        prior = np.zeros(p.shape)
        dummy = DummyClassifier(strategy="prior").fit(constant, truth)
        prior[:, dummy.classes_] = dummy.predict_proba(constant)
        majority = DummyClassifier(strategy="most_frequent").fit(constant, truth).predict(constant)
        brier = lambda p: metrics.brier_score_loss(truth, p, labels=every, scale_by_half=False)
        cases.append({
            "name": name, "logits": logits.tolist(), "truth": truth.tolist(),
            "accuracy": metrics.accuracy_score(truth, said),
            "macro_f1": metrics.f1_score(truth, said, average="macro", zero_division=0),
            "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(),
            "support": support.tolist(),
            "confusion": metrics.confusion_matrix(truth, said, labels=every).tolist(),
            "brier": brier(p), "log_loss": metrics.log_loss(truth, p, labels=every),
            "ece": calibration_error(confidence, right),
            "majority_accuracy": metrics.accuracy_score(truth, majority),
            "majority_macro_f1": metrics.f1_score(truth, majority, average="macro", zero_division=0),
            "prior_brier": brier(prior), "prior_log_loss": metrics.log_loss(truth, prior, labels=every),
            "coverage": coverage(confidence, right),
        })

    def predictions(n, k, sharpness, skill):
        truth = rng.choice(k, p=rng.dirichlet(np.full(k, 3.0)), size=n)
        logits = rng.normal(size=(n, k)) * sharpness
        logits[np.arange(n), truth] += skill
        return np.round(logits, 3), truth

    case("three labels", *predictions(240, 3, 1.0, 1.0), 3)
    case("two labels, too sure of itself", *predictions(101, 2, 4.0, 1.5), 2)
    case("five labels, worse than chance", *predictions(83, 5, 0.7, -0.5), 5)
    logits, truth = predictions(60, 4, 1.0, 1.0)
    logits[:, 1] -= 50  # never said
    truth[truth == 3] = 0  # never there
    case("a label never said and one never there", logits, truth, 4)
    write("sklearn_measures.json", cases=cases)


logistic()
measures()
