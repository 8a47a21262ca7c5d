package care.kurzbrief.admin;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** Moves the letters of a clinic from one installation to another. */
@RestController
@RequestMapping("/admin/snapshots")
class SnapshotController {

    private final JdbcClient jdbc;
    private final VectorStore store;

    SnapshotController(JdbcClient jdbc, VectorStore store) {
        this.jdbc = jdbc;
        this.store = store;
    }

    @GetMapping("/{clinicId}")
    void export(@PathVariable String clinicId, OutputStream out) throws IOException {
        List<Map<String, Object>> rows = jdbc.sql("""
                select v.content, v.metadata ->> 'patientId' as patient, v.metadata ->> 'kind' as kind
                from vector_store v join patients p on p.id::text = v.metadata ->> 'patientId'
                where p.clinic_id = :clinic""")
            .param("clinic", clinicId)
            .query()
            .listOfRows();
        List<HashMap<String, Object>> copy = new ArrayList<>();
        rows.forEach(row -> copy.add(new HashMap<>(row)));
        try (ObjectOutputStream stream = new ObjectOutputStream(out)) {
            stream.writeObject(copy);
        }
    }

    @PostMapping
    @SuppressWarnings("unchecked")
    Map<String, Object> load(@RequestParam MultipartFile file) throws IOException, ClassNotFoundException {
        List<HashMap<String, Object>> rows;
        try (ObjectInputStream stream = new ObjectInputStream(file.getInputStream())) {
            rows = (List<HashMap<String, Object>>) stream.readObject();
        }
        store.add(rows.stream()
            .map(row -> new Document((String) row.get("content"), Map.of(
                "patientId", row.get("patient"),
                "kind", row.get("kind"),
                "source", "clinic")))
            .toList());
        return Map.of("pieces", rows.size());
    }
}
