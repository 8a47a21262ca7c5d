package se.norrlund.claims.core

import org.springframework.boot.context.properties.EnableConfigurationProperties
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import java.time.Clock

@Configuration
@EnableConfigurationProperties(ClaimsProperties::class)
class CoreConfig {

    @Bean
    fun clock(): Clock = Clock.systemDefaultZone()
}
