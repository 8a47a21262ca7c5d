package care.kurzbrief.chat;

import java.util.Map;

import org.springframework.ai.chat.model.ToolContext;

import care.kurzbrief.record.Patient;

/** Who asks, and about whom; read from the token and the database before the model is called. */
public record Caller(String clinicId, String doctor, Patient patient) {

    public Map<String, Object> toContext() {
        return Map.of("caller", this);
    }

    public static Caller of(ToolContext context) {
        return (Caller) context.getContext().get("caller");
    }
}
