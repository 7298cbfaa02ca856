/**
 * JSON values and their places in the bytes of a payload: start with {@link dev.shiplog.timeline.json.Json}.
 */
@NullMarked
package dev.shiplog.timeline.json;

import org.jspecify.annotations.NullMarked;
