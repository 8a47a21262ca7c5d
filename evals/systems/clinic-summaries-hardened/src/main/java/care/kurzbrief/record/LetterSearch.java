package care.kurzbrief.record;

import java.util.List;
import java.util.UUID;

import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.ai.vectorstore.filter.FilterExpressionBuilder;
import org.springframework.stereotype.Component;

/** The only way to the letters: always of one clinic and one patient. */
@Component
public class LetterSearch {

    private final VectorStore store;

    LetterSearch(VectorStore store) {
        this.store = store;
    }

    public List<Document> find(String clinicId, UUID patientId, String query) {
        var b = new FilterExpressionBuilder();
        return store.similaritySearch(SearchRequest.builder()
            .query(query)
            .topK(12)
            .filterExpression(b.and(b.eq("clinicId", clinicId), b.eq("patientId", patientId.toString())).build())
            .build());
    }

    public void forget(String clinicId, UUID letterId) {
        var b = new FilterExpressionBuilder();
        store.delete(b.and(b.eq("clinicId", clinicId), b.eq("letterId", letterId.toString())).build());
    }
}
