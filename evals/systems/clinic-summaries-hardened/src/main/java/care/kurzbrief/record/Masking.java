package care.kurzbrief.record;

import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

import org.springframework.stereotype.Component;

/** Takes out of a text what names the patient, before it goes to the model. */
@Component
public class Masking {

    private static final Pattern PHONE = Pattern.compile("(?<!\\d)(?:\\+49|0)[\\d /-]{6,}\\d");
    private static final Pattern INSURANCE = Pattern.compile("\\b[A-Z]\\d{9}\\b");
    private static final Pattern MAIL = Pattern.compile("\\S+@\\S+\\.\\w+");
    private static final DateTimeFormatter GERMAN = DateTimeFormatter.ofPattern("dd.MM.yyyy");

    public String mask(String text, Patient patient) {
        String out = text
            .replaceAll("(?i)\\b" + Pattern.quote(patient.familyName()) + "\\b", "[NAME]")
            .replaceAll("(?i)\\b" + Pattern.quote(patient.givenName()) + "\\b", "[NAME]")
            .replace(patient.born().format(GERMAN), "[BORN]")
            .replace(patient.born().toString(), "[BORN]");
        out = PHONE.matcher(out).replaceAll("[PHONE]");
        out = INSURANCE.matcher(out).replaceAll("[INSURANCE]");
        return MAIL.matcher(out).replaceAll("[MAIL]");
    }
}
