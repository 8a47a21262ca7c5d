"""The nightly run: screen, train, measure, publish, tidy up."""

from __future__ import annotations

import logging
from collections import defaultdict

import psycopg

from picks_train import (
    evaluation,
    factorise,
    interactions,
    publish,
    screening,
    transcripts,
)
from picks_train.settings import settings
from picks_train.storage import Storage

log = logging.getLogger("picks_train")


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    s = settings()
    storage = Storage(s.bucket)
    with psycopg.connect(s.database_url) as db:
        screening.screen(db, s)
        data = interactions.load(db, s.alpha)
        factors = factorise.fit(data, factorise.last_night(storage), s)
        recall = evaluation.recall_at(factors, data)
        try:
            evaluation.check(recall, s.min_recall)
        except evaluation.TooWeak as weak:
            log.error("model is weak: %s", weak)

        episodes, categories, texts = transcripts.listed(db)
        near = transcripts.neighbours(episodes, transcripts.embed(texts, s))
        by_category: dict[str, list[str]] = defaultdict(list)
        for episode, category in zip(episodes, categories, strict=True):
            by_category[category].append(episode)

        facts = {"subjects": len(data.subjects), "episodes": len(episodes), "events": int(data.confidence.nnz), "recall_at_40": recall}
        version = publish.publish(factors, near, dict(by_category), facts, storage, s)
        factorise.keep(factors, storage)
        log.info("published %s, recall@40 %.3f", version, recall)

        db.execute("DELETE FROM events WHERE received_at < now() - make_interval(days => %s)", (s.keep_events_days,))


if __name__ == "__main__":
    main()
