package se.norrlund.claims.core

import org.commonmark.parser.Parser
import org.commonmark.renderer.html.HtmlRenderer
import org.springframework.mail.javamail.JavaMailSender
import org.springframework.mail.javamail.MimeMessageHelper
import org.springframework.stereotype.Component

@Component
class ReplySender(private val mail: JavaMailSender, private val links: LinkTokens) {

    private val parser = Parser.builder().build()
    private val renderer = HtmlRenderer.builder().escapeHtml(true).sanitizeUrls(true).build()

    fun send(claim: Claim, to: String, text: String) {
        val body = "$text\n\nFollow your claim: ${links.linkFor(claim)}"
        val message = mail.createMimeMessage()
        MimeMessageHelper(message, true, "UTF-8").apply {
            setFrom("service@norrlund.example")
            setTo(to)
            setSubject("Your claim [${claim.number}]")
            setText(body, renderer.render(parser.parse(body)))
        }
        mail.send(message)
    }
}
