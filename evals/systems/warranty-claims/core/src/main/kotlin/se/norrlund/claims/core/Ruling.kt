package se.norrlund.claims.core

import org.springframework.stereotype.Component
import java.math.BigDecimal
import java.time.Clock
import java.time.LocalDate

sealed interface Ruling {
    data class Automatic(val amount: BigDecimal) : Ruling
    data class AwaitingReturn(val amount: BigDecimal) : Ruling
    data class NeedsPerson(val why: String) : Ruling
    data class Refused(val why: String) : Ruling
}

@Component
class WarrantyPolicy(private val properties: ClaimsProperties, private val clock: Clock) {

    fun refund(claim: Claim, registration: Registration, amount: BigDecimal): Ruling {
        val assessment = claim.assessment
        return when {
            amount.signum() <= 0 -> Ruling.Refused("The amount must be positive")
            amount > registration.listPrice -> Ruling.Refused("More than the list price of ${registration.product}")
            !covers(registration) -> Ruling.Refused("Warranty of ${registration.serial} has ended")
            assessment == null -> Ruling.NeedsPerson("No photos were judged")
            assessment.misuseLikely -> Ruling.NeedsPerson("Photos hint at misuse")
            !assessment.isClear() -> Ruling.NeedsPerson("Photos are not clear")
            registration.returnRequired -> Ruling.AwaitingReturn(amount)
            amount <= properties.settlement.autoRefundLimit -> Ruling.Automatic(amount)
            else -> Ruling.NeedsPerson("Above ${properties.settlement.autoRefundLimit} euros")
        }
    }

    fun replacement(claim: Claim, registration: Registration): Ruling {
        val assessment = claim.assessment
        return when {
            !covers(registration) -> Ruling.Refused("Warranty of ${registration.serial} has ended")
            assessment != null && assessment.isClear() -> Ruling.Automatic(registration.listPrice)
            else -> Ruling.NeedsPerson("No clear photo of the damage")
        }
    }

    fun covers(registration: Registration): Boolean =
        registration.boughtOn.plusMonths(properties.settlement.warrantyMonths) >= LocalDate.now(clock)

    private fun DamageAssessment.isClear() = defectVisible && confidence >= properties.settlement.photoConfidence
}
