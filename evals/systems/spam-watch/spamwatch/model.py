"""The model: load, score, learn, save."""
import os
import threading

import joblib
import numpy as np
from sklearn.linear_model import SGDClassifier

from . import settings
from .features import rows

PATH = os.path.join(settings()["data"], "model.joblib")
LOCK = threading.Lock()
_model = None
_loaded_at = 0.0


def fresh():
    return SGDClassifier(loss="log_loss", alpha=1e-6, random_state=7)


def get():
    """The model; read again whenever the file is newer."""
    global _model, _loaded_at
    changed = os.path.getmtime(PATH)
    if _model is None or changed > _loaded_at:
        _model = joblib.load(PATH)
        _loaded_at = changed
    return _model


def score(message):
    return float(get().predict_proba(rows([message]))[0, 1])


def learn(message, spam, times=1):
    """One mail, at once."""
    with LOCK:
        model = get()
        x = rows([message])
        for _ in range(times):
            model.partial_fit(x, np.array([1 if spam else 0]), classes=np.array([0, 1]))
        save(model)


def save(model):
    joblib.dump(model, PATH + ".new", compress=3)
    os.replace(PATH + ".new", PATH)
