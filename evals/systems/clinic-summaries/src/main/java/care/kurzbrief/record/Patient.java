package care.kurzbrief.record;

import java.time.LocalDate;
import java.util.UUID;

public record Patient(UUID id, String clinicId, String familyName, String givenName, LocalDate born, String sex,
                      String insuranceNo) {
}
