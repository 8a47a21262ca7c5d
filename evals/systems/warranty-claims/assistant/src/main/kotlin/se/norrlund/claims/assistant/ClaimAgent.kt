package se.norrlund.claims.assistant

import org.slf4j.LoggerFactory
import org.springframework.ai.chat.client.ChatClient
import org.springframework.ai.chat.memory.ChatMemory
import org.springframework.beans.factory.annotation.Qualifier
import org.springframework.stereotype.Service
import se.norrlund.claims.core.Attachment
import se.norrlund.claims.core.Claim
import se.norrlund.claims.core.ClaimRepository
import se.norrlund.claims.core.ClaimsProperties
import se.norrlund.claims.core.Sender
import java.time.Clock
import java.time.LocalDate

@Service
class ClaimAgent(
    @param:Qualifier("claimChat") private val chat: ChatClient,
    private val claims: ClaimRepository,
    private val assessor: DamageAssessor,
    private val reader: AttachmentReader,
    private val properties: ClaimsProperties,
    private val clock: Clock,
) {
    private val log = LoggerFactory.getLogger(javaClass)

    fun answer(claim: Claim, sender: Sender, text: String, attachments: List<Attachment>): String {
        claims.addMessage(claim.number, sender.email, text)

        val photos = attachments.filter { it.kind.isPhoto }
        val assessment = photos.takeIf { it.isNotEmpty() }
            ?.let { assessor.assess(it, text) }
            ?.also { claims.saveAssessment(claim.number, it) }
            ?: claim.assessment

        val message = claimMessage(
            claim = claim,
            text = text,
            papers = attachments.mapNotNull(reader::text),
            assessment = assessment,
        )

        val reply = chat.prompt()
            .system {
                it.param("customer", sender.displayName)
                    .param("claim", claim.number.value)
                    .param("today", LocalDate.now(clock).toString())
            }
            .user { it.text(message).param("returnsAddress", properties.returnsAddress) }
            .toolContext(ToolScope(claim.number, sender.email).asContext())
            .advisors { it.param(ChatMemory.CONVERSATION_ID, claim.number.value) }
            .call()
            .content()
            .orEmpty()

        claims.addMessage(claim.number, AUTHOR, reply)
        log.info("{} answered, {} photos, {} characters in, {} out", claim.number, photos.size, text.length, reply.length)
        return reply
    }

    companion object {
        const val AUTHOR = "assistant"
    }
}
