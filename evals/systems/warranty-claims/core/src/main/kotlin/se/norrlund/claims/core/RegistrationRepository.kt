package se.norrlund.claims.core

import org.springframework.jdbc.core.simple.JdbcClient
import org.springframework.stereotype.Repository

@Repository
class RegistrationRepository(private val jdbc: JdbcClient) {

    fun bySerial(serial: String): Registration? =
        jdbc.sql(
            """
            select r.*, p.name as product, p.list_price, p.return_required
            from registrations r join products p on p.id = r.product_id
            where r.serial = :serial
            """,
        )
            .param("serial", serial.trim().uppercase())
            .query { rs, _ ->
                Registration(
                    serial = rs.getString("serial"),
                    product = rs.getString("product"),
                    ownerName = rs.getString("owner_name"),
                    ownerAddress = rs.getString("owner_address"),
                    ownerEmail = rs.getString("owner_email"),
                    boughtOn = rs.getDate("bought_on").toLocalDate(),
                    listPrice = rs.getBigDecimal("list_price"),
                    returnRequired = rs.getBoolean("return_required"),
                )
            }
            .optional()
            .orElse(null)

    fun recordInvoice(serial: String, dealer: String, invoiceNumber: String) {
        jdbc.sql("insert into invoices (serial, dealer, number) values (:serial, :dealer, :number) on conflict do nothing")
            .param("serial", serial)
            .param("dealer", dealer)
            .param("number", invoiceNumber)
            .update()
    }
}
