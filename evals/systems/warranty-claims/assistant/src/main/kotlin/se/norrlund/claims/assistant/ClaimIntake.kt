package se.norrlund.claims.assistant

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch
import org.slf4j.LoggerFactory
import org.springframework.stereotype.Service
import se.norrlund.claims.core.Attachment
import se.norrlund.claims.core.Claim
import se.norrlund.claims.core.ReplySender
import se.norrlund.claims.core.Sender

@Service
class ClaimIntake(private val agent: ClaimAgent, private val replies: ReplySender) {

    private val log = LoggerFactory.getLogger(javaClass)
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.IO.limitedParallelism(8))

    fun receive(claim: Claim, sender: Sender, text: String, attachments: List<Attachment>) {
        val reply = agent.answer(claim, sender, text, attachments)
        replies.send(claim, sender.replyTo, reply)
    }

    fun receiveLater(claim: Claim, sender: Sender, text: String, attachments: List<Attachment>) {
        scope.launch {
            runCatching { receive(claim, sender, text, attachments) }
                .onFailure { log.error("{} was not answered: {}", claim.number, it.javaClass.simpleName) }
        }
    }
}
