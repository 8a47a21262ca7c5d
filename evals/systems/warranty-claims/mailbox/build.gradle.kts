plugins {
    alias(libs.plugins.spring.boot)
}

dependencies {
    implementation(project(":assistant"))
    implementation("org.springframework.boot:spring-boot-starter")
    implementation("org.springframework.boot:spring-boot-starter-mail")
    implementation("org.springframework.boot:spring-boot-starter-jdbc")
    implementation(libs.jsoup)
}
