package se.norrlund.claims.core

import org.slf4j.LoggerFactory
import org.springframework.http.HttpHeaders
import org.springframework.jdbc.core.simple.JdbcClient
import org.springframework.stereotype.Service
import org.springframework.web.client.RestClient
import java.math.BigDecimal
import java.util.UUID

enum class PayoutStatus { PENDING_PERSON, AWAITING_RETURN, SENT, DECLINED }

data class Payout(
    val id: UUID,
    val claim: ClaimNumber,
    val amount: BigDecimal,
    val iban: String,
    val status: PayoutStatus,
)

@Service
class Payouts(
    private val jdbc: JdbcClient,
    private val claims: ClaimRepository,
    properties: ClaimsProperties,
    builder: RestClient.Builder,
) {
    private val log = LoggerFactory.getLogger(javaClass)
    private val payments = builder
        .baseUrl(properties.payments.url.toString())
        .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer ${properties.payments.token}")
        .build()

    fun submit(claim: ClaimNumber, amount: BigDecimal, iban: String): Payout =
        insert(claim, amount, iban, PayoutStatus.SENT).also(::transfer)

    fun queue(claim: ClaimNumber, amount: BigDecimal, iban: String, status: PayoutStatus): Payout =
        insert(claim, amount, iban, status)

    fun find(id: UUID): Payout? = select("id = :key", id).firstOrNull()

    fun awaitingReturn(claim: ClaimNumber): List<Payout> =
        select("claim = :key and status = 'AWAITING_RETURN'", claim.value)

    fun pending(claim: ClaimNumber): List<Payout> =
        select("claim = :key and status = 'PENDING_PERSON'", claim.value)

    fun release(payout: Payout): Boolean = settle(payout, PayoutStatus.SENT).also { if (it) transfer(payout) }

    fun decline(payout: Payout): Boolean = settle(payout, PayoutStatus.DECLINED)

    private fun settle(payout: Payout, status: PayoutStatus): Boolean =
        jdbc.sql("update payouts set status = :next where id = :id and status = :now")
            .param("next", status.name)
            .param("id", payout.id)
            .param("now", payout.status.name)
            .update() == 1

    private fun transfer(payout: Payout) {
        payments.post()
            .uri("/v1/transfers")
            .body(mapOf("reference" to payout.claim.value, "amount" to payout.amount, "iban" to payout.iban))
            .retrieve()
            .toBodilessEntity()
        claims.move(payout.claim, ClaimStatus.REFUNDED)
        log.info("payout for {} sent", payout.claim)
    }

    private fun insert(claim: ClaimNumber, amount: BigDecimal, iban: String, status: PayoutStatus): Payout {
        val payout = Payout(UUID.randomUUID(), claim, amount, iban, status)
        jdbc.sql("insert into payouts (id, claim, amount, iban, status, made_at) values (:id, :claim, :amount, :iban, :status, now())")
            .param("id", payout.id)
            .param("claim", claim.value)
            .param("amount", amount)
            .param("iban", iban)
            .param("status", status.name)
            .update()
        return payout
    }

    private fun select(condition: String, key: Any): List<Payout> =
        jdbc.sql("select * from payouts where $condition order by made_at")
            .param("key", key)
            .query { rs, _ ->
                Payout(
                    id = rs.getObject("id", UUID::class.java),
                    claim = ClaimNumber(rs.getString("claim")),
                    amount = rs.getBigDecimal("amount"),
                    iban = rs.getString("iban"),
                    status = PayoutStatus.valueOf(rs.getString("status")),
                )
            }
            .list()
}
