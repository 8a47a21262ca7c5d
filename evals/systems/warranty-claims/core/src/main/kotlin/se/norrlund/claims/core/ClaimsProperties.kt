package se.norrlund.claims.core

import org.springframework.boot.context.properties.ConfigurationProperties
import org.springframework.boot.context.properties.bind.DefaultValue
import java.math.BigDecimal
import java.net.URI
import java.nio.file.Path

@ConfigurationProperties("claims")
data class ClaimsProperties(
    val publicUrl: URI,
    val linkSecret: String,
    val attachments: Path,
    val returnsAddress: String,
    val settlement: Settlement,
    val retention: Retention,
    val payments: Remote,
    val warehouse: Remote,
) {
    init {
        require(linkSecret.length >= 32) { "claims.link-secret needs 32 characters" }
    }

    data class Settlement(
        val autoRefundLimit: BigDecimal,
        @DefaultValue("24") val warrantyMonths: Long,
        @DefaultValue("0.6") val photoConfidence: Double,
    )

    data class Retention(val closedClaimMonths: Long)

    data class Remote(val url: URI, val token: String)
}
