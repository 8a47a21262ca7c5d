package se.norrlund.claims.core

import org.springframework.stereotype.Component
import java.security.MessageDigest
import java.util.Base64
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec

@Component
class LinkTokens(private val properties: ClaimsProperties) {

    fun linkFor(claim: Claim): String = "${properties.publicUrl}/claims/${claim.number}?token=${tokenFor(claim)}"

    fun matches(claim: Claim, token: String): Boolean =
        MessageDigest.isEqual(tokenFor(claim).toByteArray(), token.toByteArray())

    private fun tokenFor(claim: Claim): String =
        hmacSha256(properties.linkSecret, "${claim.number}|${claim.email}".toByteArray())
            .let(Base64.getUrlEncoder().withoutPadding()::encodeToString)
}

fun hmacSha256(secret: String, payload: ByteArray): ByteArray =
    Mac.getInstance("HmacSHA256").apply { init(SecretKeySpec(secret.toByteArray(), algorithm)) }.doFinal(payload)
