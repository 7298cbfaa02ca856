/**
 * What the records of a journal say: start with {@link dev.shiplog.timeline.ContainerIndex} (which container is which)
 * and {@link dev.shiplog.timeline.Coverage} (whether anybody listened).
 */
@NullMarked
package dev.shiplog.timeline;

import org.jspecify.annotations.NullMarked;
