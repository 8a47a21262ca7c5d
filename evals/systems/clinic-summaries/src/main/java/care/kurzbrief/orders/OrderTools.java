package care.kurzbrief.orders;

import java.util.Map;
import java.util.UUID;

import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

@Component
public class OrderTools {

    private final OesClient oes;
    private final JdbcClient jdbc;

    OrderTools(OesClient oes, JdbcClient jdbc) {
        this.oes = oes;
        this.jdbc = jdbc;
    }

    @Tool(description = "Files an order in the order system: laboratory, imaging or prescription. Returns its number.")
    public String fileOrder(
            @ToolParam(description = "id of the patient") String patientId,
            @ToolParam(description = "id of the clinic") String clinicId,
            @ToolParam(description = "name of the ordering doctor") String prescriber,
            @ToolParam(description = "LAB, IMAGING or RX") String kind,
            @ToolParam(description = "what is ordered, with dose and duration for RX") String detail) {
        String number = oes.file(Map.of(
            "patient", patientId,
            "clinic", clinicId,
            "prescriber", prescriber,
            "kind", kind,
            "detail", detail,
            "status", "RELEASED"));
        jdbc.sql("insert into orders (patient_id, kind, detail, oes_id) values (:p, :k, :d, :o)")
            .param("p", UUID.fromString(patientId))
            .param("k", kind)
            .param("d", detail)
            .param("o", number)
            .update();
        return "filed as " + number;
    }
}
