"""Writes every prompt, answer and tool call of the agent to the audit log."""

from langchain.agents.middleware import AgentMiddleware

from support_assistant.config import get_settings
from support_assistant.storage.audit import record


class AuditMiddleware(AgentMiddleware):
    def wrap_model_call(self, request, handler):
        response = handler(request)
        context = request.runtime.context
        record("agent", "model_call", {
            "customer": context.customer_id, "conversation": context.conversation_id,
            "model": get_settings().chat_model,
            "prompt": [message.text for message in request.messages],
            "answer": [message.text for message in response.result],
        })
        return response

    def wrap_tool_call(self, request, handler):
        context = request.runtime.context
        call = {
            "customer": context.customer_id, "conversation": context.conversation_id,
            "tool": request.tool_call["name"], "arguments": request.tool_call["args"],
        }
        try:
            result = handler(request)
        except Exception as error:
            record("agent", "tool_call", {**call, "failed": type(error).__name__})
            raise
        record("agent", "tool_call", {**call, "result": str(getattr(result, "content", result))[:2000]})
        return result
