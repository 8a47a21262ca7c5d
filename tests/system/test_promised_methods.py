"""Interfaces of a program's own that stand for a client of a package, and a choice of the model that goes nowhere as text."""

from __future__ import annotations

from tests.system.small import elements, flows, system_of

BOT = """
package main

import (
	"context"
	"os"

	openai "github.com/sashabaranov/go-openai"
	tb "gopkg.in/telebot.v3"
)

type settings struct {
	CurrentModel string
}

var chosen = &settings{CurrentModel: "gpt-5-mini"}

type Completer interface {
	CreateChatCompletion(ctx context.Context, req openai.ChatCompletionRequest) (openai.ChatCompletionResponse, error)
}

type Counter interface {
	CreateChatCompletion(ctx context.Context, words int) (int, error)
}

func count(counter Counter) int {
	n, _ := counter.CreateChatCompletion(context.Background(), 3)
	return n
}

func ask(client Completer, text string) (string, error) {
	req := openai.ChatCompletionRequest{Model: chosen.CurrentModel, Messages: []openai.ChatCompletionMessage{
		{Role: "system", Content: "You are " + chosen.CurrentModel}, {Role: "user", Content: text},
	}}
	resp, err := client.CreateChatCompletion(context.Background(), req)
	return resp.Choices[0].Message.Content, err
}

func onAsk(client Completer) func(tb.Context) error {
	return func(c tb.Context) error {
		reply, _ := ask(client, c.Message().Payload)
		return c.Send(reply)
	}
}

func onModel() func(tb.Context) error {
	return func(c tb.Context) error {
		chosen.CurrentModel = c.Message().Payload
		return c.Send("done")
	}
}

func main() {
	bot, _ := tb.NewBot(tb.Settings{Token: os.Getenv("TOKEN")})
	bot.Handle("/ask", onAsk(openai.NewClient(os.Getenv("OPENAI_API_KEY"))))
	bot.Handle("/model", onModel())
}
"""


def test_what_asks_a_client_through_an_interface_asks_its_model() -> None:
    system = system_of({"main.go": BOT})
    assert len(elements(system, "hosted_llm")) == 1  # the counter takes no request of the package
    assert {(flow.source, flow.role) for flow in flows(system, "prompt", "user_input")} == {("chat_ui:/ask", "prompt")}


def test_which_model_is_asked_is_no_text_of_a_prompt() -> None:
    assert not flows(system_of({"main.go": BOT}), "system_prompt", "user_input")
