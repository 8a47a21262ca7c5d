from fleet_analyst.agent.tools.analysis import run_python
from fleet_analyst.agent.tools.charts import draw_chart
from fleet_analyst.agent.tools.documents import search_documents
from fleet_analyst.agent.tools.exports import export_table
from fleet_analyst.agent.tools.mail import mail_report, send_mail
from fleet_analyst.agent.tools.risk import driver_risk
from fleet_analyst.agent.tools.sql import query_fleet
from fleet_analyst.agent.tools.web import fetch_page

TOOLS = [
    query_fleet,
    run_python,
    draw_chart,
    export_table,
    search_documents,
    driver_risk,
    fetch_page,
    send_mail,
    mail_report,
]
