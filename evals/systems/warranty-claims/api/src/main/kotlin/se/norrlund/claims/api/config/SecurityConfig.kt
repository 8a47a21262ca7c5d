package se.norrlund.claims.api.config

import org.springframework.boot.context.properties.EnableConfigurationProperties
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import org.springframework.security.config.annotation.web.builders.HttpSecurity
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity
import org.springframework.security.config.annotation.web.invoke
import org.springframework.security.core.authority.SimpleGrantedAuthority
import org.springframework.security.core.authority.mapping.GrantedAuthoritiesMapper
import org.springframework.security.oauth2.core.oidc.user.OidcUserAuthority
import org.springframework.security.web.SecurityFilterChain

@Configuration
@EnableWebSecurity
@EnableConfigurationProperties(HookProperties::class)
class SecurityConfig {

    @Bean
    fun web(http: HttpSecurity): SecurityFilterChain {
        http {
            authorizeHttpRequests {
                authorize("/desk/**", hasRole(DESK))
                authorize("/api/claims/**", permitAll)
                authorize("/claims/**", permitAll)
                authorize("/hooks/**", permitAll)
                authorize("/actuator/**", permitAll)
                authorize("/error", permitAll)
                authorize(anyRequest, denyAll)
            }
            oauth2Login { userInfoEndpoint { userAuthoritiesMapper = deskRoles() } }
            csrf { ignoringRequestMatchers("/api/claims/**", "/hooks/**") }
        }
        return http.build()
    }

    private fun deskRoles() = GrantedAuthoritiesMapper { authorities ->
        authorities.filterIsInstance<OidcUserAuthority>()
            .flatMap { it.idToken.getClaimAsStringList("groups").orEmpty() }
            .filter { it == "claims-desk" }
            .map { SimpleGrantedAuthority("ROLE_$DESK") }
    }

    private companion object {
        const val DESK = "CLAIMS_DESK"
    }
}
