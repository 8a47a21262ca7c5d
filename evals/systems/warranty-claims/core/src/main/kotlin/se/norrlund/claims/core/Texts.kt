package se.norrlund.claims.core

const val MAX_MESSAGE = 8_000
const val MAX_ATTACHMENT_TEXT = 6_000

fun String.clipped(limit: Int): String = if (length <= limit) this else take(limit) + " [...]"

fun String.singleLine(limit: Int = 120): String = replace(Regex("""\s+"""), " ").trim().take(limit)

fun String.withoutQuotedReply(): String =
    lineSequence()
        .takeWhile { !it.startsWith("-----Original") && !it.matches(Regex("""On .* wrote:""")) }
        .filterNot { it.startsWith(">") }
        .joinToString("\n")
        .trim()
