package care.kurzbrief.summary;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import care.kurzbrief.record.RecordRepository;
import care.kurzbrief.tenant.ClinicContext;

@RestController
class SummaryController {

    private final SummaryService service;
    private final SummaryRepository summaries;
    private final RecordRepository records;

    SummaryController(SummaryService service, SummaryRepository summaries, RecordRepository records) {
        this.service = service;
        this.summaries = summaries;
        this.records = records;
    }

    @PostMapping("/api/patients/{id}/summary")
    Summary write(@PathVariable UUID id, @RequestParam(defaultValue = "everything") String focus) {
        mustBeOurs(id);
        return service.write(id, focus);
    }

    @GetMapping("/api/patients/{id}/summary")
    Summary read(@PathVariable UUID id) {
        mustBeOurs(id);
        return summaries.find(id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    @GetMapping("/api/worklist")
    List<Map<String, Object>> worklist() {
        return summaries.worklist(ClinicContext.require());
    }

    private void mustBeOurs(UUID id) {
        records.find(id, ClinicContext.require())
            .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}
