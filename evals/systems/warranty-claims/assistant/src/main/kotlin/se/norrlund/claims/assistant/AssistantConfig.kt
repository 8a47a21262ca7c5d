package se.norrlund.claims.assistant

import org.springframework.ai.chat.client.ChatClient
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor
import org.springframework.ai.chat.client.advisor.SimpleLoggerAdvisor
import org.springframework.ai.chat.client.advisor.vectorstore.QuestionAnswerAdvisor
import org.springframework.ai.chat.memory.ChatMemory
import org.springframework.ai.chat.memory.ChatMemoryRepository
import org.springframework.ai.chat.memory.MessageWindowChatMemory
import org.springframework.ai.mistralai.MistralAiChatModel
import org.springframework.ai.openai.OpenAiChatModel
import org.springframework.ai.tool.execution.DefaultToolExecutionExceptionProcessor
import org.springframework.ai.tool.execution.ToolExecutionExceptionProcessor
import org.springframework.ai.vectorstore.SearchRequest
import org.springframework.ai.vectorstore.VectorStore
import org.springframework.beans.factory.annotation.Value
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import org.springframework.core.io.Resource
import se.norrlund.claims.assistant.tools.CustomerTools
import se.norrlund.claims.assistant.tools.InvoiceTools
import se.norrlund.claims.assistant.tools.ManualTools
import se.norrlund.claims.assistant.tools.SettlementTools

@Configuration
class AssistantConfig {

    @Bean
    fun chatMemory(repository: ChatMemoryRepository): ChatMemory =
        MessageWindowChatMemory.builder().chatMemoryRepository(repository).maxMessages(20).build()

    @Bean
    fun toolExceptions(): ToolExecutionExceptionProcessor =
        DefaultToolExecutionExceptionProcessor.builder().alwaysThrow(true).build()

    @Bean
    fun claimChat(
        model: MistralAiChatModel,
        memory: ChatMemory,
        store: VectorStore,
        customerTools: CustomerTools,
        manualTools: ManualTools,
        invoiceTools: InvoiceTools,
        settlementTools: SettlementTools,
        @Value("classpath:prompts/claim-system.st") system: Resource,
    ): ChatClient = ChatClient.builder(model)
        .defaultSystem(system)
        .defaultTools(customerTools, manualTools, invoiceTools, settlementTools)
        .defaultAdvisors(
            MessageChatMemoryAdvisor.builder(memory).build(),
            QuestionAnswerAdvisor.builder(store)
                .searchRequest(SearchRequest.builder().topK(6).similarityThreshold(0.55).build())
                .build(),
            SimpleLoggerAdvisor(),
        )
        .build()

    @Bean
    fun photoChat(model: OpenAiChatModel): ChatClient = ChatClient.create(model)

    @Bean
    fun summaryChat(model: MistralAiChatModel): ChatClient = ChatClient.create(model)
}
