/**
 * What a shell needs to complete the command line of replay: start with {@link
 * dev.shiplog.replay.completion.CompletedVerb} and {@link dev.shiplog.replay.completion.Shell}. Pure.
 */
@NullMarked
package dev.shiplog.replay.completion;

import org.jspecify.annotations.NullMarked;
