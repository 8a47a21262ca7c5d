package care.kurzbrief.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.ai.document.Document;
import org.springframework.ai.reader.tika.TikaDocumentReader;
import org.springframework.ai.transformer.splitter.TokenTextSplitter;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.core.io.Resource;
import org.springframework.stereotype.Service;

import care.kurzbrief.record.Patient;

@Service
public class LetterService {

    private static final Logger log = LoggerFactory.getLogger(LetterService.class);

    private static final Set<String> TYPES = Set.of("application/pdf", "text/plain",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
    private static final int MOST_PIECES = 240;

    private final VectorStore store;
    private final TokenTextSplitter splitter = new TokenTextSplitter();

    LetterService(VectorStore store) {
        this.store = store;
    }

    public UUID add(Patient patient, String kind, String source, String mediaType, Resource file) {
        if (!TYPES.contains(mediaType)) {
            throw new IllegalArgumentException("PDF, Word or text only");
        }
        UUID letterId = UUID.randomUUID();
        String hash = sha256(file);
        List<Document> pages = new TikaDocumentReader(file).get();
        List<Document> pieces = splitter.apply(pages).stream()
            .map(page -> new Document(page.getText(), Map.of(
                "clinicId", patient.clinicId(),
                "patientId", patient.id().toString(),
                "letterId", letterId.toString(),
                "sha256", hash,
                "kind", kind,
                "source", source)))
            .toList();
        if (pieces.size() > MOST_PIECES) {
            throw new IllegalArgumentException("longer than 60 pages");
        }
        store.add(pieces);
        log.info("letter {} from {}: {} pieces", letterId, source, pieces.size());
        return letterId;
    }

    private static String sha256(Resource file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file.getContentAsByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
