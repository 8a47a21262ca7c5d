package care.kurzbrief.summary;

import java.util.UUID;

public record Summary(UUID patientId, String body, int urgency) {
}
