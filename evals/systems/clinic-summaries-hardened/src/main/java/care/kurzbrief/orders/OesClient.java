package care.kurzbrief.orders;

import java.util.Map;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.client.RestClient;

@Component
class OesClient {

    private final RestClient http;
    private final String clientSecret;

    OesClient(RestClient.Builder builder, @Value("${kurzbrief.oes.url}") String url,
              @Value("${kurzbrief.oes.client-secret}") String clientSecret) {
        this.http = builder.baseUrl(url).build();
        this.clientSecret = clientSecret;
    }

    /** Exchanges the doctor's token for one of OES and files the order as that doctor. */
    String file(Map<String, Object> order, String doctorToken) {
        Map<?, ?> answer = http.post()
            .uri("/orders")
            .header("Authorization", "Bearer " + exchange(doctorToken))
            .contentType(MediaType.APPLICATION_JSON)
            .body(order)
            .retrieve()
            .body(Map.class);
        return String.valueOf(answer.get("id"));
    }

    private String exchange(String doctorToken) {
        var form = new LinkedMultiValueMap<String, String>();
        form.add("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.add("subject_token", doctorToken);
        form.add("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        form.add("client_id", "kurzbrief");
        form.add("client_secret", clientSecret);
        Map<?, ?> answer = http.post()
            .uri("/token")
            .contentType(MediaType.APPLICATION_FORM_URLENCODED)
            .body(form)
            .retrieve()
            .body(Map.class);
        return (String) answer.get("access_token");
    }
}
