package se.norrlund.claims.core

import org.springframework.http.HttpHeaders
import org.springframework.stereotype.Service
import org.springframework.web.client.RestClient
import org.springframework.web.client.body

data class Shipment(val id: String)

@Service
class Warehouse(properties: ClaimsProperties, builder: RestClient.Builder) {

    private val client = builder
        .baseUrl(properties.warehouse.url.toString())
        .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer ${properties.warehouse.token}")
        .build()

    fun ship(claim: ClaimNumber, product: String, recipient: String, address: String): Shipment =
        client.post()
            .uri("/orders")
            .body(mapOf("reference" to claim.value, "product" to product, "recipient" to recipient, "address" to address))
            .retrieve()
            .body<Shipment>()
            ?: error("the warehouse answered nothing for $claim")
}
