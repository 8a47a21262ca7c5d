package care.kurzbrief.summary;

import java.util.List;
import java.util.UUID;

public record Summary(UUID patientId, String body, int urgencyProposed, List<Integer> urgencySources, String model,
                      String promptVersion, List<UUID> letterIds, String askedBy) {
}
