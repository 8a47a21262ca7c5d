"""What injection hands in: the objects that factory methods (`@Bean`) make for the fields and parameters of other classes."""

from __future__ import annotations

from tests.system.small import elements, flows, only, system_of

HELPER = """package app;
import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.UserMessage;
import reactor.core.publisher.Flux;
public interface Helper {
    String chat(@MemoryId String id, @UserMessage String text);
    Flux<String> stream(@MemoryId String id, @UserMessage String text);
}
"""
CONFIG = """package app;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.AiServices;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
@Configuration
public class HelperConfig {
    @Bean
    public Helper helper(ChatModel model, Shelf shelf) {
        return AiServices.builder(Helper.class).chatModel(model).tools(shelf).build();
    }
}
"""
SHELF = """package app;
import dev.langchain4j.agent.tool.Tool;
import org.springframework.stereotype.Component;
@Component
public class Shelf {
    @Tool("Looks a book up")
    public String book(String title) { return title; }
}
"""
CONTROLLER = """package app;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.web.bind.annotation.*;
import reactor.core.publisher.Flux;
@RestController
public class HelperController {
    @Autowired
    private Helper helper;

    @PostMapping("/ask")
    public String ask(@RequestBody String question) { return helper.chat("1", question); }

    @PostMapping("/stream")
    public Flux<String> stream(@RequestBody String question) {
        return Flux.deferContextual(view -> helper.stream("1", question)).doOnNext(part -> {}).doFinally(s -> {});
    }
}
"""
FILES = {"app/Helper.java": HELPER, "app/HelperConfig.java": CONFIG, "app/Shelf.java": SHELF, "app/HelperController.java": CONTROLLER}


def test_a_field_that_is_filled_by_injection_is_what_the_bean_made() -> None:
    system = system_of(FILES)
    agent = only(system, "agent")
    assert {(flow.source, flow.target) for flow in flows(system, "prompt", "user_input")} == {
        (route.id, agent.id) for route in elements(system, "http_route")
    }
    assert len(flows(system, "response", "model_reply")) == 2


def test_an_object_that_a_parameter_is_handed_brings_its_tools_along() -> None:
    system = system_of(FILES)
    assert [(r.source, r.target) for r in system.relations if r.kind == "has_tool"] == [(only(system, "agent").id, "tool:book")]
    without = {**FILES, "app/HelperConfig.java": CONFIG.replace(".tools(shelf)", "")}
    assert [r for r in system_of(without).relations if r.kind == "has_tool"] == []


def test_an_interface_that_no_bean_makes_is_no_model() -> None:
    system = system_of({**FILES, "app/HelperConfig.java": CONFIG.replace("@Bean", "")})
    assert flows(system, "prompt", "user_input") == []


def test_of_several_beans_of_a_type_the_one_called_like_the_place_is_meant() -> None:
    second = """    @Bean
    public Helper other(ChatModel model) { return AiServices.builder(Helper.class).chatModel(model).build(); }
}
"""
    system = system_of({**FILES, "app/HelperConfig.java": CONFIG.rstrip().removesuffix("}") + second})
    assert {flow.target for flow in flows(system, "prompt", "user_input")} == {"agent:HelperConfig.helper (langchain4j)"}
