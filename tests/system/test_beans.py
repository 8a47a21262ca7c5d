"""What injection hands in: the objects that factory methods (`@Bean`) make for the fields and parameters of other classes."""

from __future__ import annotations

from tests.system.small import controls_on, elements, flows, only, system_of

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


CLIENTS = """package app;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
@Configuration
public class Clients {
    @Bean
    ChatClient plain(ChatClient.Builder builder) { return builder.clone().defaultSystem("Be brief.").build(); }

    @Bean("desk")
    ChatClient withTools(ChatClient.Builder builder, Shelf shelf) { return builder.clone().defaultTools(shelf).build(); }
}
"""
SPRING_SHELF = SHELF.replace("dev.langchain4j.agent.tool.Tool", "org.springframework.ai.tool.annotation.Tool").replace(
    '"Looks', 'description = "Looks'
)
DESK = """package app;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.bind.annotation.*;
@RestController
public class Desk {
    private final ChatClient client;

    Desk(@Qualifier("desk") ChatClient client) { this.client = client; }

    @PostMapping("/ask")
    public String ask(@RequestBody String question) { return client.prompt().user(question).call().content(); }
}
"""
ASKED = {"app/Clients.java": CLIENTS, "app/Shelf.java": SPRING_SHELF, "app/Desk.java": DESK}


def _asked(files: dict[str, str]) -> set[str]:
    return {flow.target for flow in flows(system_of(files), "prompt", "user_input")}


def test_a_place_that_asks_for_an_object_by_name_gets_that_one_with_its_tools() -> None:
    assert _asked(ASKED) == {"hosted_llm:Clients.withTools (ChatClient)"}
    named = {**ASKED, "app/Desk.java": DESK.replace('@Qualifier("desk")', '@Qualifier("plain")')}
    assert _asked(named) == {"hosted_llm:Clients.plain (ChatClient)"}
    assert not [one for one in flows(system_of(named), None, "tool_arguments") if one.source == "hosted_llm:Clients.plain (ChatClient)"]


def test_a_place_that_does_not_say_which_gets_the_first_choice() -> None:
    unsaid = DESK.replace('@Qualifier("desk") ', "")
    first = CLIENTS.replace("    @Bean\n", "    @Bean\n    @Primary\n")
    assert _asked({**ASKED, "app/Desk.java": unsaid, "app/Clients.java": first}) == {"hosted_llm:Clients.plain (ChatClient)"}
    assert _asked({**ASKED, "app/Desk.java": unsaid}) == {"hosted_llm:Desk.ask (ChatClient)"}  # one of both, and nothing says which


LETTERS = """package app;
import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.web.bind.annotation.*;
@RestController
public class Letters {
    private final VectorStore store;

    Letters(VectorStore store) { this.store = store; }

    @PostMapping("/letters")
    void add(@RequestBody String text) { store.add(java.util.List.of(new Document(text))); }
}
"""
SEARCH = """package app;
import org.springframework.ai.vectorstore.*;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.web.bind.annotation.*;
@RestController
public class Search {
    @Autowired
    private VectorStore index;

    @GetMapping("/search")
    String find(@RequestParam String query, @RequestParam String owner) {
        SearchRequest.Builder request = SearchRequest.builder().query(query).topK(4);
        STATEMENT
        return index.similaritySearch(request.build()).get(0).getText();
    }
}
"""


def test_a_store_that_only_the_container_makes_is_one_for_all_classes() -> None:
    system = system_of({"app/Letters.java": LETTERS, "app/Search.java": SEARCH.replace("STATEMENT", "")})
    store = only(system, "vector_store")
    assert [flow.target for flow in flows(system, "index_write")] == [flow.target for flow in flows(system, "index_query")] == [store.id]
    apart = LETTERS.replace("Letters(VectorStore store)", 'Letters(@Qualifier("letters") VectorStore store)').replace(
        "import org.springframework.web",
        "import org.springframework.beans.factory.annotation.Qualifier;\nimport org.springframework.web",
        1,
    )
    assert len(elements(system_of({"app/Letters.java": apart, "app/Search.java": SEARCH.replace("STATEMENT", "")}), "vector_store")) == 2


def test_the_same_holds_for_another_container_and_another_library() -> None:
    keep = """package app;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.*;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
@ApplicationScoped
public class NAME {
    @Inject
    EmbeddingStore<TextSegment> store;
    Object run(Object what) { return store.METHOD(what); }
}
"""
    files = {
        f"app/{name}.java": keep.replace("NAME", name).replace("METHOD", method) for name, method in (("A", "search"), ("B", "addAll"))
    }
    assert only(system_of(files), "vector_store").name == "EmbeddingStore (langchain4j)"
    alone = {path: text.replace("@ApplicationScoped\n", "") for path, text in files.items()}
    assert len(elements(system_of(alone), "vector_store")) == 2


def test_a_filter_that_is_said_in_a_statement_of_its_own_counts_unless_it_may_be_left_out() -> None:
    said = """request.filterExpression("owner == '" + owner + "'");"""
    for statement, counts in (
        (said, True),
        ("if (owner != null) { " + said + " }", False),
        (said.replace("owner", "page"), False),
        ("", False),
    ):
        system = system_of({"app/Search.java": SEARCH.replace("STATEMENT", statement)})
        (asked,) = flows(system, "index_query", "user_input")
        assert ("tenant_filter" in controls_on(system, asked.id)) is counts, statement
