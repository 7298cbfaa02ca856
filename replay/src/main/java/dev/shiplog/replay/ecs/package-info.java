/** Records as documents in Elastic's vocabulary; {@code docs/ecs-fields.md} names the fields. Pure. */
@NullMarked
package dev.shiplog.replay.ecs;

import org.jspecify.annotations.NullMarked;
