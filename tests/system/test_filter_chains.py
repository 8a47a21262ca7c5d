"""What Spring and servlets run before a route, and what says so beside it."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, elements, system_of

CONTROLLER = """
    package com.acme;
    import dev.langchain4j.model.chat.ChatModel;
    import org.springframework.security.access.prepost.PreAuthorize;
    import org.springframework.web.bind.annotation.*;

    @RestController
    @RequestMapping("/api/chat")
    %s
    class ChatController {
        private final ChatModel model;
        ChatController(ChatModel model) { this.model = model; }

        %s
        @PostMapping("/ask")
        String ask(@RequestBody String question) { return model.chat(question); }
    }
"""
CHAIN = """
    package com.acme;
    import org.springframework.context.annotation.Bean;
    import org.springframework.http.HttpMethod;
    import org.springframework.security.config.annotation.web.builders.HttpSecurity;
    import org.springframework.security.web.SecurityFilterChain;

    class SecurityConfig {
        private static final String[] OPEN = {"/login", "/api/chat/**"};

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return http.csrf(c -> c.disable())%s.build();
        }
    }
"""
FILTER = """
    package com.acme;
    import jakarta.servlet.*;
    import jakarta.servlet.http.*;
    import org.springframework.stereotype.Component;
    import org.springframework.web.filter.OncePerRequestFilter;

    %s
    class TokenFilter extends OncePerRequestFilter {
        private static final String[] OPEN = {"/login/", "/public/"};

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
            String uri = request.getRequestURI();
            %s
            if (request.getHeader("Authorization") == null) {
                response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
                return;
            }
            chain.doFilter(request, response);
        }
    }
"""
INTERCEPTOR = """
    package com.acme;
    import cn.dev33.satoken.interceptor.SaInterceptor;
    import cn.dev33.satoken.stp.StpUtil;
    import org.springframework.web.servlet.config.annotation.*;

    class WebConfig implements WebMvcConfigurer {
        @Override
        public void addInterceptors(InterceptorRegistry registry) {
            registry.addInterceptor(new SaInterceptor(handler -> StpUtil.checkLogin())).addPathPatterns("/**")%s;
        }
    }
"""


def asks(before: str, on_class: str = "", on_method: str = "") -> bool:
    """Whether the one route of a program asks its caller who they are."""
    files = {"src/main/java/com/acme/ChatController.java": CONTROLLER % (on_class, on_method)}
    if before:
        files["src/main/java/com/acme/Before.java"] = before
    system = system_of(files)
    (route,) = elements(system, "http_route")
    assert route.name == "POST /api/chat/ask"
    return "authentication" in controls_on(system, route.id)


ASKED = {
    "any request": ".authorizeHttpRequests(a -> a.anyRequest().authenticated())",
    "a pattern": '.authorizeHttpRequests(a -> a.requestMatchers("/api/**").authenticated().anyRequest().permitAll())',
    "a role": '.authorizeHttpRequests(a -> a.requestMatchers("/login").permitAll().requestMatchers("/api/**").hasRole("USER"))',
    "a method": '.authorizeHttpRequests(a -> a.requestMatchers(HttpMethod.GET, "/api/**").permitAll().anyRequest().authenticated())',
    "the old way": '.authorizeRequests().antMatchers("/login").permitAll().anyRequest().authenticated().and()',
}
NOT_ASKED = {
    "everything open": ".authorizeHttpRequests(a -> a.anyRequest().permitAll())",
    "an open pattern first": '.authorizeHttpRequests(a -> a.requestMatchers("/api/chat/*").permitAll().anyRequest().authenticated())',
    "a list of open patterns": ".authorizeHttpRequests(a -> a.requestMatchers(OPEN).permitAll().anyRequest().authenticated())",
    "another pattern": '.authorizeHttpRequests(a -> a.requestMatchers("/admin/**").authenticated())',
    "another method": '.authorizeHttpRequests(a -> a.requestMatchers(HttpMethod.DELETE, "/api/**").authenticated())',
    "no rules": "",
}


@pytest.mark.parametrize("rules", ASKED.values(), ids=ASKED.keys())
def test_a_chain_asks_by(rules: str) -> None:
    assert asks(CHAIN % rules)


@pytest.mark.parametrize("rules", NOT_ASKED.values(), ids=NOT_ASKED.keys())
def test_a_chain_asks_nobody_by(rules: str) -> None:
    assert not asks(CHAIN % rules)


class TestAnAnnotation:
    """It stands at the method or at the class."""

    @pytest.mark.parametrize("rule", ['@PreAuthorize("isAuthenticated()")', "@PreAuthorize(\"hasRole('ADMIN')\")"])
    def test_asks_at_both_places(self, rule: str) -> None:
        assert asks("", on_method=rule) and asks("", on_class=rule)

    def test_may_say_that_everybody_is_let_in(self) -> None:
        assert not asks("", on_method='@PreAuthorize("permitAll()")')


class TestAFilter:
    """One that answers 401 runs before all routes, where it is installed."""

    def test_asks(self) -> None:
        assert asks(FILTER % ("@Component", ""))

    def test_that_nobody_installs_asks_nobody(self) -> None:
        assert not asks(FILTER % ("", ""))

    def test_may_let_addresses_through(self) -> None:
        assert not asks(FILTER % ("@Component", 'if (uri.startsWith("/api/chat")) { chain.doFilter(request, response); return; }'))
        assert asks(FILTER % ("@Component", 'if (uri.startsWith("/login")) { chain.doFilter(request, response); return; }'))

    def test_may_be_for_some_addresses_only(self) -> None:
        assert not asks(FILTER % ("@Component", 'if (!uri.startsWith("/ext/v1")) { chain.doFilter(request, response); return; }'))
        assert asks(FILTER % ("@Component", 'if (!uri.startsWith("/api")) { chain.doFilter(request, response); return; }'))


def test_an_interceptor_asks_but_for_what_it_leaves_out() -> None:
    assert asks(INTERCEPTOR % '.excludePathPatterns("/login")')
    assert not asks(INTERCEPTOR % '.excludePathPatterns("/api/chat/**")')
