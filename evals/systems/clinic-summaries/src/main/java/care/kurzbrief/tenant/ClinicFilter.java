package care.kurzbrief.tenant;

import java.io.IOException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Puts the clinic of the request where the services find it. */
@Component
public class ClinicFilter extends OncePerRequestFilter {

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String clinic = request.getHeader("X-Clinic-Id");
        try {
            if (clinic != null && !clinic.isBlank()) {
                ClinicContext.set(clinic);
            }
            chain.doFilter(request, response);
        } finally {
            ClinicContext.clear();
        }
    }
}
