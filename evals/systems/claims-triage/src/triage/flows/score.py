from collections.abc import Iterator

from prefect import flow, get_run_logger, task

from triage.db.session import unit_of_work
from triage.features.frame import for_claims
from triage.ml.registry import Registry
from triage.ml.scorer import Scorer
from triage.settings import settings
from triage.settlement import Settlement


@task
def open_claims() -> list[int]:
    with unit_of_work() as repos:
        return repos.claims.open_ids()


def _chunks(ids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def score_batch(scorer: Scorer, ids: list[int]) -> dict[str, int]:
    counts: dict[str, int] = {}
    with unit_of_work() as repos:
        settlement = Settlement.of(settings(), repos, scorer)
        frame = for_claims(repos.session, ids)
        for position, score in enumerate(scorer.scores(frame)):
            row = frame.iloc[[position]]
            claim = repos.claims.get(int(row.claim_id.iloc[0]))
            repos.scores.put(claim.id, score)
            status = settlement.apply(claim, score, row)
            counts[status] = counts.get(status, 0) + 1
    return counts


@flow(name="score-open-claims")
def score_open_claims(size: int = 500) -> None:
    log = get_run_logger()
    scorer = Scorer(Registry(settings().mlflow_tracking_uri, settings().fraud_model))
    scorer.swap()
    for ids in _chunks(open_claims(), size):
        log.info("batch: %s", score_batch(scorer, ids))
