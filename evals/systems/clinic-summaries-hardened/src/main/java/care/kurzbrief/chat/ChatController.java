package care.kurzbrief.chat;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.messages.Message;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import care.kurzbrief.audit.Audit;
import care.kurzbrief.record.Masking;
import care.kurzbrief.record.RecordRepository;
import care.kurzbrief.tenant.ClinicContext;

@RestController
class ChatController {

    record Question(@NotNull UUID patientId, @NotBlank @Size(max = 2000) String text) {
    }

    private final ChatClient client;
    private final ChatMemory memory;
    private final RecordRepository records;
    private final Masking masking;
    private final Limits limits;
    private final Audit audit;
    private final Resource systemPrompt;

    ChatController(@Qualifier("chatClient") ChatClient client, ChatMemory memory, RecordRepository records,
                   Masking masking, Limits limits, Audit audit,
                   @Value("classpath:prompts/chat-system.st") Resource systemPrompt) {
        this.client = client;
        this.memory = memory;
        this.records = records;
        this.masking = masking;
        this.limits = limits;
        this.audit = audit;
        this.systemPrompt = systemPrompt;
    }

    @PostMapping("/api/chat")
    Map<String, String> ask(@Valid @RequestBody Question question, @AuthenticationPrincipal Jwt user) {
        limits.take("chat", user.getSubject(), 20);
        Caller caller = caller(question.patientId(), user);
        audit.write(caller, "question", question.text());
        String answer = client.prompt()
            .system(systemPrompt)
            .user(masking.mask(question.text(), caller.patient()))
            .toolContext(caller.toContext())
            .advisors(a -> a.param(ChatMemory.CONVERSATION_ID, conversation(caller)))
            .call()
            .content();
        audit.write(caller, "answer", answer);
        return Map.of("answer", answer);
    }

    @GetMapping("/api/chat/{patientId}")
    List<String> history(@PathVariable UUID patientId, @AuthenticationPrincipal Jwt user) {
        return memory.get(conversation(caller(patientId, user))).stream().map(Message::getText).toList();
    }

    private Caller caller(UUID patientId, Jwt user) {
        String clinic = ClinicContext.require();
        return records.find(patientId, clinic)
            .map(patient -> new Caller(clinic, user.getSubject(), patient))
            .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private static String conversation(Caller caller) {
        return caller.clinicId() + "/" + caller.doctor() + "/" + caller.patient().id();
    }
}
