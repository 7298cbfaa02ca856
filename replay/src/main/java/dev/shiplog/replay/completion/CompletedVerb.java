package dev.shiplog.replay.completion;

import java.util.List;

/**
 * A verb as a shell completes it.
 *
 * @param name as it is typed
 * @param about what it does, in a few words
 * @param options in the order of its help
 * @param operands what may stand beside the options
 */
public record CompletedVerb(String name, String about, List<CompletedOption> options, Values operands) {}
