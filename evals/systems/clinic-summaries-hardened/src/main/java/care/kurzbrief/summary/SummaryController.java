package care.kurzbrief.summary;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import care.kurzbrief.audit.Audit;
import care.kurzbrief.chat.Limits;
import care.kurzbrief.record.Patient;
import care.kurzbrief.record.RecordRepository;
import care.kurzbrief.tenant.ClinicContext;

@RestController
class SummaryController {

    private final SummaryService service;
    private final SummaryRepository summaries;
    private final RecordRepository records;
    private final Limits limits;
    private final Audit audit;

    SummaryController(SummaryService service, SummaryRepository summaries, RecordRepository records, Limits limits,
                      Audit audit) {
        this.service = service;
        this.summaries = summaries;
        this.records = records;
        this.limits = limits;
        this.audit = audit;
    }

    @PostMapping("/api/patients/{id}/summary")
    Summary write(@PathVariable UUID id, @AuthenticationPrincipal Jwt user) {
        limits.take("summary", user.getSubject(), 10);
        return service.write(ours(id), user.getSubject());
    }

    @GetMapping("/api/patients/{id}/summary")
    Map<String, Object> read(@PathVariable UUID id) {
        ours(id);
        return summaries.newest(id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    @PutMapping("/api/patients/{id}/urgency")
    void setUrgency(@PathVariable UUID id, @RequestParam @Min(1) @Max(5) int urgency, @AuthenticationPrincipal Jwt user) {
        Patient patient = ours(id);
        summaries.setUrgency(id, urgency, user.getSubject());
        audit.write(user.getSubject(), patient.clinicId(), "urgency", Map.of("patient", id, "urgency", urgency));
    }

    @GetMapping("/api/worklist")
    List<Map<String, Object>> worklist() {
        return summaries.worklist(ClinicContext.require());
    }

    private Patient ours(UUID id) {
        return records.find(id, ClinicContext.require())
            .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}
