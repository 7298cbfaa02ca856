/** A server on a unix socket, for the few who call the recorder itself: operators and an engine. */
@NullMarked
package dev.shiplog.recorder.socket;

import org.jspecify.annotations.NullMarked;
