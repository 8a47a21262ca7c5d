package care.kurzbrief.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

import care.kurzbrief.chat.Caller;

@Component
public class Audit {

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    Audit(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    public void write(Caller caller, String what, Object detail) {
        write(caller.doctor(), caller.clinicId(), what, detail);
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void write(String who, String clinicId, String what, Object detail) {
        jdbc.sql("select pg_advisory_xact_lock(731)").query().listOfRows();
        String before = jdbc.sql("select hash from audit order by no desc limit 1")
            .query(String.class)
            .optional()
            .orElse("");
        try {
            String text = json.writeValueAsString(detail);
            jdbc.sql("""
                    insert into audit (who, clinic_id, what, detail, hash)
                    values (:who, :clinic, :what, :detail::jsonb, :hash)""")
                .param("who", who)
                .param("clinic", clinicId)
                .param("what", what)
                .param("detail", text)
                .param("hash", sha256(before + who + clinicId + what + text))
                .update();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
