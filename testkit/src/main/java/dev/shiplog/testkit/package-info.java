/** A scripted Docker engine and a tee for unix sockets. */
@NullMarked
package dev.shiplog.testkit;

import org.jspecify.annotations.NullMarked;
