package se.norrlund.claims.assistant.knowledge

import org.slf4j.LoggerFactory
import org.springframework.ai.chat.client.ChatClient
import org.springframework.ai.document.Document
import org.springframework.ai.vectorstore.VectorStore
import org.springframework.beans.factory.annotation.Qualifier
import org.springframework.stereotype.Service
import se.norrlund.claims.core.Claim
import se.norrlund.claims.core.ClaimRepository
import se.norrlund.claims.core.clipped
import java.time.OffsetDateTime

@Service
class CaseLibrary(
    private val store: VectorStore,
    private val claims: ClaimRepository,
    @param:Qualifier("summaryChat") private val chat: ChatClient,
) {
    private val log = LoggerFactory.getLogger(javaClass)

    fun learnSince(since: OffsetDateTime) {
        val cases = claims.closedSince(since).mapNotNull(::toCase)
        if (cases.isNotEmpty()) store.add(cases)
        log.info("{} cases added to the library", cases.size)
    }

    private fun toCase(claim: Claim): Document? {
        val talk = claims.messages(claim.number).joinToString("\n") { "${it.author}: ${it.text}" }
        val lesson = chat.prompt()
            .system("Sum up this claim for colleagues: fault, what was tried, what was decided and why.")
            .user(talk.clipped(12_000))
            .call()
            .content()
            ?: return null
        return Document(
            "$lesson\n\nThe customer's words:\n${talk.clipped(1_000)}",
            mapOf(
                Meta.KIND to "case",
                Meta.AUDIENCE to Audience.DESK.name,
                Meta.SOURCE to claim.number.value,
            ),
        )
    }
}
