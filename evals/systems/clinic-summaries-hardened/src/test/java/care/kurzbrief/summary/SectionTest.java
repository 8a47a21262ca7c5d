package care.kurzbrief.summary;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SectionTest {

    @Test
    void leavesASentenceWithItsSource() {
        assertThat(SummaryService.section("Findings", "HbA1c 8.1 %. [2]")).doesNotContain("(no source)");
    }

    @Test
    void marksASentenceWithoutOne() {
        assertThat(SummaryService.section("Findings", "Likely anaemia.")).contains("Likely anaemia. (no source)");
    }
}
