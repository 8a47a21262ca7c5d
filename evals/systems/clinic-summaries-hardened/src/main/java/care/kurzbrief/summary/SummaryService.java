package care.kurzbrief.summary;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.document.Document;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

import care.kurzbrief.audit.Audit;
import care.kurzbrief.record.Encounter;
import care.kurzbrief.record.LetterSearch;
import care.kurzbrief.record.Masking;
import care.kurzbrief.record.Patient;
import care.kurzbrief.record.RecordRepository;

@Service
public class SummaryService {

    /** What the model answers; Spring AI asks for JSON of this shape. */
    record Draft(String reasonForContact, String history, String medication, String findings, String openQuestions,
                 int urgency, List<Integer> urgencySources) {
    }

    private static final Logger log = LoggerFactory.getLogger(SummaryService.class);
    private static final Pattern SENTENCE = Pattern.compile("(?<=[.!?])\\s+");
    private static final Pattern SOURCE = Pattern.compile("\\[\\d+]");
    private static final String LETTER_QUESTION = "reason for referral, findings, medication, open questions";
    private static final String PROMPT_VERSION = "summary-7";

    private final ChatClient client;
    private final LetterSearch letterSearch;
    private final Masking masking;
    private final RecordRepository records;
    private final SummaryRepository summaries;
    private final Audit audit;
    private final Resource systemPrompt;
    private final String model;
    private final int atMost;
    private final SecureRandom random = new SecureRandom();

    SummaryService(@Qualifier("summaryClient") ChatClient client, LetterSearch letterSearch, Masking masking,
                   RecordRepository records, SummaryRepository summaries, Audit audit,
                   @Value("classpath:prompts/summary-system.st") Resource systemPrompt,
                   @Value("${spring.ai.azure.openai.chat.options.deployment-name}") String model,
                   @Value("${kurzbrief.nightly.at-most}") int atMost) {
        this.client = client;
        this.letterSearch = letterSearch;
        this.masking = masking;
        this.records = records;
        this.summaries = summaries;
        this.audit = audit;
        this.systemPrompt = systemPrompt;
        this.model = model;
        this.atMost = atMost;
    }

    public Summary write(Patient patient, String askedBy) {
        String encounters = records.encounters(patient.id()).stream()
            .map(SummaryService::line)
            .collect(Collectors.joining("\n"));
        List<Document> letters = letterSearch.find(patient.clinicId(), patient.id(), LETTER_QUESTION);
        String fence = "=" + HexFormat.of().formatHex(random.generateSeed(12));
        String numbered = IntStream.range(0, letters.size())
            .mapToObj(i -> fence + " " + (i + 1) + "\n" + masking.mask(letters.get(i).getText(), patient))
            .collect(Collectors.joining("\n"));

        Draft draft = client.prompt()
            .system(s -> s.text(systemPrompt).param("fence", fence))
            .user("Record:\n" + masking.mask(encounters, patient) + "\n\nLetters:\n" + numbered + "\n" + fence)
            .call()
            .entity(Draft.class);

        Summary summary = new Summary(patient.id(), body(draft), Math.clamp(draft.urgency(), 1, 5),
            draft.urgencySources(), model, PROMPT_VERSION, letterIds(letters), askedBy);
        UUID id = summaries.add(summary);
        audit.write(askedBy, patient.clinicId(), "summary", id);
        return summary;
    }

    private static String body(Draft d) {
        return section("Reason for contact", d.reasonForContact()) + section("History", d.history())
            + section("Medication", d.medication()) + section("Findings", d.findings())
            + section("Open questions", d.openQuestions());
    }

    static String section(String title, String text) {
        String marked = SENTENCE.splitAsStream(text)
            .map(s -> SOURCE.matcher(s).find() ? s : s + " (no source)")
            .collect(Collectors.joining(" "));
        return "## " + title + "\n" + marked + "\n\n";
    }

    private static List<UUID> letterIds(List<Document> letters) {
        return letters.stream()
            .map(d -> UUID.fromString((String) d.getMetadata().get("letterId")))
            .distinct()
            .toList();
    }

    private static String line(Encounter e) {
        return e.at().toLocalDate() + " [" + e.code() + "] " + e.note();
    }

    @Scheduled(cron = "${kurzbrief.nightly.cron}")
    void nightly() {
        for (Patient patient : records.changedSinceYesterday(atMost)) {
            try {
                write(patient, "nightly");
            } catch (RuntimeException e) {
                log.warn("summary of {} failed: {}", patient.id(), e.getClass().getSimpleName());
            }
        }
    }
}
