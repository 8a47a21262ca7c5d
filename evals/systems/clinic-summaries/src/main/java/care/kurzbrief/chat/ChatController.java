package care.kurzbrief.chat;

import java.util.List;
import java.util.Map;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.messages.Message;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import care.kurzbrief.tenant.ClinicContext;

@RestController
class ChatController {

    record Question(@NotBlank String conversationId, @NotBlank String patientId, @NotBlank String text) {
    }

    private final ChatClient client;
    private final ChatMemory memory;
    private final Resource systemPrompt;

    ChatController(@Qualifier("chatClient") ChatClient client, ChatMemory memory,
                   @Value("classpath:prompts/chat-system.st") Resource systemPrompt) {
        this.client = client;
        this.memory = memory;
        this.systemPrompt = systemPrompt;
    }

    @PostMapping("/api/chat")
    Map<String, String> ask(@Valid @RequestBody Question question, @AuthenticationPrincipal Jwt user) {
        String answer = client.prompt()
            .system(s -> s.text(systemPrompt)
                .param("patientId", question.patientId())
                .param("clinicId", ClinicContext.require())
                .param("doctor", user.getClaimAsString("name")))
            .user(question.text())
            .advisors(a -> a.param(ChatMemory.CONVERSATION_ID, question.conversationId()))
            .call()
            .content();
        return Map.of("answer", answer);
    }

    @GetMapping("/api/chat/{conversationId}")
    List<String> history(@PathVariable String conversationId) {
        return memory.get(conversationId).stream().map(Message::getText).toList();
    }
}
