package se.norrlund.claims.assistant.tools

import org.springframework.ai.chat.model.ToolContext
import org.springframework.ai.tool.annotation.Tool
import org.springframework.ai.tool.annotation.ToolParam
import org.springframework.stereotype.Component
import se.norrlund.claims.assistant.scope
import se.norrlund.claims.core.ClaimRepository
import se.norrlund.claims.core.RegistrationRepository
import se.norrlund.claims.core.WarrantyPolicy

@Component
class CustomerTools(
    private val claims: ClaimRepository,
    private val registrations: RegistrationRepository,
    private val policy: WarrantyPolicy,
) {
    data class ClaimLine(val number: String, val status: String, val opened: String)

    data class RegistrationView(
        val serial: String,
        val product: String,
        val owner: String,
        val address: String,
        val email: String,
        val boughtOn: String,
        val inWarranty: Boolean,
    )

    @Tool(description = "Former claims of the customer who writes")
    fun claimHistory(toolContext: ToolContext): List<ClaimLine> =
        claims.byEmail(toolContext.scope.email)
            .map { ClaimLine(it.number.value, it.status.name, it.openedAt.toString()) }

    @Tool(description = "Product, owner and date of purchase registered for a serial number")
    fun lookUpRegistration(
        @ToolParam(description = "Serial number from the type plate") serial: String,
        toolContext: ToolContext,
    ): RegistrationView? {
        toolContext.scope
        return registrations.bySerial(serial)?.run {
            RegistrationView(
                serial = this.serial,
                product = product,
                owner = ownerName,
                address = ownerAddress,
                email = ownerEmail,
                boughtOn = boughtOn.toString(),
                inWarranty = policy.covers(this),
            )
        }
    }
}
