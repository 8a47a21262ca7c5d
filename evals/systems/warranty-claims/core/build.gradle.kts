plugins {
    `java-library`
}

dependencies {
    api(libs.coroutines.core)
    implementation("org.springframework.boot:spring-boot-starter-jdbc")
    implementation("org.springframework.boot:spring-boot-starter-mail")
    implementation("org.springframework:spring-web")
    implementation("com.fasterxml.jackson.module:jackson-module-kotlin")
    implementation("org.flywaydb:flyway-database-postgresql")
    implementation(libs.commonmark)
    runtimeOnly("org.postgresql:postgresql")
}
