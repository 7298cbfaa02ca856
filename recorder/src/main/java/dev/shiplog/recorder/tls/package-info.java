/** TLS from the PEM files that Docker and its neighbours use. */
@NullMarked
package dev.shiplog.recorder.tls;

import org.jspecify.annotations.NullMarked;
