/** JSON where it stands in a payload's bytes: start with {@link dev.shiplog.replay.json.Json}. */
@NullMarked
package dev.shiplog.replay.json;

import org.jspecify.annotations.NullMarked;
