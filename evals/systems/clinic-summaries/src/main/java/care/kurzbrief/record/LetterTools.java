package care.kurzbrief.record;

import java.util.List;

import org.springframework.ai.document.Document;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.stereotype.Component;

@Component
public class LetterTools {

    private final VectorStore store;

    LetterTools(VectorStore store) {
        this.store = store;
    }

    @Tool(description = "Finds passages of letters and earlier summaries. Leave patientId empty to look for similar cases.")
    public List<String> findLetters(
            @ToolParam(description = "what to look for") String query,
            @ToolParam(description = "id of the patient", required = false) String patientId) {
        SearchRequest.Builder request = SearchRequest.builder().query(query).topK(12);
        if (patientId != null && !patientId.isBlank()) {
            request.filterExpression("patientId == '" + patientId + "'");
        }
        return store.similaritySearch(request.build()).stream().map(Document::getText).toList();
    }
}
