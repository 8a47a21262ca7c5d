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

    UUID add(Summary s) {
        return jdbc.sql("""
                insert into summaries (patient_id, body, urgency_proposed, urgency_sources, model, prompt_version,
                                       letter_ids, asked_by)
                values (?, ?, ?, ?, ?, ?, ?, ?) returning id""")
            .params(s.patientId(), s.body(), s.urgencyProposed(), s.urgencySources().toArray(Integer[]::new), s.model(),
                s.promptVersion(), s.letterIds().toArray(UUID[]::new), s.askedBy())
            .query(UUID.class)
            .single();
    }

    Optional<Map<String, Object>> newest(UUID patientId) {
        return jdbc.sql("""
                select id, at, body, urgency_proposed, urgency_sources, urgency_set, urgency_set_by, model
                from summaries where patient_id = ? order by at desc limit 1""")
            .param(patientId)
            .query()
            .listOfRows()
            .stream()
            .findFirst();
    }

    void setUrgency(UUID patientId, int urgency, String doctor) {
        jdbc.sql("""
                update summaries set urgency_set = ?, urgency_set_by = ?
                where id = (select id from summaries where patient_id = ? order by at desc limit 1)""")
            .params(urgency, doctor, patientId)
            .update();
    }

    List<Map<String, Object>> worklist(String clinicId) {
        return jdbc.sql("""
                select distinct on (p.id) p.id, p.family_name, p.given_name, s.at, s.urgency_proposed, s.urgency_set
                from summaries s join patients p on p.id = s.patient_id
                where p.clinic_id = :clinic
                order by p.id, s.at desc""")
            .param("clinic", clinicId)
            .query()
            .listOfRows();
    }
}
