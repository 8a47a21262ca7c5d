package se.norrlund.claims.api.web

import jakarta.validation.Valid
import jakarta.validation.constraints.Email
import jakarta.validation.constraints.NotBlank
import jakarta.validation.constraints.Size
import org.springframework.http.HttpStatus
import org.springframework.http.MediaType
import org.springframework.web.bind.annotation.ModelAttribute
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.PostMapping
import org.springframework.web.bind.annotation.RequestMapping
import org.springframework.web.bind.annotation.RequestParam
import org.springframework.web.bind.annotation.ResponseStatus
import org.springframework.web.bind.annotation.RestController
import org.springframework.web.multipart.MultipartFile
import org.springframework.web.server.ResponseStatusException
import se.norrlund.claims.assistant.ClaimIntake
import se.norrlund.claims.core.AttachmentStore
import se.norrlund.claims.core.Channel
import se.norrlund.claims.core.Claim
import se.norrlund.claims.core.ClaimNumber
import se.norrlund.claims.core.ClaimRepository
import se.norrlund.claims.core.LinkTokens
import se.norrlund.claims.core.Sender
import se.norrlund.claims.core.singleLine

data class ClaimForm(
    @field:NotBlank @field:Size(max = 80) val name: String = "",
    @field:NotBlank @field:Email val email: String = "",
    @field:Size(max = 40) val serial: String? = null,
    @field:NotBlank @field:Size(max = 8_000) val text: String = "",
    val files: List<MultipartFile> = emptyList(),
)

data class Accepted(val number: String)

@RestController
@RequestMapping("/api/claims")
class ClaimController(
    private val claims: ClaimRepository,
    private val attachments: AttachmentStore,
    private val intake: ClaimIntake,
    private val links: LinkTokens,
) {
    @PostMapping(consumes = [MediaType.MULTIPART_FORM_DATA_VALUE])
    @ResponseStatus(HttpStatus.ACCEPTED)
    fun open(@Valid @ModelAttribute form: ClaimForm): Accepted {
        val claim = claims.open(form.email, form.serial, Channel.FORM)
        val kept = attachments.keepAll(claim.number, form.files)
        intake.receiveLater(claim, Sender(claim.email, form.name.singleLine()), form.text, kept)
        return Accepted(claim.number.value)
    }

    @PostMapping("/{number}/messages", consumes = [MediaType.MULTIPART_FORM_DATA_VALUE])
    @ResponseStatus(HttpStatus.ACCEPTED)
    fun message(
        @PathVariable number: String,
        @RequestParam token: String,
        @RequestParam @Size(max = 8_000) text: String,
        @RequestParam(required = false) files: List<MultipartFile>?,
    ): Accepted {
        val claim = open(number, token)
        val kept = attachments.keepAll(claim.number, files.orEmpty())
        intake.receiveLater(claim, Sender(claim.email, "the customer"), text, kept)
        return Accepted(claim.number.value)
    }

    private fun open(number: String, token: String): Claim =
        claims.find(ClaimNumber(number))?.takeIf { links.matches(it, token) }
            ?: throw ResponseStatusException(HttpStatus.NOT_FOUND)
}
