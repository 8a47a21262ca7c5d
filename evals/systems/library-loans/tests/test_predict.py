import datetime as dt

from loans import predict

DAY = dt.date(2026, 3, 2)


def test_median(monkeypatch):
    monkeypatch.setattr(predict, "features", lambda _: ([10, 20, 30], 0))
    assert predict.predict(1, DAY) == DAY + dt.timedelta(days=20)


def test_queue(monkeypatch):
    monkeypatch.setattr(predict, "features", lambda _: ([10], 2))
    assert predict.predict(1, DAY) == DAY + dt.timedelta(days=30)


def test_evaluation_against_spring():
    pairs = [(DAY, DAY), (DAY, DAY + dt.timedelta(days=4))]
    assert predict.evaluate(pairs) == 2
