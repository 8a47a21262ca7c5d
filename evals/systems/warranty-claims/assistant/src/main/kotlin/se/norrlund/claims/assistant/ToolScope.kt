package se.norrlund.claims.assistant

import org.springframework.ai.chat.model.ToolContext
import se.norrlund.claims.core.ClaimNumber
import java.util.concurrent.atomic.AtomicInteger

class ToolBudgetSpent(limit: Int) : RuntimeException("more than $limit tool calls for one message")

data class ToolScope(
    val claim: ClaimNumber,
    val email: String,
    private val calls: AtomicInteger = AtomicInteger(),
) {
    fun asContext(): Map<String, Any> = mapOf(KEY to this)

    fun count(): ToolScope = apply { if (calls.incrementAndGet() > MAX_CALLS) throw ToolBudgetSpent(MAX_CALLS) }

    companion object {
        const val KEY = "scope"
        const val MAX_CALLS = 10
    }
}

val ToolContext.scope: ToolScope
    get() = (context[ToolScope.KEY] as? ToolScope ?: error("tool called without a claim")).count()
