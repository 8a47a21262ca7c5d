package care.kurzbrief.orders;

import java.util.Map;
import java.util.UUID;

import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import care.kurzbrief.audit.Audit;
import care.kurzbrief.tenant.ClinicContext;

@RestController
class OrderController {

    private final OrderRepository orders;
    private final OesClient oes;
    private final Audit audit;

    OrderController(OrderRepository orders, OesClient oes, Audit audit) {
        this.orders = orders;
        this.oes = oes;
        this.audit = audit;
    }

    @Transactional
    @PostMapping("/api/orders/{id}/release")
    Map<String, Object> release(@PathVariable UUID id, @AuthenticationPrincipal Jwt doctor) {
        String clinic = ClinicContext.require();
        OrderRepository.Draft draft = orders.take(id, clinic, doctor.getSubject())
            .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        audit.write(doctor.getSubject(), clinic, "release", draft);
        String number = oes.file(Map.of(
            "patient", draft.patientId(),
            "clinic", clinic,
            "kind", draft.kind(),
            "detail", draft.detail()), doctor.getTokenValue());
        orders.filed(id, number);
        return Map.of("oes", number);
    }
}
