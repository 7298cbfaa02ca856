package dev.shiplog.replay.command;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A tar file in memory, of which a test can make one that nobody would write. */
final class TarFile {
    static final int UNIT = 512;

    private static final int NAME_LENGTH = 100;
    private static final int SIZE_AT = 124;
    private static final int SUM_AT = 148;
    private static final int SUM_LENGTH = 8;
    private static final int TYPE_AT = 156;
    private static final int LINK_AT = 157;

    final List<Member> members;

    /** A member: its header, and its content without padding. */
    record Member(byte[] header, byte[] content) {
        String name() {
            int end = 0;
            while (header[end] != 0) {
                end++;
            }
            return new String(header, 0, end, StandardCharsets.US_ASCII);
        }

        /** Another name, type or length in the header, which stays valid. */
        Member with(String name, char type, String target, long size) {
            byte[] other = header.clone();
            Arrays.fill(other, 0, NAME_LENGTH, (byte) 0);
            put(other, 0, name);
            other[TYPE_AT] = (byte) type;
            put(other, LINK_AT, target);
            put(other, SIZE_AT, String.format(Locale.ROOT, "%011o", size));
            Arrays.fill(other, SUM_AT, SUM_AT + SUM_LENGTH, (byte) ' ');
            int sum = 0;
            for (byte b : other) {
                sum += b & 0xFF;
            }
            put(other, SUM_AT, String.format(Locale.ROOT, "%06o\0 ", sum));
            return new Member(other, content);
        }

        Member with(byte[] other) {
            return new Member(header, other).with(name(), '0', "", other.length);
        }

        private static void put(byte[] header, int at, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(bytes, 0, header, at, bytes.length);
        }
    }

    TarFile(List<Member> members) {
        this.members = new ArrayList<>(members);
    }

    static TarFile read(byte[] file) {
        List<Member> members = new ArrayList<>();
        for (int at = 0; file[at] != 0; ) {
            byte[] header = Arrays.copyOfRange(file, at, at + UNIT);
            int length = Integer.parseInt(new String(header, SIZE_AT, 11, StandardCharsets.US_ASCII), 8);
            members.add(new Member(header, Arrays.copyOfRange(file, at + UNIT, at + UNIT + length)));
            at += UNIT + length + (-length & UNIT - 1);
        }
        return new TarFile(members);
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Member member : members) {
            out.writeBytes(member.header);
            out.writeBytes(member.content);
            out.writeBytes(new byte[-member.content.length & UNIT - 1]);
        }
        out.writeBytes(new byte[2 * UNIT]);
        return out.toByteArray();
    }
}
