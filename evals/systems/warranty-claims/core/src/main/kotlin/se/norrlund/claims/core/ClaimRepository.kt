package se.norrlund.claims.core

import org.springframework.jdbc.core.simple.JdbcClient
import org.springframework.stereotype.Repository
import java.sql.ResultSet
import java.time.OffsetDateTime

@Repository
class ClaimRepository(private val jdbc: JdbcClient) {

    fun open(email: String, serial: String?, channel: Channel): Claim {
        val next = jdbc.sql("select nextval('claim_number')").query(Long::class.java).single()
        val number = ClaimNumber.of(next)
        jdbc.sql(
            """
            insert into claims (number, email, serial, status, channel, opened_at)
            values (:number, :email, :serial, 'OPEN', :channel, now())
            """,
        )
            .param("number", number.value)
            .param("email", email.lowercase())
            .param("serial", serial)
            .param("channel", channel.name)
            .update()
        return find(number) ?: error("claim $number was not written")
    }

    fun find(number: ClaimNumber): Claim? =
        jdbc.sql("select * from claims where number = :number")
            .param("number", number.value)
            .query(::toClaim)
            .optional()
            .orElse(null)

    fun byEmail(email: String, limit: Int = 10): List<Claim> =
        jdbc.sql("select * from claims where email = :email order by opened_at desc limit :limit")
            .param("email", email.lowercase())
            .param("limit", limit)
            .query(::toClaim)
            .list()

    fun closedSince(since: OffsetDateTime): List<Claim> =
        jdbc.sql("select * from claims where status in ('REPLACED', 'REFUNDED', 'CLOSED') and closed_at >= :since")
            .param("since", since)
            .query(::toClaim)
            .list()

    fun move(number: ClaimNumber, status: ClaimStatus) {
        jdbc.sql("update claims set status = :status, closed_at = case when :closing then now() end where number = :number")
            .param("status", status.name)
            .param("closing", status !in OPEN_STATES)
            .param("number", number.value)
            .update()
    }

    fun saveAssessment(number: ClaimNumber, assessment: DamageAssessment) {
        jdbc.sql(
            """
            update claims set defect_visible = :defect, misuse_likely = :misuse, confidence = :confidence, summary = :summary
            where number = :number
            """,
        )
            .param("defect", assessment.defectVisible)
            .param("misuse", assessment.misuseLikely)
            .param("confidence", assessment.confidence)
            .param("summary", assessment.summary)
            .param("number", number.value)
            .update()
    }

    fun addMessage(number: ClaimNumber, author: String, text: String) {
        jdbc.sql("insert into messages (claim, author, text, written_at) values (:claim, :author, :text, now())")
            .param("claim", number.value)
            .param("author", author)
            .param("text", text)
            .update()
    }

    fun messages(number: ClaimNumber): List<Message> =
        jdbc.sql("select author, text from messages where claim = :claim order by written_at")
            .param("claim", number.value)
            .query { rs, _ -> Message(rs.getString("author"), rs.getString("text")) }
            .list()

    fun waiting(): List<Claim> =
        jdbc.sql("select * from claims where status = 'WAITING_FOR_PERSON' order by opened_at").query(::toClaim).list()

    fun deleteClosedBefore(cutoff: OffsetDateTime): Int =
        jdbc.sql("delete from claims where closed_at < :cutoff").param("cutoff", cutoff).update()

    private fun toClaim(rs: ResultSet, row: Int) = Claim(
        number = ClaimNumber(rs.getString("number")),
        email = rs.getString("email"),
        serial = rs.getString("serial"),
        status = ClaimStatus.valueOf(rs.getString("status")),
        channel = Channel.valueOf(rs.getString("channel")),
        openedAt = rs.getTimestamp("opened_at").toInstant(),
        assessment = rs.getString("summary")?.let {
            DamageAssessment(
                defectVisible = rs.getBoolean("defect_visible"),
                misuseLikely = rs.getBoolean("misuse_likely"),
                confidence = rs.getDouble("confidence"),
                summary = it,
            )
        },
    )

    data class Message(val author: String, val text: String)

    private companion object {
        val OPEN_STATES = setOf(ClaimStatus.OPEN, ClaimStatus.WAITING_FOR_PERSON)
    }
}
