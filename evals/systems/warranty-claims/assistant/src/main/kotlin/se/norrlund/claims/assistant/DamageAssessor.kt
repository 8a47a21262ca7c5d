package se.norrlund.claims.assistant

import org.springframework.ai.chat.client.ChatClient
import org.springframework.ai.chat.client.entity
import org.springframework.beans.factory.annotation.Qualifier
import org.springframework.core.io.FileSystemResource
import org.springframework.stereotype.Component
import org.springframework.util.MimeType
import se.norrlund.claims.core.Attachment
import se.norrlund.claims.core.DamageAssessment
import se.norrlund.claims.core.clipped

@Component
class DamageAssessor(@param:Qualifier("photoChat") private val chat: ChatClient) {

    fun assess(photos: List<Attachment>, complaint: String): DamageAssessment =
        chat.prompt()
            .system(INSTRUCTIONS)
            .user { user ->
                user.text("The customer says: " + complaint.clipped(1_500))
                photos.take(MAX_PHOTOS).forEach { photo ->
                    user.media(MimeType.valueOf(photo.kind.mimeType), FileSystemResource(photo.path))
                }
            }
            .call()
            .entity<DamageAssessment>()

    private companion object {
        const val MAX_PHOTOS = 4
        val INSTRUCTIONS = """
            You see photos of a household appliance. Say whether a defect of material or make is visible, whether
            the damage looks like misuse, how sure you are from 0 to 1, and sum up in two sentences what you see.
        """.trimIndent()
    }
}
