package se.norrlund.claims.assistant.tools

import org.springframework.ai.chat.model.ToolContext
import org.springframework.ai.tool.annotation.Tool
import org.springframework.ai.tool.annotation.ToolParam
import org.springframework.stereotype.Component
import se.norrlund.claims.assistant.ToolScope
import se.norrlund.claims.assistant.scope
import se.norrlund.claims.core.Claim
import se.norrlund.claims.core.ClaimRepository
import se.norrlund.claims.core.ClaimStatus
import se.norrlund.claims.core.Decision
import se.norrlund.claims.core.DecisionLog
import se.norrlund.claims.core.Outcome
import se.norrlund.claims.core.Payouts
import se.norrlund.claims.core.PayoutStatus
import se.norrlund.claims.core.Registration
import se.norrlund.claims.core.RegistrationRepository
import se.norrlund.claims.core.Ruling
import se.norrlund.claims.core.Warehouse
import se.norrlund.claims.core.WarrantyPolicy
import se.norrlund.claims.core.singleLine
import java.math.BigDecimal

@Component
class SettlementTools(
    private val claims: ClaimRepository,
    private val registrations: RegistrationRepository,
    private val policy: WarrantyPolicy,
    private val payouts: Payouts,
    private val warehouse: Warehouse,
    private val decisions: DecisionLog,
) {
    @Tool(description = "Refund the price, or a part of it as goodwill, to the customer's account")
    fun issueRefund(
        @ToolParam(description = "Serial number of the appliance") serial: String,
        @ToolParam(description = "Amount in euros") amount: BigDecimal,
        @ToolParam(description = "IBAN the money goes to") iban: String,
        toolContext: ToolContext,
    ): String = settle(toolContext.scope, serial) { claim, registration ->
        val account = iban.filterNot(Char::isWhitespace).uppercase()
        if (!account.matches(IBAN)) return@settle "The IBAN is not readable, ask for it again."
        when (val ruling = policy.refund(claim, registration, amount)) {
            is Ruling.Automatic -> payouts.submit(claim.number, ruling.amount, account)
                .let { "${it.amount} euros are on their way." }
            is Ruling.AwaitingReturn -> payouts.queue(claim.number, ruling.amount, account, PayoutStatus.AWAITING_RETURN)
                .let { "${it.amount} euros are paid when the appliance has come back." }
            is Ruling.NeedsPerson -> {
                payouts.queue(claim.number, amount, account, PayoutStatus.PENDING_PERSON)
                claims.move(claim.number, ClaimStatus.WAITING_FOR_PERSON)
                "A colleague decides: ${ruling.why}."
            }
            is Ruling.Refused -> "Not possible: ${ruling.why}."
        }
    }

    @Tool(description = "Send the same appliance anew and close the claim")
    fun sendReplacement(
        @ToolParam(description = "Serial number of the broken appliance") serial: String,
        @ToolParam(description = "Name of the recipient") recipient: String,
        @ToolParam(description = "Street, postcode, town and country to ship to") address: String,
        @ToolParam(description = "Why it is replaced, for the file") reason: String,
        toolContext: ToolContext,
    ): String = settle(toolContext.scope, serial) { claim, registration ->
        when (val ruling = policy.replacement(claim, registration)) {
            is Ruling.Automatic, is Ruling.AwaitingReturn -> {
                val shipment = warehouse.ship(claim.number, registration.product, recipient.singleLine(), address.singleLine(200))
                claims.move(claim.number, ClaimStatus.REPLACED)
                record(claim, Outcome.REPLACEMENT, reason)
                "Shipment ${shipment.id} is on its way."
            }
            is Ruling.NeedsPerson -> {
                claims.move(claim.number, ClaimStatus.WAITING_FOR_PERSON)
                "A colleague decides: ${ruling.why}."
            }
            is Ruling.Refused -> "Not possible: ${ruling.why}."
        }
    }

    @Tool(description = "Turn the claim down and close it. Returns the sentence to send to the customer.")
    fun rejectClaim(
        @ToolParam(description = "Why, for the file; the customer does not see it") reason: String,
        toolContext: ToolContext,
    ): String {
        val claim = claims.find(toolContext.scope.claim) ?: return NO_CLAIM
        claims.move(claim.number, ClaimStatus.REJECTED)
        record(claim, Outcome.REJECTION, reason)
        return REJECTION
    }

    private inline fun settle(scope: ToolScope, serial: String, body: (Claim, Registration) -> String): String {
        val claim = claims.find(scope.claim) ?: return NO_CLAIM
        val registration = registrations.bySerial(serial) ?: return "No appliance is registered under this serial number."
        return body(claim, registration)
    }

    private fun record(claim: Claim, outcome: Outcome, reason: String) = decisions.record(
        Decision(claim.number, outcome, reason.singleLine(500), DecisionLog.ASSISTANT, claim.assessment?.summary),
    )

    private companion object {
        val IBAN = Regex("""[A-Z]{2}\d{2}[A-Z0-9]{11,30}""")
        const val NO_CLAIM = "This claim does not exist any more."
        const val REJECTION = "We have examined your claim with care and cannot grant it under the terms of the warranty."
    }
}
