package dev.shiplog.journal.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Integers of fixed width in arrays, lowest byte first. */
public final class LittleEndian {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private LittleEndian() {}

    /** The integer in the 4 bytes from {@code at}. */
    public static int getInt(byte[] array, int at) {
        return (int) INT.get(array, at);
    }

    /** The integer in the 8 bytes from {@code at}. */
    public static long getLong(byte[] array, int at) {
        return (long) LONG.get(array, at);
    }

    /** Puts {@code value} into the 4 bytes from {@code at}. */
    public static void setInt(byte[] array, int at, int value) {
        INT.set(array, at, value);
    }

    /** Puts {@code value} into the 8 bytes from {@code at}. */
    public static void setLong(byte[] array, int at, long value) {
        LONG.set(array, at, value);
    }
}
