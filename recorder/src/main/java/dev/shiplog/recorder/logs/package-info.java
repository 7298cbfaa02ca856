/**
 * Reads the logs of containers: all their lines, or the last ones before an end. What the engine keeps is read again after
 * any break from where the journal ends, so that each line is recorded once.
 */
@NullMarked
package dev.shiplog.recorder.logs;

import org.jspecify.annotations.NullMarked;
