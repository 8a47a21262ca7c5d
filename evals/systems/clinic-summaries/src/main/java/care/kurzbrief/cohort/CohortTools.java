package care.kurzbrief.cohort;

import java.util.List;
import java.util.Map;

import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

@Component
public class CohortTools {

    private final JdbcTemplate jdbc;

    CohortTools(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    @Tool(description = "Runs a PostgreSQL query on patients, encounters and results and returns the rows.")
    public List<Map<String, Object>> cohortQuery(@ToolParam(description = "the query") String sql) {
        return jdbc.queryForList(sql);
    }
}
