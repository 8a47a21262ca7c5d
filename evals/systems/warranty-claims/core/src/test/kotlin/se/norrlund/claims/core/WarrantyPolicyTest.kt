package se.norrlund.claims.core

import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import java.math.BigDecimal
import java.net.URI
import java.nio.file.Path
import java.time.Clock
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneOffset

class WarrantyPolicyTest {

    private val clock = Clock.fixed(Instant.parse("2025-10-01T08:00:00Z"), ZoneOffset.UTC)
    private val remote = ClaimsProperties.Remote(URI("https://localhost"), "none")
    private val properties = ClaimsProperties(
        publicUrl = URI("https://localhost"),
        linkSecret = "only-for-tests-only-for-tests-only",
        attachments = Path.of("build/attachments"),
        returnsAddress = "Lagergatan 4",
        settlement = ClaimsProperties.Settlement(BigDecimal("250"), 24, 0.6),
        retention = ClaimsProperties.Retention(24),
        payments = remote,
        warehouse = remote,
    )
    private val policy = WarrantyPolicy(properties, clock)
    private val toaster = Registration(
        "T1", "Toaster", "A. Berg", "Storgatan 1", "a@example.org", LocalDate.parse("2025-01-01"), BigDecimal("89"), false,
    )
    private val clear = DamageAssessment(defectVisible = true, misuseLikely = false, confidence = 0.9, summary = "burnt plug")

    private fun claim(assessment: DamageAssessment?) =
        Claim(ClaimNumber("NW-104233"), "a@example.org", "T1", ClaimStatus.OPEN, Channel.FORM, Instant.now(clock), assessment)

    @Test
    fun `small amount with clear photo is automatic`() {
        assertThat(policy.refund(claim(clear), toaster, BigDecimal("89"))).isInstanceOf(Ruling.Automatic::class.java)
    }

    @Test
    fun `no photo waits for a person`() {
        assertThat(policy.refund(claim(null), toaster, BigDecimal("89"))).isInstanceOf(Ruling.NeedsPerson::class.java)
    }

    @Test
    fun `more than the list price is refused`() {
        assertThat(policy.refund(claim(clear), toaster, BigDecimal("90"))).isInstanceOf(Ruling.Refused::class.java)
    }

    @Test
    fun `warranty ends after two years`() {
        val old = toaster.copy(boughtOn = LocalDate.parse("2023-09-30"))
        assertThat(policy.refund(claim(clear), old, BigDecimal("10"))).isInstanceOf(Ruling.Refused::class.java)
    }
}
