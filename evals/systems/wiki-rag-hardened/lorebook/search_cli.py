"""For support: the raw hits of one tenant. Runs in the support pod, which is opened by ticket and logged by the cluster."""

import argparse
import getpass
import logging

from .store import wiki

logging.basicConfig(level=logging.INFO)
parser = argparse.ArgumentParser()
parser.add_argument("tenant")
parser.add_argument("query")
given = parser.parse_args()
logging.info("%s searches in %s", getpass.getuser(), given.tenant)
for document, score in wiki.similarity_search_with_score(given.query, k=20, filter={"tenant": given.tenant}):
    print(f"{score:.3f} {document.metadata['title']}: {document.page_content[:120]!r}")
