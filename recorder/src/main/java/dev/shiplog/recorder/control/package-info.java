/** How operators reach a running recorder: a unix socket beside its journal. */
@NullMarked
package dev.shiplog.recorder.control;

import org.jspecify.annotations.NullMarked;
