// Package agent turns an alert into a conversation with tools.
package agent

import (
	"context"
	"fmt"
	"os"

	"github.com/openai/openai-go/v3"
)

const instructions = `You are the on-call engineer of a Kubernetes platform. An alert has fired.
Find the cause with your tools and mitigate it. Do not ask, nobody is awake.
When you are done, answer with a summary: cause, what you did, what is left.
Close with one line "LESSON: ..." if there is something worth knowing next time.`

const lessons = "/data/lessons.md"

// Agent holds what conversations share.
type Agent struct {
	Model openai.Client
	Name  string
	Box   *Toolbox
	Ask   func(tool, arguments string) bool
}

// Handle works on one alert and returns the summary.
func (a *Agent) Handle(ctx context.Context, alert Alert) (string, error) {
	learned, _ := os.ReadFile(lessons)
	tools, err := a.Box.Params()
	if err != nil {
		return "", err
	}
	params := openai.ChatCompletionNewParams{
		Model: a.Name,
		Messages: []openai.ChatCompletionMessageParamUnion{
			openai.SystemMessage(instructions + "\n\nLessons from earlier incidents:\n" + string(learned)),
			openai.UserMessage(alert.String()),
		},
		Tools: tools,
	}
	for {
		resp, err := a.Model.Chat.Completions.New(ctx, params)
		if err != nil {
			return "", err
		}
		msg := resp.Choices[0].Message
		params.Messages = append(params.Messages, msg.ToParam())
		if len(msg.ToolCalls) == 0 {
			a.learn(msg.Content)
			return msg.Content, nil
		}
		for _, call := range msg.ToolCalls {
			params.Messages = append(params.Messages, openai.ToolMessage(a.call(ctx, call.Function.Name, call.Function.Arguments), call.ID))
		}
	}
}

func (a *Agent) call(ctx context.Context, name, arguments string) string {
	if a.Ask != nil && a.Box.Destructive(name) && !a.Ask(name, arguments) {
		return "not allowed by the engineer"
	}
	out, err := a.Box.Call(ctx, name, arguments)
	if err != nil {
		return fmt.Sprintf("error: %v", err)
	}
	return out
}
