/** Each type turns one API of the engine into records. */
@NullMarked
package dev.shiplog.recorder.source;

import org.jspecify.annotations.NullMarked;
