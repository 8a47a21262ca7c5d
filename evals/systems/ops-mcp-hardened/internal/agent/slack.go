package agent

// Tell posts a text to the channel of a Slack webhook.
func Tell(hook, text string) error {
	return post(hook, map[string]string{"text": text})
}
