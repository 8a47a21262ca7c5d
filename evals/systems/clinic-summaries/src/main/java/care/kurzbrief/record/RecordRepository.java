package care.kurzbrief.record;

import java.time.LocalDate;
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

    public Optional<Patient> match(String familyName, String givenName, LocalDate born) {
        return jdbc.sql("select " + COLUMNS + " from patients"
                + " where lower(family_name) = lower(:family) and lower(given_name) = lower(:given) and born = :born")
            .param("family", familyName)
            .param("given", givenName)
            .param("born", born)
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

    public List<UUID> changedSinceYesterday() {
        return jdbc.sql("select distinct patient_id from encounters where at > now() - interval '1 day'")
            .query(UUID.class)
            .list();
    }
}
