/**
 * The members of Docker's JSON that Shiplog acts upon, and the only code that reads them: start with
 * {@link dev.shiplog.timeline.payload.EventView} and {@link dev.shiplog.timeline.payload.ContainerView}.
 */
@NullMarked
package dev.shiplog.timeline.payload;

import org.jspecify.annotations.NullMarked;
