package care.kurzbrief.orders;

import org.springframework.ai.chat.model.ToolContext;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;
import org.springframework.stereotype.Component;

import care.kurzbrief.audit.Audit;
import care.kurzbrief.chat.Caller;

@Component
public class OrderTools {

    enum Kind { LAB, IMAGING, RX }

    private final OrderRepository orders;
    private final Audit audit;

    OrderTools(OrderRepository orders, Audit audit) {
        this.orders = orders;
        this.audit = audit;
    }

    @Tool(description = "Drafts an order for the patient of this conversation. A doctor has to release it.")
    String draftOrder(
            @ToolParam(description = "kind of order") Kind kind,
            @ToolParam(description = "what is ordered, with dose and duration for RX") String detail,
            @ToolParam(description = "why, with the letter or encounter it follows from") String reason,
            ToolContext context) {
        Caller caller = Caller.of(context);
        var id = orders.draft(caller.clinicId(), caller.patient().id(), kind.name(), detail, reason, caller.doctor());
        audit.write(caller, "draftOrder", id);
        return "drafted, waits for a doctor";
    }
}
