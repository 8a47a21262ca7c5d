import json

from pip_bot import store


def test_best_is_sorted(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "DATA", tmp_path)
    for n in range(3):
        (tmp_path / "turns.jsonl").open("a").write(json.dumps({"id": str(n), "messages": [], "answer": "you stupid gull", "place": "web"}) + "\n")
        for _ in range(n):
            store.vote(str(n), True)
    assert [t["id"] for t in store.best()] == ["2", "1"]
