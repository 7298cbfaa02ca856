/**
 * What a managed plugin of an engine answers: the socket by which the engine tells it to begin and to end.
 */
@NullMarked
package dev.shiplog.recorder.plugin;

import org.jspecify.annotations.NullMarked;
