package se.norrlund.claims.api.jobs

import org.springframework.boot.ApplicationArguments
import org.springframework.boot.ApplicationRunner
import org.springframework.stereotype.Component
import se.norrlund.claims.assistant.knowledge.ManualIndexer

@Component
class ReindexRunner(private val indexer: ManualIndexer) : ApplicationRunner {

    override fun run(args: ApplicationArguments) {
        if (args.containsOption("reindex")) indexer.reindex()
    }
}
