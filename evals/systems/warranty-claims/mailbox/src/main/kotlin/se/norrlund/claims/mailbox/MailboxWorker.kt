package se.norrlund.claims.mailbox

import jakarta.mail.Message
import jakarta.mail.Part
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.sync.withPermit
import org.slf4j.LoggerFactory
import org.springframework.context.SmartLifecycle
import org.springframework.stereotype.Component
import se.norrlund.claims.assistant.ClaimIntake
import se.norrlund.claims.core.Attachment
import se.norrlund.claims.core.AttachmentStore
import se.norrlund.claims.core.Channel
import se.norrlund.claims.core.Claim
import se.norrlund.claims.core.ClaimNumber
import se.norrlund.claims.core.ClaimRepository
import se.norrlund.claims.core.Stored

@Component
class MailboxWorker(
    private val mailbox: Mailbox,
    private val parser: MailParser,
    private val claims: ClaimRepository,
    private val attachments: AttachmentStore,
    private val intake: ClaimIntake,
    private val properties: MailboxProperties,
) : SmartLifecycle {

    private val log = LoggerFactory.getLogger(javaClass)
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.IO)
    private val slots = Semaphore(properties.parallel)
    private var loop: Job? = null

    override fun start() {
        loop = scope.launch {
            while (isActive) {
                runCatching { mailbox.unread { work(it) } }
                    .onFailure { log.warn("mailbox not read: {}", it.javaClass.simpleName) }
                delay(properties.every.toMillis())
            }
        }
    }

    override fun stop() = scope.cancel()

    override fun isRunning() = loop?.isActive == true

    private suspend fun work(messages: List<Message>) = coroutineScope {
        messages.map { message -> async(Dispatchers.IO) { slots.withPermit { handle(message) } } }.awaitAll()
    }

    private fun handle(message: Message) {
        if (message.isAutomatic) return message.markSeen()
        runCatching {
            val mail = parser.parse(message)
            val claim = claimFor(mail)
            intake.receive(claim, mail.sender, mail.text, keep(claim.number, mail.files))
        }
            .onSuccess { message.markSeen() }
            .onFailure { log.warn("mail {} stays for the next round: {}", message.messageNumber, it.javaClass.simpleName) }
    }

    private fun claimFor(mail: IncomingMail): Claim =
        mail.claim?.let(claims::find) ?: claims.open(mail.sender.email, serial = null, Channel.MAIL)

    private fun keep(claim: ClaimNumber, files: List<Part>): List<Attachment> = files
        .take(AttachmentStore.MAX_PER_MESSAGE)
        .map { part -> part.inputStream.use { attachments.keep(claim, part.contentType, it) } }
        .filterIsInstance<Stored.Kept>()
        .map { it.attachment }
}
