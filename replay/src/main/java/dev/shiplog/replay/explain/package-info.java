/**
 * Why containers ended: {@link dev.shiplog.replay.explain.LifeReader} folds records into lives, {@link
 * dev.shiplog.replay.explain.Verdict} says of each why it ended.
 */
@NullMarked
package dev.shiplog.replay.explain;

import org.jspecify.annotations.NullMarked;
