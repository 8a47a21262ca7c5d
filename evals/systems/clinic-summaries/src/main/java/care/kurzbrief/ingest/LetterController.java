package care.kurzbrief.ingest;

import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;

import org.springframework.format.annotation.DateTimeFormat;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;

import care.kurzbrief.record.Patient;
import care.kurzbrief.record.RecordRepository;
import care.kurzbrief.tenant.ClinicContext;

@RestController
class LetterController {

    private final LetterService letters;
    private final RecordRepository records;

    LetterController(LetterService letters, RecordRepository records) {
        this.letters = letters;
        this.records = records;
    }

    @PostMapping("/api/patients/{id}/letters")
    Map<String, Object> upload(@PathVariable UUID id, @RequestParam String kind, @RequestParam MultipartFile file) {
        Patient patient = records.find(id, ClinicContext.require())
            .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        return Map.of("pieces", letters.add(patient.id(), kind, "clinic", file.getResource()));
    }

    /** Linked from the clinics' web sites. */
    @PostMapping("/portal/letters")
    Map<String, Object> fromPortal(
            @RequestParam String familyName,
            @RequestParam String givenName,
            @RequestParam @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate born,
            @RequestParam MultipartFile file) {
        Patient patient = records.match(familyName, givenName, born)
            .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "no patient of that name and birthday"));
        letters.add(patient.id(), "referral", "portal", file.getResource());
        return Map.of("thanks", true);
    }
}
