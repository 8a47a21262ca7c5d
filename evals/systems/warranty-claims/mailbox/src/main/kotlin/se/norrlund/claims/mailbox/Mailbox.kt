package se.norrlund.claims.mailbox

import jakarta.mail.Flags
import jakarta.mail.Folder
import jakarta.mail.Message
import jakarta.mail.Session
import jakarta.mail.search.FlagTerm
import org.springframework.stereotype.Component
import java.util.Properties

@Component
class Mailbox(private val properties: MailboxProperties) {

    private val session: Session = Session.getInstance(
        Properties().apply {
            put("mail.store.protocol", "imaps")
            put("mail.imaps.ssl.checkserveridentity", "true")
            put("mail.imaps.peek", "true")
            put("mail.imaps.timeout", "20000")
        },
    )

    suspend fun <T> unread(block: suspend (List<Message>) -> T): T =
        session.store.use { store ->
            store.connect(properties.host, properties.user, properties.password)
            store.getFolder(properties.folder).use { folder ->
                folder.open(Folder.READ_WRITE)
                block(folder.search(FlagTerm(Flags(Flags.Flag.SEEN), false)).toList())
            }
        }
}

fun Message.markSeen() = setFlag(Flags.Flag.SEEN, true)

fun Message.header(name: String): String? = getHeader(name)?.firstOrNull()

val Message.isAutomatic: Boolean
    get() = header("Auto-Submitted")?.let { !it.equals("no", ignoreCase = true) } ?: false ||
        header("Precedence")?.lowercase() in setOf("bulk", "list", "junk")
