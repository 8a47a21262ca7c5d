"""A model to talk to that is none: a real server on loopback that speaks OpenAI's protocol and plays scripts."""
