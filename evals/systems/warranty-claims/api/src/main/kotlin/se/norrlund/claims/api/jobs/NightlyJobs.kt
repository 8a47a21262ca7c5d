package se.norrlund.claims.api.jobs

import org.slf4j.LoggerFactory
import org.springframework.scheduling.annotation.Scheduled
import org.springframework.stereotype.Component
import se.norrlund.claims.assistant.knowledge.CaseLibrary
import se.norrlund.claims.core.ClaimRepository
import se.norrlund.claims.core.ClaimsProperties
import java.time.OffsetDateTime

@Component
class NightlyJobs(
    private val library: CaseLibrary,
    private val claims: ClaimRepository,
    private val properties: ClaimsProperties,
) {
    private val log = LoggerFactory.getLogger(javaClass)

    @Scheduled(cron = "0 30 2 * * *")
    fun learnCases() = library.learnSince(OffsetDateTime.now().minusDays(1))

    @Scheduled(cron = "0 0 3 * * *")
    fun forget() {
        val cutoff = OffsetDateTime.now().minusMonths(properties.retention.closedClaimMonths)
        log.info("{} old claims deleted", claims.deleteClosedBefore(cutoff))
    }
}
