package se.norrlund.claims.assistant

import org.springframework.ai.reader.tika.TikaDocumentReader
import org.springframework.core.io.FileSystemResource
import org.springframework.stereotype.Component
import se.norrlund.claims.core.Attachment
import se.norrlund.claims.core.MAX_ATTACHMENT_TEXT
import se.norrlund.claims.core.clipped

@Component
class AttachmentReader {

    fun text(attachment: Attachment): String? = attachment
        .takeUnless { it.kind.isPhoto }
        ?.let { TikaDocumentReader(FileSystemResource(it.path)).get() }
        ?.joinToString("\n") { it.text.orEmpty() }
        ?.clipped(MAX_ATTACHMENT_TEXT)
}
