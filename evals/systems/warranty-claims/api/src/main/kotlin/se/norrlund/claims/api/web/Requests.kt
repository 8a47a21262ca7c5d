package se.norrlund.claims.api.web

import jakarta.servlet.http.HttpServletRequest
import org.springframework.web.multipart.MultipartFile
import se.norrlund.claims.core.Attachment
import se.norrlund.claims.core.AttachmentStore
import se.norrlund.claims.core.ClaimNumber
import se.norrlund.claims.core.Stored

fun HttpServletRequest.clientAddress(): String =
    getHeader("X-Forwarded-For")?.substringBefore(',')?.trim()?.takeIf { it.isNotEmpty() } ?: remoteAddr

fun AttachmentStore.keepAll(claim: ClaimNumber, files: List<MultipartFile>): List<Attachment> = files
    .take(AttachmentStore.MAX_PER_MESSAGE)
    .map { file -> file.inputStream.use { keep(claim, file.contentType.orEmpty(), it) } }
    .filterIsInstance<Stored.Kept>()
    .map { it.attachment }
