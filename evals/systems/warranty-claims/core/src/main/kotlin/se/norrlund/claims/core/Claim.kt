package se.norrlund.claims.core

import java.math.BigDecimal
import java.nio.file.Path
import java.time.Instant
import java.time.LocalDate
import java.util.UUID

@JvmInline
value class ClaimNumber(val value: String) {
    override fun toString() = value

    companion object {
        private val PATTERN = Regex("""NW-\d{6}""")

        fun findIn(text: String): ClaimNumber? = PATTERN.find(text)?.let { ClaimNumber(it.value) }

        fun of(sequence: Long) = ClaimNumber("NW-%06d".format(sequence))
    }
}

enum class ClaimStatus { OPEN, WAITING_FOR_PERSON, REPLACED, REFUNDED, REJECTED, CLOSED }

enum class Channel { MAIL, FORM }

data class Claim(
    val number: ClaimNumber,
    val email: String,
    val serial: String?,
    val status: ClaimStatus,
    val channel: Channel,
    val openedAt: Instant,
    val assessment: DamageAssessment? = null,
)

data class Registration(
    val serial: String,
    val product: String,
    val ownerName: String,
    val ownerAddress: String,
    val ownerEmail: String,
    val boughtOn: LocalDate,
    val listPrice: BigDecimal,
    val returnRequired: Boolean,
)

data class DamageAssessment(
    val defectVisible: Boolean,
    val misuseLikely: Boolean,
    val confidence: Double,
    val summary: String,
)

data class Sender(val email: String, val displayName: String, val replyTo: String = email)

data class Attachment(val id: UUID, val path: Path, val kind: Kind) {
    enum class Kind(val extension: String, val mimeType: String) {
        JPEG("jpg", "image/jpeg"),
        PNG("png", "image/png"),
        PDF("pdf", "application/pdf"),
        ;

        val isPhoto get() = this != PDF

        companion object {
            fun of(mimeType: String): Kind? = entries.firstOrNull { mimeType.startsWith(it.mimeType, ignoreCase = true) }
        }
    }
}
