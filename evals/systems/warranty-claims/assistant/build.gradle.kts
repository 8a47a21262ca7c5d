plugins {
    `java-library`
}

dependencies {
    api(project(":core"))
    api("org.springframework.ai:spring-ai-client-chat")
    implementation("org.springframework.boot:spring-boot-starter-jdbc")
    implementation("org.springframework:spring-web")
    implementation(libs.jsoup)
    implementation("org.springframework.ai:spring-ai-starter-model-mistral-ai")
    implementation("org.springframework.ai:spring-ai-starter-model-openai")
    implementation("org.springframework.ai:spring-ai-starter-model-transformers")
    implementation("org.springframework.ai:spring-ai-starter-vector-store-pgvector")
    implementation("org.springframework.ai:spring-ai-starter-model-chat-memory-repository-jdbc")
    implementation("org.springframework.ai:spring-ai-advisors-vector-store")
    implementation("org.springframework.ai:spring-ai-tika-document-reader")
}
