"""Knowledge files as the engine reads them: frameworks, words, commands, images, promises."""
