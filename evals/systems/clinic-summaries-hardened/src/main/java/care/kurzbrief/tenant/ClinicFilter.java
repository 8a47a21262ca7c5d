package care.kurzbrief.tenant;

import java.io.IOException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Puts the clinic of the token where the services find it. Runs after Spring Security's chain. */
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
public class ClinicFilter extends OncePerRequestFilter {

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            if (SecurityContextHolder.getContext().getAuthentication() instanceof JwtAuthenticationToken token) {
                String clinic = token.getToken().getClaimAsString("clinic");
                if (clinic != null) {
                    ClinicContext.set(clinic);
                }
            }
            chain.doFilter(request, response);
        } finally {
            ClinicContext.clear();
        }
    }
}
