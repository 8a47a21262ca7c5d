package se.norrlund.claims.api.web

import jakarta.servlet.FilterChain
import jakarta.servlet.http.HttpServletRequest
import jakarta.servlet.http.HttpServletResponse
import org.springframework.http.HttpStatus
import org.springframework.scheduling.annotation.Scheduled
import org.springframework.stereotype.Component
import org.springframework.web.filter.OncePerRequestFilter
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger

@Component
class RateLimitFilter : OncePerRequestFilter() {

    private val counts = ConcurrentHashMap<String, AtomicInteger>()

    override fun shouldNotFilter(request: HttpServletRequest) =
        request.method != "POST" || !request.requestURI.startsWith("/api/claims")

    override fun doFilterInternal(request: HttpServletRequest, response: HttpServletResponse, chain: FilterChain) {
        val count = counts.computeIfAbsent(request.clientAddress()) { AtomicInteger() }
        if (count.incrementAndGet() > PER_HOUR) {
            response.sendError(HttpStatus.TOO_MANY_REQUESTS.value())
        } else {
            chain.doFilter(request, response)
        }
    }

    @Scheduled(cron = "0 0 * * * *")
    fun startHour() = counts.clear()

    private companion object {
        const val PER_HOUR = 8
    }
}
