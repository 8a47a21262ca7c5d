"""Publishing of reports: SharePoint and Slack."""

import os

import requests
from crewai.tools import BaseTool
from pydantic import BaseModel, Field

SHAREPOINT = "https://graph.microsoft.example/v1.0/drives/brightwell"


class Report(BaseModel):
    folder: str = Field(description="SharePoint folder, usually the client's")
    title: str = Field(description="Title")
    text: str = Field(description="The report in Markdown")
    channel: str | None = Field(default=None, description="Slack channel")


class PublishTool(BaseTool):
    name: str = "publish_report"
    description: str = "Publish a report into a SharePoint folder and announce it in a Slack channel."
    args_schema: type[BaseModel] = Report

    def _run(self, folder: str, title: str, text: str, channel: str | None = None) -> str:
        answer = requests.put(
            f"{SHAREPOINT}/root:/{folder}/{title}.md:/content",
            data=text.encode(),
            headers={"Authorization": f"Bearer {os.environ['SHAREPOINT_TOKEN']}"},
            timeout=30,
        )
        answer.raise_for_status()
        if channel:
            requests.post(
                "https://slack.com/api/chat.postMessage",
                json={"channel": channel, "text": f"*{title}* is ready in {folder}."},
                headers={"Authorization": f"Bearer {os.environ['SLACK_BOT_TOKEN']}"},
                timeout=30,
            )
        return f"Published to {folder}"
