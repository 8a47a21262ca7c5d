"""How the fraud model does, week by week. Runs behind the sign-in proxy, with the reporting role."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st
from sqlalchemy import create_engine, text

from triage.settings import settings

WEEKS = text(
    """
    select date_trunc('week', d.created_at) as week,
           count(*) as decided,
           avg(case when d.outcome <> 'genuine' then 1.0 else 0.0 end) as not_genuine,
           avg(s.score) as mean_score
    from decisions d
    join claim_scores s using (claim_id)
    where d.created_at >= :since and (:kind = 'all' or d.actor_kind = :kind)
    group by 1 order by 1
    """
)


@st.cache_resource
def engine():
    return create_engine(settings().reporting_database_url, execution_options={"postgresql_readonly": True})


st.title("Fraud model, week by week")
since = st.date_input("Since", date.today() - timedelta(days=180))
kind = st.selectbox("Decided by", ["all", "adjuster", "garage"])
with engine().connect() as connection:
    table = pd.read_sql(WEEKS, connection, params={"since": since, "kind": kind})
st.line_chart(table, x="week", y=["not_genuine", "mean_score"])
st.dataframe(table)
