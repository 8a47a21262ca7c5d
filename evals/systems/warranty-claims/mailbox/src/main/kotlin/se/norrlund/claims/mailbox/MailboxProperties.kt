package se.norrlund.claims.mailbox

import org.springframework.boot.context.properties.ConfigurationProperties
import org.springframework.boot.context.properties.bind.DefaultValue
import java.time.Duration

@ConfigurationProperties("mailbox")
data class MailboxProperties(
    val host: String,
    val user: String,
    val password: String,
    @DefaultValue("INBOX") val folder: String,
    @DefaultValue("1m") val every: Duration,
    @DefaultValue("4") val parallel: Int,
)
