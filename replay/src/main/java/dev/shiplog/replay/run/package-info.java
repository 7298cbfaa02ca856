/**
 * The command that makes a container again, from its description: start with {@link
 * dev.shiplog.replay.run.RunCommand}, then {@link dev.shiplog.replay.run.OptionTable}.
 */
@NullMarked
package dev.shiplog.replay.run;

import org.jspecify.annotations.NullMarked;
