package care.kurzbrief.orders;

import java.util.Optional;
import java.util.UUID;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class OrderRepository {

    record Draft(UUID id, UUID patientId, String kind, String detail) {
    }

    private final JdbcClient jdbc;

    OrderRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    UUID draft(String clinicId, UUID patientId, String kind, String detail, String reason, String doctor) {
        return jdbc.sql("""
                insert into orders (clinic_id, patient_id, kind, detail, reason, drafted_for)
                values (?, ?, ?, ?, ?, ?) returning id""")
            .params(clinicId, patientId, kind, detail, reason, doctor)
            .query(UUID.class)
            .single();
    }

    /** Takes the draft, so that it cannot be released twice. */
    Optional<Draft> take(UUID id, String clinicId, String doctor) {
        return jdbc.sql("""
                update orders set state = 'RELEASED', released_by = ?, released_at = now()
                where id = ? and clinic_id = ? and state = 'DRAFT' and at > now() - interval '24 hours'
                returning id, patient_id, kind, detail""")
            .params(doctor, id, clinicId)
            .query(Draft.class)
            .optional();
    }

    void filed(UUID id, String oesId) {
        jdbc.sql("update orders set oes_id = ? where id = ?").params(oesId, id).update();
    }
}
