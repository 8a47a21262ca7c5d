package se.norrlund.claims.mailbox

import org.springframework.boot.autoconfigure.SpringBootApplication
import org.springframework.boot.context.properties.ConfigurationPropertiesScan
import org.springframework.boot.runApplication

@ConfigurationPropertiesScan
@SpringBootApplication(scanBasePackages = ["se.norrlund.claims.core", "se.norrlund.claims.assistant", "se.norrlund.claims.mailbox"])
class MailboxApplication

fun main(args: Array<String>) {
    runApplication<MailboxApplication>(*args)
}
