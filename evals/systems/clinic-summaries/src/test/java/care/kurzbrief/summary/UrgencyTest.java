package care.kurzbrief.summary;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UrgencyTest {

    @Test
    void isReadFromTheLastLine() {
        assertThat(SummaryService.urgencyOf("Findings: none\nURGENCY: 4")).isEqualTo(4);
    }

    @Test
    void isThreeIfTheModelForgotIt() {
        assertThat(SummaryService.urgencyOf("Findings: none")).isEqualTo(3);
    }

    @Test
    void ignoresNumbersOutOfRange() {
        assertThat(SummaryService.urgencyOf("URGENCY: 9")).isEqualTo(3);
    }
}
