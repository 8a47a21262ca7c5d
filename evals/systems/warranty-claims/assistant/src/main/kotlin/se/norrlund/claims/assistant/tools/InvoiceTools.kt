package se.norrlund.claims.assistant.tools

import org.jsoup.Jsoup
import org.springframework.ai.chat.model.ToolContext
import org.springframework.ai.tool.annotation.Tool
import org.springframework.ai.tool.annotation.ToolParam
import org.springframework.stereotype.Component
import org.springframework.web.client.RestClient
import org.springframework.web.client.body
import se.norrlund.claims.assistant.scope
import se.norrlund.claims.core.MAX_ATTACHMENT_TEXT
import se.norrlund.claims.core.clipped

sealed interface InvoicePage {
    data class Text(val text: String) : InvoicePage
    data class Unreadable(val why: String) : InvoicePage
}

@Component
class InvoiceTools(builder: RestClient.Builder) {

    private val client = builder.build()

    @Tool(description = "Read an invoice that the customer gave as a link to the dealer's shop")
    fun readInvoiceLink(
        @ToolParam(description = "The link as the customer wrote it") link: String,
        toolContext: ToolContext,
    ): InvoicePage {
        toolContext.scope
        return runCatching { client.get().uri(link).retrieve().body<String>().orEmpty() }
            .map { InvoicePage.Text(Jsoup.parse(it).text().clipped(MAX_ATTACHMENT_TEXT)) }
            .getOrElse { InvoicePage.Unreadable(it.message ?: "no answer") }
    }
}
