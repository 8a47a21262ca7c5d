package se.norrlund.claims.mailbox

import jakarta.mail.Session
import jakarta.mail.internet.MimeMessage
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import java.util.Properties

class MailParserTest {

    private fun mail(raw: String) = MimeMessage(Session.getInstance(Properties()), raw.trimIndent().byteInputStream())

    @Test
    fun `reads sender, claim and text`() {
        val parsed = MailParser().parse(
            mail(
                """
                From: Anna Berg <Anna@example.org>
                Subject: Re: Your claim [NW-104233]
                Content-Type: text/plain; charset=utf-8

                It still leaks.
                > old text
                """,
            ),
        )
        assertThat(parsed.sender.email).isEqualTo("anna@example.org")
        assertThat(parsed.sender.displayName).isEqualTo("Anna Berg")
        assertThat(parsed.claim?.value).isEqualTo("NW-104233")
        assertThat(parsed.text).contains("It still leaks.").doesNotContain("old text")
    }
}
