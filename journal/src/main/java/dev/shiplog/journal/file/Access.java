package dev.shiplog.journal.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who besides the recorder may read a journal. Files get the permissions of the directory but for execution. A new file is
 * the owner's alone until it has them.
 *
 * @param group name or number of the group that directory and files are given to; empty for the recorder's own
 * @param directory the permissions of the directory; empty for those that a new one is made with, 0700
 */
public record Access(String group, Set<PosixFilePermission> directory) {
    /** The owner alone, and what an older directory has. */
    public static final Access OWNER = new Access("", Set.of());

    public void onDirectory(Path path) throws IOException {
        grant(path, directory);
    }

    public void onFile(Path path) throws IOException {
        Set<PosixFilePermission> file = EnumSet.noneOf(PosixFilePermission.class);
        file.addAll(directory);
        file.removeAll(Set.of(
                PosixFilePermission.OWNER_EXECUTE,
                PosixFilePermission.GROUP_EXECUTE,
                PosixFilePermission.OTHERS_EXECUTE));
        grant(path, file);
    }

    private void grant(Path path, Set<PosixFilePermission> permissions) throws IOException {
        if (directory.isEmpty() || !Files.isRegularFile(path) && !Files.isDirectory(path)) {
            return;
        }
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (view == null) {
            throw new IOException(path + ": its file system knows no groups; leave out --group and --mode");
        }
        try {
            if (!group.isEmpty()) {
                view.setGroup(
                        path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
            }
            view.setPermissions(permissions);
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("--group " + group + ": there is no such group", e);
        } catch (FileSystemException e) {
            throw new IOException(
                    path + ": cannot be opened to " + (group.isEmpty() ? "others" : "group " + group) + ": "
                            + (e.getReason() == null ? "not permitted" : e.getReason())
                            + "; run as its owner and a member of the group, or as root",
                    e);
        }
    }

    /** As {@code --mode} has it: {@code 0750}; empty if nothing is said. */
    public String mode() {
        return directory.isEmpty()
                ? ""
                : "0"
                        + directory.stream()
                                .collect(Collectors.collectingAndThen(
                                        Collectors.summingInt(permission -> 0400 >> permission.ordinal()),
                                        Integer::toOctalString));
    }

    /** The attribute that makes a new file or directory so, where the file system at {@code place} knows of it. */
    public static FileAttribute<?>[] ownerOnly(Path place, String permissions) throws IOException {
        return Files.getFileStore(place).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
