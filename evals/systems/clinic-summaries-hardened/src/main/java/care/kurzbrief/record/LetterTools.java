package care.kurzbrief.record;

import java.util.List;

import org.springframework.ai.chat.model.ToolContext;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;
import org.springframework.stereotype.Component;

import care.kurzbrief.audit.Audit;
import care.kurzbrief.chat.Caller;

@Component
public class LetterTools {

    private final LetterSearch letters;
    private final Masking masking;
    private final Audit audit;

    LetterTools(LetterSearch letters, Masking masking, Audit audit) {
        this.letters = letters;
        this.masking = masking;
        this.audit = audit;
    }

    @Tool(description = "Finds passages in the letters of the patient this conversation is about.")
    public List<String> findLetters(@ToolParam(description = "what to look for") String query, ToolContext context) {
        Caller caller = Caller.of(context);
        audit.write(caller, "findLetters", query);
        return letters.find(caller.clinicId(), caller.patient().id(), query).stream()
            .map(d -> masking.mask(d.getText(), caller.patient()))
            .toList();
    }
}
