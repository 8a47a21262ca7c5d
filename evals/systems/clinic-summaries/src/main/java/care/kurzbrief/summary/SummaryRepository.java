package care.kurzbrief.summary;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class SummaryRepository {

    private final JdbcClient jdbc;

    SummaryRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void replace(Summary s) {
        jdbc.sql("""
                insert into summaries (patient_id, body, urgency) values (:id, :body, :urgency)
                on conflict (patient_id) do update set body = excluded.body, urgency = excluded.urgency""")
            .param("id", s.patientId())
            .param("body", s.body())
            .param("urgency", s.urgency())
            .update();
    }

    Optional<Summary> find(UUID patientId) {
        return jdbc.sql("select patient_id, body, urgency from summaries where patient_id = :id")
            .param("id", patientId)
            .query(Summary.class)
            .optional();
    }

    List<Map<String, Object>> worklist(String clinicId) {
        return jdbc.sql("""
                select p.id, p.family_name, p.given_name, s.urgency
                from summaries s join patients p on p.id = s.patient_id
                where p.clinic_id = :clinic
                order by s.urgency desc, p.family_name""")
            .param("clinic", clinicId)
            .query()
            .listOfRows();
    }
}
