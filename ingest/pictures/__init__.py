"""Text in pictures: scanned pages, drawings saved as images, pictures inside of documents. Read only where the user has set that up.

`names` says which files may be such pictures, `finding` takes them out of documents, `opening` unpacks them within bounds,
`tesseract` and `vision` read them, and `transcribing` puts what they read into the facts of the document, marked as what it is.
Nothing here is imported until a reader of pictures was chosen, but for `names`.
"""
