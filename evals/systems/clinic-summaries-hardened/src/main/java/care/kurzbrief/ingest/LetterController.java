package care.kurzbrief.ingest;

import java.io.IOException;
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;

import org.springframework.core.io.ByteArrayResource;
import org.springframework.format.annotation.DateTimeFormat;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;

import care.kurzbrief.audit.Audit;
import care.kurzbrief.chat.Limits;
import care.kurzbrief.record.LetterSearch;
import care.kurzbrief.record.Patient;
import care.kurzbrief.record.RecordRepository;
import care.kurzbrief.tenant.ClinicContext;

@RestController
class LetterController {

    private final LetterService letters;
    private final LetterSearch search;
    private final IncomingRepository incoming;
    private final RecordRepository records;
    private final Limits limits;
    private final Audit audit;

    LetterController(LetterService letters, LetterSearch search, IncomingRepository incoming, RecordRepository records,
                     Limits limits, Audit audit) {
        this.letters = letters;
        this.search = search;
        this.incoming = incoming;
        this.records = records;
        this.limits = limits;
        this.audit = audit;
    }

    @PostMapping("/api/patients/{id}/letters")
    Map<String, Object> upload(@PathVariable UUID id, @RequestParam String kind, @RequestParam MultipartFile file,
                               @AuthenticationPrincipal Jwt user) {
        Patient patient = records.find(id, ClinicContext.require()).orElseThrow(LetterController::notFound);
        UUID letter = letters.add(patient, kind, "clinic", file.getContentType(), file.getResource());
        audit.write(user.getSubject(), patient.clinicId(), "upload", letter);
        return Map.of("letter", letter);
    }

    /** For people who have an account in the portal. The answer is the same whether such a patient exists or not. */
    @PostMapping("/portal/letters")
    Map<String, Object> fromPortal(
            @RequestParam String familyName,
            @RequestParam String givenName,
            @RequestParam @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate born,
            @RequestParam MultipartFile file,
            @AuthenticationPrincipal Jwt user) throws IOException {
        limits.take("portal", user.getSubject(), 3);
        incoming.put(ClinicContext.require(), user.getSubject(), familyName, givenName, born, file.getContentType(),
            file.getBytes());
        return Map.of("thanks", true);
    }

    @PostMapping("/api/letters/incoming/{id}/accept")
    Map<String, Object> accept(@PathVariable UUID id, @RequestParam UUID patientId, @AuthenticationPrincipal Jwt nurse) {
        String clinic = ClinicContext.require();
        Patient patient = records.find(patientId, clinic).orElseThrow(LetterController::notFound);
        IncomingRepository.Letter letter = incoming.find(id, clinic).orElseThrow(LetterController::notFound);
        UUID letterId = letters.add(patient, "referral", "portal", letter.mediaType(),
            new ByteArrayResource(letter.content()));
        incoming.accepted(id, nurse.getSubject(), patientId);
        audit.write(nurse.getSubject(), clinic, "accept", Map.of("incoming", id, "letter", letterId));
        return Map.of("letter", letterId);
    }

    @DeleteMapping("/api/letters/{letterId}")
    void forget(@PathVariable UUID letterId, @AuthenticationPrincipal Jwt nurse) {
        search.forget(ClinicContext.require(), letterId);
        audit.write(nurse.getSubject(), ClinicContext.require(), "forget", letterId);
    }

    private static ResponseStatusException notFound() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
}
