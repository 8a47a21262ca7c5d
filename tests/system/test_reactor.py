"""Chains of Reactor around a model: what goes in and comes out of `Mono` and `Flux`, and requests that one method prepares for another."""

from __future__ import annotations

import pytest

from tests.system.small import flows, only, system_of

CONTROLLER = """package app;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.web.bind.annotation.*;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import java.security.Principal;
import java.util.List;
import java.util.Map;

@RestController
class ChatController {
    private final ChatService chatService;
    ChatController(ChatService chatService) { this.chatService = chatService; }

    @PostMapping("/chat")
    Flux<String> chat(@RequestBody Asked asked, Mono<Principal> who) {
        return who.flatMapMany(principal -> {
            String key = principal.getName() + ":1";
            return chatService.answer(asked.question(), key).flatMapMany(answer -> Flux.just(answer));
        });
    }
}

record Asked(String question) {}
"""
SERVICE = """package app;

import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.ai.document.Document;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;
import java.util.List;
import java.util.Map;

@Service
class ChatService {
    private final Gateway gateway;
    private final VectorStore store;
    ChatService(Gateway gateway, VectorStore store) { this.gateway = gateway; this.store = store; }

    Mono<String> answer(String question, String key) {
        return Mono.fromCallable(() -> store.similaritySearch(question))
            .flatMap(found -> traced("context", Mono.fromSupplier(() -> joined(found)))
                .flatMap(context -> gateway.call("Answer from {context}", Map.of("context", context), question)
                    .onErrorMap(error -> new IllegalStateException(error))
                    .map(reply -> reply.trim())));
    }

    private String joined(List<Document> found) { return found.get(0).getText(); }

    private <T> Mono<T> traced(String name, Mono<T> publisher) {
        return Mono.defer(() -> publisher.doOnError(e -> {}).doFinally(s -> {}));
    }
}
"""
GATEWAY = """package app;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import java.util.Map;

@Component
class Gateway {
    private final ChatClient client;
    Gateway(ChatClient.Builder builder) { this.client = builder.build(); }

    Mono<String> call(String system, Map<String, Object> params, String text) {
        return Mono.fromCallable(() -> prepared(client, system, params, text).options(options()).call().content())
            .subscribeOn(Schedulers.boundedElastic());
    }

    private ChatClient.ChatClientRequestSpec prepared(ChatClient client, String system, Map<String, Object> params, String text) {
        ChatClient.ChatClientRequestSpec prompt = client.prompt();
        prompt = applied(prompt, system, params);
        prompt = prompt.user(text);
        return prompt;
    }

    private ChatClient.ChatClientRequestSpec applied(ChatClient.ChatClientRequestSpec prompt, String system, Map<String, Object> params) {
        return prompt.system(spec -> {
            spec.text(system);
            if (params != null) {
                params.forEach(spec::param);
            }
        });
    }
}
"""


def test_a_question_reaches_the_model_and_its_reply_the_caller_through_a_reactive_chain() -> None:
    system = system_of({"ChatController.java": CONTROLLER, "ChatService.java": SERVICE, "Gateway.java": GATEWAY})
    model, route = only(system, "hosted_llm"), only(system, "http_route")
    assert [(flow.source, flow.target) for flow in flows(system, "prompt", "user_input")] == [(route.id, model.id)]
    assert [(flow.source, flow.target) for flow in flows(system, "response", "model_reply")] == [(model.id, route.id)]


def test_what_a_block_fills_into_a_text_of_the_request_is_part_of_it() -> None:
    system = system_of({"ChatController.java": CONTROLLER, "ChatService.java": SERVICE, "Gateway.java": GATEWAY})
    assert [flow.source for flow in flows(system, "system_prompt", "retrieved_text")] == [only(system, "vector_store").id]
    constant = GATEWAY.replace("params.forEach(spec::param);", "")
    system = system_of({"ChatController.java": CONTROLLER, "ChatService.java": SERVICE, "Gateway.java": constant})
    assert flows(system, "system_prompt", "retrieved_text") == []


@pytest.mark.parametrize("step", ["flatMapMany(answer -> Flux.just(answer))", "map(answer -> answer)", "doOnNext(answer -> {})"])
def test_a_step_of_a_chain_hands_on_what_came_before_it(step: str) -> None:
    controller = CONTROLLER.replace("flatMapMany(answer -> Flux.just(answer))", step)
    system = system_of({"ChatController.java": controller, "ChatService.java": SERVICE, "Gateway.java": GATEWAY})
    assert len(flows(system, "response", "model_reply")) == 1


def test_a_step_that_gives_something_else_carries_nothing() -> None:
    controller = CONTROLLER.replace("flatMapMany(answer -> Flux.just(answer))", 'flatMapMany(answer -> Flux.just("done"))')
    system = system_of({"ChatController.java": controller, "ChatService.java": SERVICE, "Gateway.java": GATEWAY})
    assert flows(system, "response", "model_reply") == []


def test_what_subscribes_to_a_stream_is_given_its_parts() -> None:
    system = system_of({
        "app/Talk.java": """
            package app;
            import org.springframework.ai.chat.client.ChatClient;
            import org.springframework.web.bind.annotation.*;
            import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
            @RestController
            public class Talk {
                private final ChatClient client;
                Talk(ChatClient.Builder builder) { this.client = builder.build(); }
                @PostMapping("/talk")
                public SseEmitter talk(@RequestBody String question) {
                    SseEmitter out = new SseEmitter();
                    client.prompt().user(question).stream().content().subscribe(part -> out.send(part));
                    return out;
                }
            }
            """
    })  # fmt: skip
    assert [flow.target for flow in flows(system, "response", "model_reply")] == ["http_route:POST /talk"]
