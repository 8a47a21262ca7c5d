"""Nightly: summarises what drivers wrote in the app, per depot. `python -m fleet_analyst.jobs.feedback`"""

import logging
import time

from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel, Field

from fleet_analyst import audit, db, log
from fleet_analyst.agent.model import chat_model
from fleet_analyst.jobs.pseudonyms import pseudonymise
from fleet_analyst.settings import get_settings

logger = logging.getLogger("fleet_analyst.feedback")
MAX_COMMENTS = 200

TASK = """You read comments that drivers of one depot wrote in the last seven days. Write a summary of at most 120 words for the depot
manager: what goes well, what does not, what they ask for. Name nobody. Then rate each comment: how stressed does its author seem, 0 to 1?"""


class Rating(BaseModel):
    number: int = Field(description="The number in front of the comment")
    stress: float = Field(ge=0, le=1)


class Digest(BaseModel):
    summary: str
    ratings: list[Rating]


def depots_with_enough() -> list[str]:
    found = db.rows(
        """select depot from feedback where at > now() - interval '7 days'
           group by depot having count(distinct driver_id) >= %s order by depot""",
        (get_settings().feedback_min_comments,),
    )
    return [row["depot"] for row in found]


def digest(depot: str) -> int:
    comments = db.rows(
        """select id, comment from feedback where depot = %s and at > now() - interval '7 days'
           order by at desc limit %s""",
        (depot, MAX_COMMENTS),
    )
    listed = "\n".join(f"{row['id']}: {pseudonymise(row['comment'])}" for row in comments)
    reader = chat_model(max_tokens=6_000).with_structured_output(Digest)
    reply = reader.invoke([SystemMessage(TASK), HumanMessage(listed)])
    known = {row["id"] for row in comments}
    with db.service() as conn:
        conn.execute(
            """insert into feedback_insights (depot, day, summary) values (%s, current_date, %s)
               on conflict (depot, day) do update set summary = excluded.summary""",
            (depot, reply.summary),
        )
        for rating in reply.ratings:
            if rating.number in known:
                conn.execute("update feedback set stress = %s where id = %s", (rating.stress, rating.number))
    return len(comments)


def forget_old() -> None:
    settings = get_settings()
    gone = db.execute("delete from feedback where at < now() - make_interval(days => %s)", (settings.feedback_keep_days,))
    gone += db.execute("delete from feedback_insights where day < current_date - %s", (settings.feedback_keep_days,))
    gone += audit.forget_old()
    limit = time.time() - settings.charts_keep_days * 86_400
    for chart in settings.charts_dir.glob("*.png"):
        if chart.stat().st_mtime < limit:
            chart.unlink()
            gone += 1
    logger.info("forgotten=%d", gone)


def main() -> None:
    log.setup()
    for depot in depots_with_enough():
        try:
            logger.info("depot=%s comments=%d", depot, digest(depot))
        except Exception as error:
            logger.error("depot=%s failed: %s", depot, type(error).__name__)
    forget_old()


if __name__ == "__main__":
    main()
