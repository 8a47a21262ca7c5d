package se.norrlund.claims.assistant.tools

import org.springframework.ai.chat.model.ToolContext
import org.springframework.ai.tool.annotation.Tool
import org.springframework.ai.tool.annotation.ToolParam
import org.springframework.ai.vectorstore.SearchRequest
import org.springframework.ai.vectorstore.VectorStore
import org.springframework.ai.vectorstore.filter.FilterExpressionBuilder
import org.springframework.stereotype.Component
import se.norrlund.claims.assistant.knowledge.Audience
import se.norrlund.claims.assistant.knowledge.Meta
import se.norrlund.claims.assistant.scope
import se.norrlund.claims.core.clipped

@Component
class ManualTools(private val store: VectorStore) {

    data class Passage(val source: String, val text: String)

    @Tool(description = "Passages of the customer manuals about a fault, its causes and what to try")
    fun searchManuals(
        @ToolParam(description = "What to look for") query: String,
        @ToolParam(description = "Model of the appliance", required = false) model: String?,
        toolContext: ToolContext,
    ): List<Passage> {
        toolContext.scope
        val filter = with(FilterExpressionBuilder()) {
            val forCustomers = eq(Meta.AUDIENCE, Audience.CUSTOMER.name)
            model?.takeIf { it.isNotBlank() }
                ?.let { and(forCustomers, eq(Meta.MODEL, it.trim().uppercase())) }
                ?: forCustomers
        }.build()
        return store.similaritySearch(
            SearchRequest.builder().query(query.clipped(400)).topK(5).filterExpression(filter).build(),
        ).orEmpty().map { Passage(it.metadata[Meta.SOURCE].toString(), it.text.orEmpty()) }
    }
}
