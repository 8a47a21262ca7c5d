package se.norrlund.claims.api.web

import org.springframework.http.HttpStatus
import org.springframework.stereotype.Controller
import org.springframework.ui.Model
import org.springframework.ui.set
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.RequestParam
import org.springframework.web.server.ResponseStatusException
import se.norrlund.claims.core.ClaimNumber
import se.norrlund.claims.core.ClaimRepository
import se.norrlund.claims.core.LinkTokens

@Controller
class ClaimPageController(private val claims: ClaimRepository, private val links: LinkTokens) {

    @GetMapping("/claims/{number}")
    fun page(@PathVariable number: String, @RequestParam token: String, model: Model): String {
        val claim = claims.find(ClaimNumber(number))?.takeIf { links.matches(it, token) }
            ?: throw ResponseStatusException(HttpStatus.NOT_FOUND)
        model["claim"] = claim
        model["messages"] = claims.messages(claim.number)
        return "claim"
    }
}
