package care.kurzbrief.config;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.memory.MessageWindowChatMemory;
import org.springframework.ai.chat.memory.repository.jdbc.JdbcChatMemoryRepository;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import care.kurzbrief.cohort.CohortTools;
import care.kurzbrief.orders.OrderTools;
import care.kurzbrief.record.LetterTools;

@Configuration
class AiConfig {

    @Bean
    ChatMemory chatMemory(JdbcChatMemoryRepository repository) {
        return MessageWindowChatMemory.builder()
            .chatMemoryRepository(repository)
            .maxMessages(40)
            .build();
    }

    @Bean
    ChatClient summaryClient(ChatClient.Builder builder) {
        return builder.clone().build();
    }

    @Bean
    ChatClient chatClient(ChatClient.Builder builder, ChatMemory memory, LetterTools letters, OrderTools orders,
                          CohortTools cohort) {
        return builder.clone()
            .defaultAdvisors(MessageChatMemoryAdvisor.builder(memory).build())
            .defaultTools(letters, orders, cohort)
            .build();
    }
}
