package care.kurzbrief.orders;

import java.util.Map;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

@Component
class OesClient {

    private final RestClient http;

    OesClient(RestClient.Builder builder, @Value("${kurzbrief.oes.url}") String url,
              @Value("${kurzbrief.oes.token}") String token) {
        this.http = builder.baseUrl(url).defaultHeader("Authorization", "Bearer " + token).build();
    }

    String file(Map<String, Object> order) {
        Map<?, ?> answer = http.post()
            .uri("/orders")
            .contentType(MediaType.APPLICATION_JSON)
            .body(order)
            .retrieve()
            .body(Map.class);
        return String.valueOf(answer.get("id"));
    }
}
