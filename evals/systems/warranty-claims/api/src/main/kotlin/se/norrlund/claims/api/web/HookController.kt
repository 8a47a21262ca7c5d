package se.norrlund.claims.api.web

import com.fasterxml.jackson.databind.ObjectMapper
import com.fasterxml.jackson.module.kotlin.readValue
import org.slf4j.LoggerFactory
import org.springframework.http.HttpStatus
import org.springframework.web.bind.annotation.PostMapping
import org.springframework.web.bind.annotation.RequestBody
import org.springframework.web.bind.annotation.RequestHeader
import org.springframework.web.bind.annotation.RequestMapping
import org.springframework.web.bind.annotation.ResponseStatus
import org.springframework.web.bind.annotation.RestController
import org.springframework.web.server.ResponseStatusException
import se.norrlund.claims.api.config.HookProperties
import se.norrlund.claims.core.ClaimNumber
import se.norrlund.claims.core.Payouts
import se.norrlund.claims.core.RegistrationRepository
import se.norrlund.claims.core.hmacSha256
import java.security.MessageDigest
import java.util.HexFormat

data class ParcelEvent(val reference: String, val status: String)

data class DealerInvoice(val serial: String, val dealer: String, val number: String)

@RestController
@RequestMapping("/hooks")
@ResponseStatus(HttpStatus.NO_CONTENT)
class HookController(
    private val payouts: Payouts,
    private val registrations: RegistrationRepository,
    private val properties: HookProperties,
    private val json: ObjectMapper,
) {
    private val log = LoggerFactory.getLogger(javaClass)

    @PostMapping("/carrier")
    fun parcel(@RequestBody event: ParcelEvent) {
        if (event.status != "DELIVERED_TO_WAREHOUSE") return
        val claim = ClaimNumber.findIn(event.reference) ?: return
        payouts.awaitingReturn(claim).forEach { payouts.release(it) }
        log.info("{} came back", claim)
    }

    @PostMapping("/dealers")
    fun invoice(@RequestBody body: ByteArray, @RequestHeader("X-Dealer-Signature") signature: String) {
        val expected = hmacSha256(properties.dealerSecret, body).let(HexFormat.of()::formatHex)
        if (!MessageDigest.isEqual(expected.toByteArray(), signature.toByteArray())) {
            throw ResponseStatusException(HttpStatus.UNAUTHORIZED)
        }
        json.readValue<DealerInvoice>(body).run { registrations.recordInvoice(serial, dealer, number) }
    }
}
