package care.kurzbrief.record;

import java.time.OffsetDateTime;

public record Encounter(OffsetDateTime at, String code, String note) {
}
