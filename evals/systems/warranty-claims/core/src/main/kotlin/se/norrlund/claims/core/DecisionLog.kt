package se.norrlund.claims.core

import org.springframework.jdbc.core.simple.JdbcClient
import org.springframework.stereotype.Repository

enum class Outcome { REPLACEMENT, REJECTION, REFUND_APPROVED, REFUND_DECLINED }

data class Decision(
    val claim: ClaimNumber,
    val outcome: Outcome,
    val reason: String,
    val decidedBy: String,
    val photoSummary: String?,
)

@Repository
class DecisionLog(private val jdbc: JdbcClient) {

    fun record(decision: Decision) {
        jdbc.sql(
            """
            insert into decisions (claim, outcome, reason, decided_by, photo_summary, decided_at)
            values (:claim, :outcome, :reason, :by, :photos, now())
            """,
        )
            .param("claim", decision.claim.value)
            .param("outcome", decision.outcome.name)
            .param("reason", decision.reason)
            .param("by", decision.decidedBy)
            .param("photos", decision.photoSummary)
            .update()
    }

    companion object {
        const val ASSISTANT = "assistant"
    }
}
