package se.norrlund.claims.api.web

import org.commonmark.parser.Parser
import org.commonmark.renderer.html.HtmlRenderer
import org.springframework.http.HttpStatus
import org.springframework.security.core.annotation.AuthenticationPrincipal
import org.springframework.security.oauth2.core.oidc.user.OidcUser
import org.springframework.stereotype.Controller
import org.springframework.ui.Model
import org.springframework.ui.set
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.PostMapping
import org.springframework.web.bind.annotation.RequestMapping
import org.springframework.web.bind.annotation.RequestParam
import org.springframework.web.server.ResponseStatusException
import se.norrlund.claims.core.ClaimNumber
import se.norrlund.claims.core.ClaimRepository
import se.norrlund.claims.core.Decision
import se.norrlund.claims.core.DecisionLog
import se.norrlund.claims.core.Outcome
import se.norrlund.claims.core.Payout
import se.norrlund.claims.core.Payouts
import java.util.UUID

@Controller
@RequestMapping("/desk")
class DeskController(
    private val claims: ClaimRepository,
    private val payouts: Payouts,
    private val decisions: DecisionLog,
) {
    private val parser = Parser.builder().build()
    private val renderer = HtmlRenderer.builder().build()

    data class Line(val author: String, val html: String)

    @GetMapping
    fun waiting(model: Model): String {
        model["claims"] = claims.waiting()
        return "desk/list"
    }

    @GetMapping("/claims/{number}")
    fun claim(@PathVariable number: String, model: Model): String {
        val claim = claims.find(ClaimNumber(number)) ?: notFound()
        model["claim"] = claim
        model["payouts"] = payouts.pending(claim.number)
        model["lines"] = claims.messages(claim.number).map { Line(it.author, it.text.toHtml()) }
        return "desk/claim"
    }

    @PostMapping("/payouts/{id}")
    fun decide(
        @PathVariable id: UUID,
        @RequestParam approve: Boolean,
        @RequestParam reason: String,
        @AuthenticationPrincipal user: OidcUser,
    ): String {
        val payout = payouts.find(id) ?: notFound()
        val done = if (approve) payouts.release(payout) else payouts.decline(payout)
        if (done) decisions.record(payout.decision(approve, reason, user))
        return "redirect:/desk"
    }

    private fun Payout.decision(approved: Boolean, reason: String, user: OidcUser) = Decision(
        claim = claim,
        outcome = if (approved) Outcome.REFUND_APPROVED else Outcome.REFUND_DECLINED,
        reason = reason,
        decidedBy = user.subject,
        photoSummary = claims.find(claim)?.assessment?.summary,
    )

    private fun String.toHtml(): String = renderer.render(parser.parse(this))

    private fun notFound(): Nothing = throw ResponseStatusException(HttpStatus.NOT_FOUND)
}
