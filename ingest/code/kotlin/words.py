"""Functions of Kotlin, Java and their streams by what a call gives: a list, an element, what its lambda makes, what it is called on."""

from __future__ import annotations

MUTATORS = frozenset({
    "add", "addAll", "put", "putAll", "append", "push", "offer", "addFirst", "addLast", "insert", "putIfAbsent", "appendLine", "emit",
    "send", "trySend", "plusAssign", "set",
})  # fmt: skip
ELEMENT = frozenset({
    "map", "flatMap", "filter", "any", "all", "none", "takeWhile", "dropWhile", "removeIf", "doOnNext", "concatMap", "thenApply",
    "thenAccept", "thenCompose", "mapNotNull", "mapIndexed", "filterNot", "first", "firstOrNull", "last", "lastOrNull", "find", "single",
    "singleOrNull", "associate", "associateBy", "associateWith", "groupBy", "sortedBy", "sortedByDescending", "maxByOrNull",
    "minByOrNull", "sumOf", "joinToString", "partition", "distinctBy", "count", "transform", "flatMapConcat", "flatMapMerge",
    "flatMapLatest", "mapLatest", "filterIndexed", "mapKeys", "mapValues", "flatMapIterable", "doOnSuccess", "ifPresent", "onSuccess",
    "onFailure", "mapCatching", "fold", "runningFold", "mapTo", "firstNotNullOf", "firstNotNullOfOrNull", "zip", "handle", "flatMapMany",
    "switchMap", "concatMapIterable", "subscribe", "onPartialResponse", "onCompleteResponse",
})  # fmt: skip
GIVES = frozenset({
    "map", "flatMap", "mapNotNull", "mapIndexed", "concatMap", "flatMapConcat", "flatMapMerge", "flatMapLatest", "mapLatest", "associate",
    "associateBy", "associateWith", "mapValues", "mapTo", "flatMapIterable", "flatMapMany", "switchMap", "mapCatching",
    "concatMapIterable", "firstNotNullOf", "firstNotNullOfOrNull", "transform",
})  # fmt: skip
PASSES = frozenset({
    "filter", "filterNot", "takeWhile", "dropWhile", "take", "drop", "takeLast", "dropLast", "sorted", "sortedBy", "sortedByDescending",
    "distinct", "distinctBy", "reversed", "shuffled", "onEach", "flowOn", "catch", "onCompletion", "onStart", "buffer", "conflate",
    "debounce", "retry", "filterIndexed", "doOnNext", "doOnError", "doOnSuccess", "doOnComplete", "doFinally", "subscribeOn", "publishOn",
    "onErrorResume", "onErrorReturn", "switchIfEmpty", "defaultIfEmpty", "onSuccess", "onFailure", "ifEmpty", "ifBlank", "doOnCancel",
    "onErrorMap", "retryWhen", "limitedParallelism", "stateIn", "shareIn", "ensureActive",
})  # fmt: skip
ONE = frozenset({
    "first", "firstOrNull", "last", "lastOrNull", "find", "single", "singleOrNull", "maxByOrNull", "minByOrNull", "random", "elementAt",
    "elementAtOrNull", "component1", "get0",
})  # fmt: skip
# What these are given, they run, and what it gives they give; those of coroutines and blocks are read in place (see `scoped`).
RUNS = frozenset({
    "supplyAsync", "runAsync", "submit", "execute", "orElseGet", "computeIfAbsent", "getOrPut", "getOrElse", "getOrDefault", "recover",
    "fromCallable", "fromSupplier", "defer", "lazy", "ifEmpty", "ifBlank", "thenApply", "thenCompose", "generateSequence",
    "supervisorJob", "mono", "flux", "recoverCatching", "suspendTransaction",
})  # fmt: skip
FILLED_IN = frozenset({"user", "system", "defaultUser", "defaultSystem"})
SAME = frozenset({
    "stream", "toList", "iterator", "orElseThrow", "intern", "values", "toSet", "toMutableList", "toMutableSet", "asSequence", "asFlow",
    "orEmpty", "filterNotNull", "requireNoNulls", "toTypedArray", "asIterable", "asReversed", "getOrThrow", "getOrNull", "toMutableMap",
    "toMap", "toCollection", "sequential", "parallel", "asList", "asFlux", "asMono", "readOnly", "withIndex", "asStateFlow",
    "asSharedFlow", "listIterator", "receiveAsFlow", "consumeAsFlow",
})  # fmt: skip
SETTLES = frozenset({
    "join", "block", "blockOptional", "toFuture", "await", "awaitAll", "awaitSingle", "awaitSingleOrNull", "awaitFirst",
    "awaitFirstOrNull", "awaitBody_",
})  # fmt: skip
LISTS = frozenset({
    "listOf", "setOf", "mutableListOf", "mutableSetOf", "arrayListOf", "hashSetOf", "linkedSetOf", "arrayOf", "sequenceOf", "flowOf",
    "listOfNotNull", "setOfNotNull", "emptyList", "emptySet", "emptyArray", "emptyFlow", "intArrayOf", "longArrayOf", "byteArrayOf",
    "doubleArrayOf", "floatArrayOf", "persistentListOf", "sortedSetOf",
})  # fmt: skip
MAPS = frozenset({"mapOf", "mutableMapOf", "hashMapOf", "linkedMapOf", "emptyMap", "sortedMapOf", "persistentMapOf"})
LISTS_OF = frozenset({"List.of", "Set.of", "Stream.of", "Arrays.asList", "Collections.singletonList", "Collections.singleton", "Flux.just"})
MAPS_OF = frozenset({"Map.of", "Collections.singletonMap"})
NEW_LISTS = frozenset({"ArrayList", "LinkedList", "HashSet", "LinkedHashSet", "TreeSet", "ArrayDeque", "CopyOnWriteArrayList"})
NEW_MAPS = frozenset({"HashMap", "LinkedHashMap", "TreeMap", "ConcurrentHashMap", "EnumMap"})
BUILDERS = frozenset({"builder", "newBuilder", "Builder"})
