package se.norrlund.claims.mailbox

import jakarta.mail.Message
import jakarta.mail.Multipart
import jakarta.mail.Part
import jakarta.mail.internet.InternetAddress
import org.jsoup.Jsoup
import org.springframework.stereotype.Component
import se.norrlund.claims.core.ClaimNumber
import se.norrlund.claims.core.Sender
import se.norrlund.claims.core.withoutQuotedReply

data class IncomingMail(
    val sender: Sender,
    val claim: ClaimNumber?,
    val text: String,
    val files: List<Part>,
)

@Component
class MailParser {

    fun parse(message: Message): IncomingMail {
        val from = message.from.first() as InternetAddress
        val replyTo = message.replyTo?.firstOrNull() as? InternetAddress
        val parts = message.flatten()
        return IncomingMail(
            sender = Sender(
                email = from.address.lowercase(),
                displayName = from.personal ?: from.address.substringBefore('@'),
                replyTo = replyTo?.address ?: from.address,
            ),
            claim = ClaimNumber.findIn(message.subject.orEmpty()),
            text = "${message.subject.orEmpty()}\n\n${parts.bodyText().withoutQuotedReply()}",
            files = parts.filter { it.fileName != null },
        )
    }

    private fun Part.flatten(): List<Part> = when (val inner = content) {
        is Multipart -> (0 until inner.count).flatMap { inner.getBodyPart(it).flatten() }
        else -> listOf(this)
    }

    private fun List<Part>.bodyText(): String =
        firstOrNull { it.isMimeType("text/plain") && it.fileName == null }?.let { it.content as String }
            ?: firstOrNull { it.isMimeType("text/html") }?.let { Jsoup.parse(it.content as String).text() }
            ?: ""
}
