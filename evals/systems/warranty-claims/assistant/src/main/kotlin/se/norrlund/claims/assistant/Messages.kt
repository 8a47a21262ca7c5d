package se.norrlund.claims.assistant

import se.norrlund.claims.core.Claim
import se.norrlund.claims.core.DamageAssessment
import se.norrlund.claims.core.MAX_MESSAGE
import se.norrlund.claims.core.clipped

internal fun claimMessage(
    claim: Claim,
    text: String,
    papers: List<String>,
    assessment: DamageAssessment?,
): String = buildString {
    appendLine("Claim ${claim.number}, status ${claim.status}, serial ${claim.serial ?: "not given"}.")
    assessment?.let {
        appendLine("Photos: defect visible ${it.defectVisible}, misuse likely ${it.misuseLikely}. ${it.summary}")
    }
    appendLine("If the appliance has to come back, the address is {returnsAddress}.")
    appendLine()
    appendLine("The customer writes:")
    appendLine(text.clipped(MAX_MESSAGE))
    papers.forEachIndexed { index, paper ->
        appendLine()
        appendLine("Attached paper ${index + 1}:")
        appendLine(paper)
    }
}
