package care.kurzbrief.cohort;

import java.util.EnumMap;
import java.util.Map;

import org.springframework.ai.chat.model.ToolContext;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

import care.kurzbrief.audit.Audit;
import care.kurzbrief.chat.Caller;

@Component
public class CohortTools {

    enum Figure { DIABETICS, DIABETICS_WITHOUT_HBA1C, HYPERTENSIVES, ANTICOAGULATED, OVER_80, NO_CONTACT_A_YEAR }

    private static final Map<Figure, String> QUERIES = new EnumMap<>(Map.of(
        Figure.DIABETICS, "e.code like 'E11%'",
        Figure.DIABETICS_WITHOUT_HBA1C, "e.code like 'E11%' and not exists (select 1 from results r"
            + " where r.patient_id = p.id and r.loinc = '4548-4' and r.at > now() - interval '1 year')",
        Figure.HYPERTENSIVES, "e.code like 'I10%'",
        Figure.ANTICOAGULATED, "e.code = 'Z92.1'",
        Figure.OVER_80, "p.born < now() - interval '80 years'",
        Figure.NO_CONTACT_A_YEAR, "not exists (select 1 from encounters f"
            + " where f.patient_id = p.id and f.at > now() - interval '1 year')"));

    private final JdbcClient jdbc;
    private final Audit audit;

    CohortTools(JdbcClient jdbc, Audit audit) {
        this.jdbc = jdbc;
        this.audit = audit;
    }

    @Tool(description = "One of the prepared figures of the clinic, as a number.")
    public String cohortFigure(@ToolParam(description = "which figure") Figure figure, ToolContext context) {
        Caller caller = Caller.of(context);
        audit.write(caller, "cohortFigure", figure);
        int n = jdbc.sql("select count(distinct p.id) from patients p left join encounters e on e.patient_id = p.id"
                + " where p.clinic_id = :clinic and " + QUERIES.get(figure))
            .param("clinic", caller.clinicId())
            .query(Integer.class)
            .single();
        return n < 5 ? "fewer than 5" : String.valueOf(n);
    }
}
