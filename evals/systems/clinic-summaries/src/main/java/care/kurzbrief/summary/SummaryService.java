package care.kurzbrief.summary;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

import care.kurzbrief.record.Encounter;
import care.kurzbrief.record.RecordRepository;

@Service
public class SummaryService {

    private static final Logger log = LoggerFactory.getLogger(SummaryService.class);
    private static final Pattern URGENCY = Pattern.compile("URGENCY:\\s*([1-5])");
    private static final String LETTER_QUESTION = "reason for referral, findings, medication, open questions";

    private final ChatClient client;
    private final VectorStore store;
    private final RecordRepository records;
    private final SummaryRepository summaries;
    private final Resource systemPrompt;

    SummaryService(@Qualifier("summaryClient") ChatClient client, VectorStore store, RecordRepository records,
                   SummaryRepository summaries, @Value("classpath:prompts/summary-system.st") Resource systemPrompt) {
        this.client = client;
        this.store = store;
        this.records = records;
        this.summaries = summaries;
        this.systemPrompt = systemPrompt;
    }

    public Summary write(UUID patientId, String focus) {
        String encounters = records.encounters(patientId).stream()
            .map(SummaryService::line)
            .collect(Collectors.joining("\n"));
        String letters = letters(patientId).stream()
            .map(Document::getText)
            .collect(Collectors.joining("\n\n"));

        String body = client.prompt()
            .system(systemPrompt)
            .user("Record:\n" + encounters + "\n\nLetters:\n" + letters + "\n\nFocus: " + focus)
            .call()
            .content();

        int urgency = urgencyOf(body);
        Summary summary = new Summary(patientId, body, urgency);
        summaries.replace(summary);
        store.add(List.of(new Document(body, Map.of(
            "patientId", patientId.toString(),
            "kind", "summary",
            "source", "summary"))));
        return summary;
    }

    private List<Document> letters(UUID patientId) {
        return store.similaritySearch(SearchRequest.builder()
            .query(LETTER_QUESTION)
            .topK(12)
            .filterExpression("patientId == '" + patientId + "'")
            .build());
    }

    static int urgencyOf(String body) {
        Matcher m = URGENCY.matcher(body);
        return m.find() ? Integer.parseInt(m.group(1)) : 3;
    }

    private static String line(Encounter e) {
        return e.at().toLocalDate() + " [" + e.code() + "] " + e.note();
    }

    @Scheduled(cron = "${kurzbrief.nightly.cron}")
    void nightly() {
        for (UUID id : records.changedSinceYesterday()) {
            try {
                write(id, "everything");
            } catch (RuntimeException e) {
                log.warn("summary of {} failed: {}", id, e.getMessage());
            }
        }
    }
}
