package care.kurzbrief.ingest;

import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class IncomingRepository {

    record Letter(String mediaType, byte[] content) {
    }

    private final JdbcClient jdbc;

    IncomingRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void put(String clinicId, String sender, String familyName, String givenName, LocalDate born, String mediaType,
             byte[] content) {
        jdbc.sql("""
                insert into incoming_letters (clinic_id, sender, family_name, given_name, born, media_type, content)
                values (?, ?, ?, ?, ?, ?, ?)""")
            .params(clinicId, sender, familyName, givenName, born, mediaType, content)
            .update();
    }

    Optional<Letter> find(UUID id, String clinicId) {
        return jdbc.sql("""
                select media_type, content from incoming_letters
                where id = ? and clinic_id = ? and accepted_by is null""")
            .params(id, clinicId)
            .query(Letter.class)
            .optional();
    }

    void accepted(UUID id, String nurse, UUID patientId) {
        jdbc.sql("update incoming_letters set accepted_by = ?, patient_id = ? where id = ?")
            .params(nurse, patientId, id)
            .update();
    }
}
