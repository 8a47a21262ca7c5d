package se.norrlund.claims.assistant.knowledge

import org.slf4j.LoggerFactory
import org.springframework.ai.reader.tika.TikaDocumentReader
import org.springframework.ai.transformer.splitter.TokenTextSplitter
import org.springframework.ai.vectorstore.VectorStore
import org.springframework.beans.factory.annotation.Value
import org.springframework.core.io.FileSystemResource
import org.springframework.stereotype.Component
import java.nio.file.Path
import java.security.MessageDigest
import java.util.HexFormat
import kotlin.io.path.name
import kotlin.io.path.readBytes
import kotlin.io.path.readLines

data class ManualEntry(val file: String, val sha256: String, val audience: Audience, val model: String)

@Component
class ManualIndexer(
    private val store: VectorStore,
    @param:Value("\${claims.manuals}") private val folder: Path,
) {
    private val log = LoggerFactory.getLogger(javaClass)
    private val splitter = TokenTextSplitter()

    fun reindex(): Int = manifest().sumOf { entry ->
        val path = folder.resolve(entry.file)
        require(path.sha256() == entry.sha256) { "${path.name} is not the file of the manifest" }
        store.delete("${Meta.SOURCE} == '${entry.file}'")
        val passages = TikaDocumentReader(FileSystemResource(path)).get()
            .onEach {
                it.metadata[Meta.AUDIENCE] = entry.audience.name
                it.metadata[Meta.MODEL] = entry.model
                it.metadata[Meta.SOURCE] = entry.file
                it.metadata[Meta.KIND] = "manual"
            }
            .let { splitter.apply(it) }
        store.add(passages)
        passages.size.also { log.info("{}: {} passages", entry.file, it) }
    }

    private fun manifest(): List<ManualEntry> = folder.resolve("manifest.csv").readLines()
        .drop(1)
        .filter(String::isNotBlank)
        .map { line ->
            val (file, sha256, audience, model) = line.split(';')
            ManualEntry(file, sha256, Audience.valueOf(audience), model)
        }

    private fun Path.sha256(): String =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(readBytes()))
}
