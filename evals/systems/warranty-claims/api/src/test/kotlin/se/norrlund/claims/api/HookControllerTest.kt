package se.norrlund.claims.api

import com.fasterxml.jackson.module.kotlin.jacksonObjectMapper
import io.mockk.mockk
import io.mockk.verify
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.springframework.web.server.ResponseStatusException
import se.norrlund.claims.api.config.HookProperties
import se.norrlund.claims.api.web.HookController
import se.norrlund.claims.core.Payouts
import se.norrlund.claims.core.RegistrationRepository
import se.norrlund.claims.core.hmacSha256
import java.util.HexFormat

class HookControllerTest {

    private val secret = "test-secret-test-secret-test-secret-1"
    private val registrations = mockk<RegistrationRepository>(relaxed = true)
    private val hooks = HookController(mockk<Payouts>(), registrations, HookProperties(secret), jacksonObjectMapper())
    private val body = """{"serial":"T1","dealer":"elgiganten","number":"88-1"}""".toByteArray()

    @Test
    fun `keeps an invoice that is signed`() {
        hooks.invoice(body, HexFormat.of().formatHex(hmacSha256(secret, body)))
        verify { registrations.recordInvoice("T1", "elgiganten", "88-1") }
    }

    @Test
    fun `refuses another signature`() {
        assertThatThrownBy { hooks.invoice(body, "00") }.isInstanceOf(ResponseStatusException::class.java)
    }
}
