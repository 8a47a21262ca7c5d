package se.norrlund.claims.core

import org.springframework.stereotype.Component
import java.io.InputStream
import java.nio.file.Files
import java.util.UUID

sealed interface Stored {
    data class Kept(val attachment: Attachment) : Stored
    data class Refused(val why: String) : Stored
}

@Component
class AttachmentStore(private val properties: ClaimsProperties) {

    fun keep(claim: ClaimNumber, mimeType: String, content: InputStream): Stored {
        val kind = Attachment.Kind.of(mimeType) ?: return Stored.Refused("$mimeType is not taken")
        val bytes = content.readNBytes(MAX_BYTES + 1)
        if (bytes.size > MAX_BYTES) return Stored.Refused("larger than $MAX_BYTES bytes")
        val id = UUID.randomUUID()
        val folder = Files.createDirectories(properties.attachments.resolve(claim.value))
        val path = folder.resolve("$id.${kind.extension}")
        Files.write(path, bytes)
        return Stored.Kept(Attachment(id, path, kind))
    }

    companion object {
        const val MAX_BYTES = 8 * 1024 * 1024
        const val MAX_PER_MESSAGE = 6
    }
}
