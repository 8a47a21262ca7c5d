plugins {
    alias(libs.plugins.kotlin.jvm) apply false
    alias(libs.plugins.kotlin.spring) apply false
    alias(libs.plugins.spring.boot) apply false
}

subprojects {
    group = "se.norrlund"
    version = "0.9.2"

    apply(plugin = "org.jetbrains.kotlin.jvm")
    apply(plugin = "org.jetbrains.kotlin.plugin.spring")

    configure<org.jetbrains.kotlin.gradle.dsl.KotlinJvmProjectExtension> {
        jvmToolchain(21)
        compilerOptions { freeCompilerArgs.addAll("-Xjsr305=strict", "-java-parameters") }
    }

    dependencies {
        "implementation"(platform(rootProject.libs.spring.boot.bom))
        "implementation"(platform(rootProject.libs.spring.ai.bom))
        "implementation"("org.jetbrains.kotlin:kotlin-reflect")
        "testImplementation"("org.springframework.boot:spring-boot-starter-test")
        "testImplementation"(rootProject.libs.mockk)
    }

    tasks.withType<Test> { useJUnitPlatform() }
}
