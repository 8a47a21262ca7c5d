package se.norrlund.claims.api.config

import org.springframework.boot.context.properties.ConfigurationProperties

@ConfigurationProperties("hooks")
data class HookProperties(val dealerSecret: String) {
    init {
        require(dealerSecret.length >= 32) { "hooks.dealer-secret needs 32 characters" }
    }
}
