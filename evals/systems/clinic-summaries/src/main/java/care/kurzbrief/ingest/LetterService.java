package care.kurzbrief.ingest;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.ai.document.Document;
import org.springframework.ai.reader.tika.TikaDocumentReader;
import org.springframework.ai.transformer.splitter.TokenTextSplitter;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.core.io.Resource;
import org.springframework.stereotype.Service;

@Service
public class LetterService {

    private static final Logger log = LoggerFactory.getLogger(LetterService.class);

    private final VectorStore store;
    private final TokenTextSplitter splitter = new TokenTextSplitter();

    LetterService(VectorStore store) {
        this.store = store;
    }

    public int add(UUID patientId, String kind, String source, Resource file) {
        List<Document> pages = new TikaDocumentReader(file).get();
        List<Document> pieces = splitter.apply(pages).stream()
            .map(page -> new Document(page.getText(), Map.of(
                "patientId", patientId.toString(),
                "kind", kind,
                "source", source)))
            .toList();
        store.add(pieces);
        log.info("letter of {} from {}: {} pieces", patientId, source, pieces.size());
        return pieces.size();
    }
}
