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
 * Who besides the recorder may read a journal. Files get the permissions of the directory without execution. A new file
 * belongs to the owner alone until it has them.
 *
 * @param group name or number of the group that directory and files are given to; empty for the recorder's own
 * @param directory the permissions of the directory; empty to leave what is there, and make a new one with 0700
 */
public record Access(String group, Set<PosixFilePermission> directory) {
    /** Only the owner, or whoever may read a directory that is there already. */
    public static final Access OWNER = new Access("", Set.of());

    /** Gives a directory its group and permissions. */
    public void onDirectory(Path path) throws IOException {
        grant(path, directory);
    }

    /** Gives a file its group and permissions. */
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

    /** The permissions of the directory in the form of {@code --mode}, as in {@code 0750}; empty if there are none. */
    public String mode() {
        return directory.isEmpty()
                ? ""
                : "0"
                        + directory.stream()
                                .collect(Collectors.collectingAndThen(
                                        Collectors.summingInt(permission -> 0400 >> permission.ordinal()),
                                        Integer::toOctalString));
    }

    /**
     * The attribute with which a new file or directory is made for its owner only; none if the file system at {@code place}
     * has no permissions.
     */
    public static FileAttribute<?>[] ownerOnly(Path place, String permissions) throws IOException {
        return Files.getFileStore(place).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
