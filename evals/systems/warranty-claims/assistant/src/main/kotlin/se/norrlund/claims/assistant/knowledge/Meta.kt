package se.norrlund.claims.assistant.knowledge

enum class Audience { CUSTOMER, TECHNICIAN, DESK }

object Meta {
    const val AUDIENCE = "audience"
    const val MODEL = "model"
    const val SOURCE = "source"
    const val KIND = "kind"
}
