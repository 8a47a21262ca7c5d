package care.kurzbrief.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;

import care.kurzbrief.audit.Audit;

/** Moves the letters of a clinic from one installation to another. */
@RestController
@RequestMapping("/admin/snapshots")
class SnapshotController {

    record Piece(UUID patientId, UUID letterId, String kind, String source, String sha256, String content) {
    }

    private final JdbcClient jdbc;
    private final VectorStore store;
    private final ObjectMapper json;
    private final Audit audit;
    private final String key;

    SnapshotController(JdbcClient jdbc, VectorStore store, ObjectMapper json, Audit audit,
                       @Value("${kurzbrief.snapshots.key}") String key) {
        this.jdbc = jdbc;
        this.store = store;
        this.json = json;
        this.audit = audit;
        this.key = key;
    }

    @GetMapping("/{clinicId}")
    ResponseEntity<byte[]> export(@PathVariable String clinicId, @AuthenticationPrincipal Jwt user) throws IOException {
        List<Piece> pieces = jdbc.sql("""
                select (metadata ->> 'patientId')::uuid as patient_id, (metadata ->> 'letterId')::uuid as letter_id,
                       metadata ->> 'kind' as kind, metadata ->> 'source' as source,
                       metadata ->> 'sha256' as sha256, content
                from vector_store where metadata ->> 'clinicId' = :clinic""")
            .param("clinic", clinicId)
            .query(Piece.class)
            .list();
        byte[] body = json.writeValueAsBytes(pieces);
        audit.write(user.getSubject(), clinicId, "snapshot out", pieces.size());
        return ResponseEntity.ok().header("X-Signature", sign(body)).body(body);
    }

    @PostMapping("/{clinicId}")
    Map<String, Object> load(@PathVariable String clinicId, @RequestParam MultipartFile file,
                             @RequestParam String signature, @AuthenticationPrincipal Jwt user) throws IOException {
        byte[] body = file.getBytes();
        if (!MessageDigest.isEqual(sign(body).getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8))) {
            throw new ResponseStatusException(HttpStatus.FORBIDDEN, "not signed by an installation of ours");
        }
        List<Piece> pieces = json.readValue(body, new TypeReference<>() { });
        store.add(pieces.stream()
            .map(p -> new Document(p.content(), Map.of(
                "clinicId", clinicId,
                "patientId", p.patientId().toString(),
                "letterId", p.letterId().toString(),
                "sha256", p.sha256(),
                "kind", p.kind(),
                "source", p.source())))
            .toList());
        audit.write(user.getSubject(), clinicId, "snapshot in", pieces.size());
        return Map.of("pieces", pieces.size());
    }

    private String sign(byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }
}
