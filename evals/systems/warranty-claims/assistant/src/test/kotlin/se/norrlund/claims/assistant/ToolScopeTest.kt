package se.norrlund.claims.assistant

import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.springframework.ai.chat.model.ToolContext
import se.norrlund.claims.core.ClaimNumber

class ToolScopeTest {

    private val context = ToolContext(ToolScope(ClaimNumber("NW-104233"), "a@example.org").asContext())

    @Test
    fun `names claim and customer`() {
        assertThat(context.scope.email).isEqualTo("a@example.org")
    }

    @Test
    fun `ends after ten calls`() {
        repeat(ToolScope.MAX_CALLS) { context.scope }
        assertThatThrownBy { context.scope }.isInstanceOf(ToolBudgetSpent::class.java)
    }
}
