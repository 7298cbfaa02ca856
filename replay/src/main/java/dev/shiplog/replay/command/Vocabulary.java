package dev.shiplog.replay.command;

/** Whose names the fields of exported records have. */
enum Vocabulary {
    /** The engine's own, flattened. */
    flat,
    /** Those of the Elastic Common Schema and of Elastic's Docker integration. */
    ecs
}
