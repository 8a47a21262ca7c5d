package care.kurzbrief;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

@SpringBootApplication
@EnableScheduling
public class KurzbriefApplication {

    public static void main(String[] args) {
        SpringApplication.run(KurzbriefApplication.class, args);
    }
}
