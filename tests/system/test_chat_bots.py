"""What of a bot's handler is what people write, and what the network hands in beside it."""

from __future__ import annotations

from tests.system.small import flows, system_of


def test_of_what_slack_hands_in_by_name_only_the_message_is_what_people_write() -> None:
    system = system_of("""
        import boto3
        from openai import OpenAI
        from slack_bolt import App

        app = App()
        store = boto3.client("s3")


        @app.event("app_mention")
        def mentioned(event, context, say):
            store.get_object(Bucket="teams", Key=context.team_id)
            say(OpenAI().responses.create(model="gpt-5", input=event["text"]).output_text)
        """)
    assert [flow.source for flow in flows(system, "prompt", "user_input")] == ["chat_ui:app_mention"]
    assert flows(system, "path", "user_input") == []


def test_a_handler_called_by_its_method_does_not_make_a_fixed_service_a_board_to_post_on() -> None:
    text = """
        import { openai } from "@ai-sdk/openai";
        import { generateText } from "ai";

        export async function POST(request: Request) {
          const { place } = await request.json();
          const answer = await fetch(`https://api.open-meteo.com/v1/forecast?latitude=${place}`);
          const weather = await answer.json();
          const { text } = await generateText({ model: openai("gpt-5"), prompt: `The weather: ${weather.current}` });
          return Response.json({ text });
        }
        """
    system = system_of({"app/api/chat/route.ts": text})
    assert flows(system, "prompt", "web_content") == []
    posted = system_of({"app/api/chat/route.ts": text.replace("api.open-meteo.com/v1/forecast", "hacker.example/api/posts")})
    assert len(flows(posted, "prompt", "web_content")) == 1


def test_what_runs_after_the_acknowledgement_is_given_the_message_and_the_acknowledgement_asks_nobody() -> None:
    system = system_of("""
        from openai import OpenAI
        from slack_bolt import App

        app = App()


        def noted(ack):
            ack()


        def answered(say, event):
            say(OpenAI().responses.create(model="gpt-5", input=event["text"]).output_text)


        app.event("app_mention")(ack=noted, lazy=[answered])
        """)
    assert [flow.source for flow in flows(system, "prompt", "user_input")] == ["chat_ui:answered"]


def test_a_method_that_a_client_of_discord_is_told_as_an_event_gets_what_people_write() -> None:
    system = system_of("""
        import discord
        from openai import OpenAI


        class Desk:
            def __init__(self, answers):
                self.answers = answers
                self.client = discord.Client(intents=discord.Intents.default())
                self.client.event(self.on_message)

            async def on_message(self, message: discord.Message):
                await self.answers.give(message)


        class Answers:
            async def give(self, message: discord.Message):
                reply = OpenAI().responses.create(model="gpt-5", input=message.content)
                await message.channel.send(reply.output_text)


        Desk(Answers()).client.run("")
        """)
    assert [flow.source for flow in flows(system, "prompt", "user_input")] == ["chat_ui:on_message"]
    assert [flow.source for flow in flows(system, "message", "model_reply")] == ["hosted_llm:gpt-5"]


def test_a_client_of_discord_that_is_a_class_of_the_project_gets_what_people_write() -> None:
    text = """
        import discord
        from openai import OpenAI


        class Desk(discord.Client):
            async def on_message(self, message):
                OpenAI().responses.create(model="gpt-5", input=message.content)


        Desk(intents=discord.Intents.default()).run("")
        """
    assert [flow.source for flow in flows(system_of(text), "prompt", "user_input")] == ["chat_ui:Desk"]
    assert flows(system_of(text.replace("on_message(self", "read(self")), "prompt", "user_input") == []


def test_a_bot_of_disgo_hands_what_members_write_to_cohere() -> None:
    system = system_of(
        {
            "main.go": """
        package main

        import (
            "context"
            "os"

            cohere "github.com/cohere-ai/cohere-go/v2"
            "github.com/cohere-ai/cohere-go/v2/client"
            "github.com/disgoorg/disgo"
            "github.com/disgoorg/disgo/bot"
            "github.com/disgoorg/disgo/discord"
            "github.com/disgoorg/disgo/events"
            "github.com/disgoorg/disgo/handler"
        )

        func answer(ctx context.Context, text string) string {
            co := client.NewClient(client.WithToken(os.Getenv("CO_API_KEY")))
            request := &cohere.ChatRequest{Message: text, Model: cohere.String("command-r-plus"), Preamble: cohere.String("Be brief.")}
            reply, err := co.Chat(ctx, request)
            if err != nil {
                return ""
            }
            return reply.Text
        }

        func onMessage(event *events.GuildMessageCreate) {
            answer(context.Background(), event.Message.Content)
        }

        func onAsk(data discord.SlashCommandInteractionData, event *handler.CommandEvent) error {
            answer(event.Ctx, data.String("question"))
            return nil
        }

        func main() {
            commands := handler.New()
            commands.SlashCommand("/ask", onAsk)
            disgo.New(os.Getenv("TOKEN"), bot.WithEventListenerFunc(onMessage), bot.WithEventListeners(commands))
        }
        """
        }
    )
    asked = {(flow.source, flow.target, flow.role) for flow in system.flows if flow.role in ("prompt", "system_prompt")}
    model = "hosted_llm:main.answer (go_llm)"
    assert asked == {("chat_ui:onMessage", model, "prompt"), ("chat_ui:/ask", model, "prompt")}
