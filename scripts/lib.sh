# Shared by the scripts; sourced with $home set to the project's directory. POSIX sh.
# shellcheck shell=sh
# shellcheck disable=SC2154 # they set home

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# The first line is taken with sed and not with head, because sed reads to the end: under a supervisor that ignores SIGPIPE,
# a program that writes to a closed pipe prints an error.

# The major version of the Java in $1, from its release file if it has one: asking java itself would start a JVM.
java_major() {
    java_version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
    [ -n "$java_version" ] ||
        java_version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | sed -n 1p)
    echo "${java_version:-0}"
}

# Every Java 17 or newer that has the program $1: JAVA_HOME first, then the one on the path, then installed ones.
javas() {
    {
        [ -z "${JAVA_HOME:-}" ] || echo "$JAVA_HOME"
        java_on_path=$(command -v "$1" || true)
        [ -z "$java_on_path" ] || dirname "$(dirname "$(readlink -f "$java_on_path")")"
        for java_home in /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
            [ -h "$java_home" ] || echo "$java_home"
        done
    } | while IFS= read -r java_home; do
        if [ -x "$java_home/bin/$1" ] && [ "$(java_major "$java_home")" -ge 17 ]; then echo "$java_home"; fi
    done
}

# The first of them; fails if there is none.
need_java() {
    java_found=$(javas "$1" | sed -n 1p)
    [ -n "$java_found" ] || fail "needs ${2:-Java} 17 or newer: set JAVA_HOME or put its $1 on the path"
    echo "$java_found"
}

# Java decodes file names and arguments by the locale, and cron's locale has only ASCII.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
C | POSIX) export LC_ALL=C.UTF-8 ;;
esac

# From here on, a signal that ends this script first ends its job $1 and removes the file or directory $2.
attend() {
    job=$1 leftover=$2
    trap interrupted HUP INT TERM
}

interrupted() {
    if [ -n "$job" ]; then
        kill "$job" 2>/dev/null || true
        wait "$job" || true
        rm -rf "$leftover"
    fi
    exit 143
}

# Builds the jar of module $1 unless it is newer than all its sources, or there are no sources.
build() {
    jar=$home/$1/target/shiplog-$1.jar
    if [ -e "$jar" ]; then
        [ -e "$home/pom.xml" ] || return 0
        newer=$(cd "$home" && find pom.xml journal/pom.xml journal/src/main timeline/pom.xml timeline/src/main "$1/pom.xml" "$1/src/main" -newer "$jar" | sed -n 1p)
        [ -n "$newer" ] || return 0
    fi
    command -v mvn >/dev/null || fail "$jar is to be built, which needs Maven 3.6.3 or newer on the path"
    jdk=$(need_java javac "a JDK") || exit 1
    echo "${0##*/}: building $jar" >&2
    log=$(mktemp)
    commit=$(git -C "$home" log -1 --format=%h 2>/dev/null || true)
    commit_date=$(git -C "$home" log -1 --format=%cI 2>/dev/null || true)
    (cd "$home" && exec env JAVA_HOME="$jdk" mvn -q -B -Dquick -Dmaven.test.skip -Dbuild.commit="$commit" -Dbuild.date="$commit_date" package -pl "$1" -am >"$log" 2>&1) &
    attend "$!" "$log"
    if ! wait "$job"; then
        cat "$log" >&2
        rm -f "$log"
        fail "the build failed, see above"
    fi
    job=
    rm -f "$log"
    touch "$jar"
}

# Sets archive to the file from which the Java in $1 maps the recorder's classes instead of loading them one by one, which
# halves the time and CPU of a start. A run that finds no engine makes it once; empty if it cannot be made.
shared_classes() {
    jar=$home/recorder/target/shiplog-recorder.jar
    archive=$home/recorder/target/shiplog-recorder-java$(java_major "$1").jsa
    if [ -z "$(find "$archive" -newer "$jar" 2>/dev/null)" ] && [ -w "$home/recorder/target" ] &&
        nowhere=$(mktemp -d 2>/dev/null); then
        echo "${0##*/}: preparing a faster start, once" >&2
        env -i "$1/bin/java" "@$home/scripts/recorder.options" -XX:ArchiveClassesAtExit="$nowhere/archive" -jar "$jar" \
            --docker-host "unix://$nowhere/none" --data-dir "$nowhere/journal" --listen 127.0.0.1:0 >"$nowhere/log" 2>&1 &
        attend "$!" "$nowhere"
        # A run has loaded what a start needs once it has found no engine: several seconds on a busy host.
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            sleep 1
            ! grep -q 'trying again' "$nowhere/log" || break
        done
        kill "$job" 2>/dev/null
        wait "$job"
        job=
        # An empty file records that a failed attempt was made.
        touch "$nowhere/archive" && mv "$nowhere/archive" "$archive.$$" && mv "$archive.$$" "$archive"
        rm -rf "$nowhere"
    fi
    [ -s "$archive" ] || archive=
}
