package dev.shiplog.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OwnContainerTest {
    private static final String ID = "c0ffee00".repeat(8);
    private static final String OTHER = "0badcafe".repeat(8);

    @Test
    void isKnownByTheFilesThatTheEngineMounts() {
        for (String folder : List.of(
                "/var/lib/docker/containers/" + ID + "/hostname",
                "/docker/containers/" + ID + "/hostname",
                "/containers/storage/overlay-containers/" + ID + "/userdata/hostname")) {
            assertThat(OwnContainer.id(
                            List.of(
                                    "600 590 0:50 / / rw,relatime - overlay overlay rw",
                                    "611 600 254:1 " + folder + " /etc/hostname rw,relatime - ext4 /dev/vda1 rw"),
                            List.of("0::/")))
                    .isEqualTo(ID);
        }
    }

    @Test
    void isKnownByItsCgroupOtherwise() {
        for (String group : List.of(
                "0::/system.slice/docker-" + ID + ".scope",
                "12:memory:/docker/" + ID,
                "0::/machine.slice/libpod-" + ID + ".scope/container")) {
            assertThat(OwnContainer.id(List.of(), List.of("1:name=systemd:/", group)))
                    .isEqualTo(ID);
        }
    }

    /** The host sees the mounts of all containers. */
    @Test
    void isNoneOnTheHost() {
        assertThat(OwnContainer.id(
                        List.of("99 25 0:61 / /var/lib/docker/containers/" + OTHER + "/mounts/shm rw - tmpfs shm rw"),
                        List.of("0::/user.slice/user-0.slice/session-1.scope", "1:cpu:/")))
                .isEmpty();
    }
}
