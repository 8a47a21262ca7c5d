"""What the values and calls of a program denote: names, arguments, places, what an object holds."""
