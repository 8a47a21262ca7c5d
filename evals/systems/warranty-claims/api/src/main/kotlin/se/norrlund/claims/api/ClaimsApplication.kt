package se.norrlund.claims.api

import org.springframework.boot.autoconfigure.SpringBootApplication
import org.springframework.boot.runApplication
import org.springframework.scheduling.annotation.EnableScheduling

@EnableScheduling
@SpringBootApplication(scanBasePackages = ["se.norrlund.claims.core", "se.norrlund.claims.assistant", "se.norrlund.claims.api"])
class ClaimsApplication

fun main(args: Array<String>) {
    runApplication<ClaimsApplication>(*args)
}
