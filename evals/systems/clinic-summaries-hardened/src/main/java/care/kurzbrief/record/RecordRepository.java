package care.kurzbrief.record;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
public class RecordRepository {

    private static final String COLUMNS = "id, clinic_id, family_name, given_name, born, sex, insurance_no";

    private final JdbcClient jdbc;

    RecordRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public Optional<Patient> find(UUID id, String clinicId) {
        return jdbc.sql("select " + COLUMNS + " from patients where id = :id and clinic_id = :clinic")
            .param("id", id)
            .param("clinic", clinicId)
            .query(Patient.class)
            .optional();
    }

    public List<Encounter> encounters(UUID patientId) {
        return jdbc.sql("select at, code, note from encounters"
                + " where patient_id = :id and at > now() - interval '3 years' order by at desc")
            .param("id", patientId)
            .query(Encounter.class)
            .list();
    }

    public List<Patient> changedSinceYesterday(int atMost) {
        return jdbc.sql("select " + COLUMNS + " from patients where id in"
                + " (select patient_id from encounters where at > now() - interval '1 day') limit :most")
            .param("most", atMost)
            .query(Patient.class)
            .list();
    }
}
