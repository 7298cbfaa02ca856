package dev.shiplog.journal.file;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Makes one line of what went wrong with a file: the JDK's own exceptions often say only its name. */
public final class FileErrors {
    private FileErrors() {}

    /** The error with {@code place} in its message, unless it says where already: that a disk is full names no file. */
    public static IOException at(Path place, IOException e) {
        boolean isNamed = e instanceof FileSystemException
                || e instanceof ClosedChannelException
                || String.valueOf(e.getMessage()).contains(place.toString());
        return isNamed ? e : new IOException(place + ": " + e.getMessage(), e);
    }

    /** The file and what is wrong with it, or the exception's own message. */
    public static String line(IOException e) {
        if (e instanceof FileSystemException file && file.getReason() == null) {
            return file.getFile() + ": " + what(file);
        }
        return String.valueOf(e.getMessage());
    }

    private static String what(FileSystemException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        } else if (e instanceof AccessDeniedException) {
            return "permission denied";
        } else if (e instanceof FileAlreadyExistsException) {
            return "is there already";
        } else if (e instanceof NotDirectoryException) {
            return "not a directory";
        } else if (e instanceof DirectoryNotEmptyException) {
            return "is not empty";
        }
        return e.getClass().getSimpleName();
    }

    /**
     * Whether something is there that is no regular file: a pipe, say, for which whoever opens it would wait. It is one look,
     * since a file may be deleted meanwhile; one that is not there is for whoever opens it to tell.
     */
    public static boolean isIrregular(Path path) throws IOException {
        try {
            return !Files.readAttributes(path, BasicFileAttributes.class).isRegularFile();
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
