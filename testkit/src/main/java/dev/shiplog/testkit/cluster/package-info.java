/** A proxy that misbehaves before a search cluster, and a scripted cluster. */
@NullMarked
package dev.shiplog.testkit.cluster;

import org.jspecify.annotations.NullMarked;
